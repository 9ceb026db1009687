"""Understanding scored: what each message was first taken to mean, against what it means."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from assistant.model.commands import Command, StartFlow
from assistant.model.ids import ConversationId
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import Clock, Understander
from channels.cli.progress import Counted
from evals.nlu.rows import LabelledMessage
from evals.nlu.values import GivenValue, given_values, slot_report, takes

REFUSAL: Final = "cannot_handle"
_VALUES: Final = frozenset({"set_slot", "correct_slot"})
_WORST: Final = 15
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Read:
    """A message and what it was taken to mean.

    Attributes:
        confidence: Of the command that counts, 0 to 1; what a rule decides is 1.
        by: Stage that decided: button, rules, classifier.
        ms: Time it took.
        values: Values given to slots, by kind of slot.
        takes: Kinds of value the expected task can use.
    """

    message: LabelledMessage
    got: str
    ms: float
    confidence: float = 1.0
    by: str = ""
    values: tuple[GivenValue, ...] = ()
    takes: frozenset[str] = frozenset()

    @property
    def expected_values(self) -> Mapping[str, str]:
        """Kind to value, or to words."""
        return self.message.slots

    @property
    def acts(self) -> bool:
        """Whether something was taken to be meant, rather than refused or asked back."""
        return self.got not in {REFUSAL, "clarify"}

    @property
    def is_right(self) -> bool:
        """Whether the first command, and the flow of a task, is the one expected."""
        return self.got == self.message.label


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstandingReport:
    """Shares are 0 to 1, durations milliseconds.

    Attributes:
        macro_f1: Mean F1 over the labels expected at least once.
        by_style: Accuracy of each style; `by_lang` of each language.
        slots: Values read rightly, for the kinds the tasks can take; None where none is expected.
        out_of_scope_recall: Of the messages nobody here can serve, those refused.
        false_refusals: Of the others, those refused.
        clarified: Of all, those answered by asking which task was meant.
        confusions: (expected, got, how often, examples), worst first.
    """

    messages: int
    accuracy: float
    macro_f1: float
    slots: float | None
    by_style: dict[str, float]
    by_lang: dict[str, float]
    out_of_scope_recall: float
    false_refusals: float
    clarified: float
    p50_ms: float
    p99_ms: float
    confusions: tuple[tuple[str, str, int, tuple[str, ...]], ...]

    def as_json(self) -> dict[str, JsonValue]:
        """The shape `--json` prints."""
        return {
            "messages": self.messages,
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "slots": self.slots,
            "by_style": {**self.by_style},
            "by_lang": {**self.by_lang},
            "out_of_scope_recall": self.out_of_scope_recall,
            "false_refusals": self.false_refusals,
            "clarified": self.clarified,
            "p50_ms": self.p50_ms,
            "p99_ms": self.p99_ms,
            "confusions": [
                {"expected": expected, "got": got, "times": times, "examples": [*examples]}
                for expected, got, times, examples in self.confusions
            ],
        }


async def read_all(
    messages: Sequence[LabelledMessage],
    understander: Understander,
    release: Release,
    clock: Clock,
    tell: Counted | None = None,
) -> list[Read]:
    """Every message as the first of its own conversation; `tell` hears how far it is."""
    reads: list[Read] = []
    for message in messages:
        started = clock.monotonic_ms()
        understood = await understander.understand(
            message.text, Tracker(ConversationId(message.id)), release
        )
        ms = clock.monotonic_ms() - started
        command = _counts(understood.commands)
        reads.append(
            Read(
                message,
                _label(command),
                ms,
                command.confidence,
                understood.by,
                given_values(understood.commands, message.text, release),
                takes(filter(None, [message.flow]), release),
            )
        )
        if tell is not None:
            tell(len(reads), len(messages))
    return reads


def report(reads: Sequence[Read]) -> UnderstandingReport:
    """Sum up; there must be at least one message."""
    outside = [read for read in reads if read.message.command == REFUSAL]
    inside = [read for read in reads if read.message.command != REFUSAL]
    durations = sorted(read.ms for read in reads)
    return UnderstandingReport(
        messages=len(reads),
        accuracy=_share(read.is_right for read in reads),
        macro_f1=macro_f1([(read.message.label, read.got) for read in reads]),
        slots=slot_report(reads).share,
        by_style=_by(reads, lambda message: message.style),
        by_lang=_by(reads, lambda message: message.lang),
        out_of_scope_recall=_share(read.got == REFUSAL for read in outside),
        false_refusals=_share(read.got == REFUSAL for read in inside),
        clarified=_share(read.got == "clarify" for read in reads),
        p50_ms=round(statistics.median(durations), 2),
        p99_ms=round(durations[max(0, round(len(durations) * 0.99) - 1)], 2),
        confusions=_confusions(reads),
    )


def _counts(commands: Sequence[Command]) -> Command:
    """The first command that is no value; a lone value counts itself."""
    return next((c for c in commands if c.command not in _VALUES), commands[0])


def _label(command: Command) -> str:
    return str(command.flow) if isinstance(command, StartFlow) else command.command


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean F1 of the labels that are expected; `pairs` are (expected, got)."""
    expected = Counter(label for label, _ in pairs)
    got = Counter(label for _, label in pairs)
    right = Counter(label for label, other in pairs if label == other)
    scores = [2 * right[label] / (expected[label] + got[label]) for label in expected]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def _by(reads: Sequence[Read], key: Callable[[LabelledMessage], str]) -> dict[str, float]:
    groups: defaultdict[str, list[bool]] = defaultdict(list)
    for read in reads:
        groups[key(read.message)].append(read.is_right)
    return {name: _share(groups[name]) for name in sorted(groups)}


def _confusions(
    reads: Sequence[Read],
) -> tuple[tuple[str, str, int, tuple[str, ...]], ...]:
    pairs = Counter((r.message.label, r.got) for r in reads if not r.is_right)
    return tuple(
        (expected, got, times, _examples(reads, expected, got))
        for (expected, got), times in pairs.most_common(_WORST)
    )


def _examples(reads: Sequence[Read], expected: str, got: str) -> tuple[str, ...]:
    texts = [r.message.text for r in reads if (r.message.label, r.got) == (expected, got)]
    return tuple(texts[:_EXAMPLES])


def _share(outcomes: Iterable[bool]) -> float:
    values = list(outcomes)
    return round(sum(values) / len(values), 4) if values else 0.0
