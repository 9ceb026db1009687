"""Messages with several wishes: is every one heard, and in the order it is to be done?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from assistant.model.commands import Command, SearchKnowledge, StartFlow
from assistant.model.ids import ConversationId
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import Understander
from channels.cli.progress import Counted
from evals.nlu.rows import given_slots, read_lines
from evals.nlu.values import GivenValue, given_values, slot_report, takes

_QUESTION: Final = "?"
_VALUES: Final = frozenset({"set_slot", "correct_slot"})
_DOUBTS: Final = frozenset({"cannot_handle", "clarify"})
_KINDS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPlan:
    """One message.

    Attributes:
        plan: What is to be done, in order: flow ids, and "?" for a question.
        questions: Words of the questions, in order.
        slots: Kind of value to the value, each given once.
    """

    id: str
    text: str
    lang: str
    plan: tuple[str, ...]
    questions: tuple[str, ...] = ()
    slots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """A message and the plan it was taken for.

    Attributes:
        takes: Kinds of value the expected tasks can use.
    """

    labelled: LabelledPlan
    got: tuple[str, ...]
    values: tuple[GivenValue, ...] = ()
    takes: frozenset[str] = frozenset()

    @property
    def expected_values(self) -> Mapping[str, str]:
        """Kind to value, or to words."""
        return self.labelled.slots

    @property
    def is_right(self) -> bool:
        """The same wishes in the same order, none more."""
        return self.got == self.labelled.plan

    @property
    def failure(self) -> str:
        """What kind of difference it is; "" when there is none."""
        return "" if self.is_right else _failure(self.labelled.plan, self.got)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """Shares are 0 to 1.

    Attributes:
        exact: Plans right in every wish and in their order.
        by_size: Number of wishes to (right, of).
        by_lang: Language to (right, of).
        slots: Values read rightly in the messages whose plan is right; None when none is expected.
        failures: (kind, how often, examples "text → expected, got"), most frequent first.
    """

    messages: int
    exact: float
    by_size: dict[str, tuple[int, int]]
    by_lang: dict[str, tuple[int, int]]
    slots: float | None
    failures: tuple[tuple[str, int, tuple[str, ...]], ...]

    def as_json(self) -> dict[str, JsonValue]:
        """The shape `--json` prints."""
        return {
            "messages": self.messages,
            "exact": self.exact,
            "by_size": {size: {"right": r, "of": of} for size, (r, of) in self.by_size.items()},
            "by_lang": {lang: {"right": r, "of": of} for lang, (r, of) in self.by_lang.items()},
            "slots": self.slots,
            "failures": [
                {"kind": kind, "times": times, "examples": [*examples]}
                for kind, times, examples in self.failures
            ],
        }


def read_plans(path: Path) -> tuple[LabelledPlan, ...]:
    """Read a `.jsonl` file.

    Raises:
        ContentError: With every line that is not such a message.
        OSError: The file cannot be read.
    """
    return read_lines(path, _plan, '{"text", "plan": [{"flow"} or {"question"}], "slots"?}')


async def read_all_plans(
    messages: Sequence[LabelledPlan],
    understander: Understander,
    release: Release,
    tell: Counted | None = None,
) -> list[ReadPlan]:
    """Every message as the first of its own conversation; `tell` hears how far it is."""
    reads: list[ReadPlan] = []
    for message in messages:
        tracker = Tracker(ConversationId(message.id))
        understood = await understander.understand(message.text, tracker, release)
        values = given_values(understood.commands, message.text, release)
        wishes = _wishes(understood.commands)
        reads.append(ReadPlan(message, wishes, values, takes(message.plan, release)))
        if tell is not None:
            tell(len(reads), len(messages))
    return reads


def plan_report(reads: Sequence[ReadPlan]) -> PlanReport:
    """Sum up; there must be at least one message."""
    kinds = Counter(read.failure for read in reads if read.failure)
    return PlanReport(
        messages=len(reads),
        exact=round(sum(read.is_right for read in reads) / len(reads), 4),
        by_size=_by(reads, lambda read: str(len(read.labelled.plan))),
        by_lang=_by(reads, lambda read: read.labelled.lang),
        slots=slot_report(reads).share,
        failures=tuple(
            (kind, times, tuple(_example(read) for read in reads if read.failure == kind))
            for kind, times in kinds.most_common(_KINDS)
        ),
    )


def _plan(row: Mapping[str, object], number: int) -> LabelledPlan:
    items = row["plan"]
    if not isinstance(items, list) or not items:
        msg = "plan is a list of wishes, and not empty"
        raise TypeError(msg)
    return LabelledPlan(
        id=str(row.get("id", number)),
        text=str(row["text"]),
        lang=str(row.get("lang") or "zh-Hans"),
        plan=tuple(_QUESTION if "question" in item else str(item["flow"]) for item in items),
        questions=tuple(str(item["question"]) for item in items if "question" in item),
        slots=given_slots(row),
    )


def _wishes(commands: Sequence[Command]) -> tuple[str, ...]:
    return tuple(_wish(command) for command in commands if command.command not in _VALUES)


def _wish(command: Command) -> str:
    match command:
        case StartFlow():
            return str(command.flow)
        case SearchKnowledge():
            return _QUESTION
        case _:
            return command.command


def _failure(expected: Sequence[str], got: Sequence[str]) -> str:
    """The first kind that describes the difference."""
    wanted, heard = Counter(expected), Counter(got)
    doubt = next((wish for wish in got if wish in _DOUBTS), None)
    if doubt is not None:
        return f"{'several wishes' if len(expected) > 1 else 'one wish'}: {doubt}"
    if wanted == heard:
        return "all heard, in the wrong order"
    if len(expected) == 1:
        return "one wish: taken for several" if len(got) > 1 else "one wish: taken for another"
    if not heard - wanted:
        missed = [*(wanted - heard)]
        what = "the question" if missed == [_QUESTION] else "a task"
        return f"several wishes: {what} not heard"
    if len(got) == 1:
        return "several wishes: taken for one other"
    return "several wishes: one taken for another"


def _by(reads: Sequence[ReadPlan], key: Callable[[ReadPlan], str]) -> dict[str, tuple[int, int]]:
    groups: defaultdict[str, list[bool]] = defaultdict(list)
    for read in reads:
        groups[key(read)].append(read.is_right)
    return {name: (sum(groups[name]), len(groups[name])) for name in sorted(groups)}


def _example(read: ReadPlan) -> str:
    expected, got = " + ".join(read.labelled.plan), " + ".join(read.got)
    return f"{read.labelled.text} → {expected}, got {got}"
