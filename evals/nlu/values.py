"""Values scored: what the message says, against what the slots were given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from assistant.model.commands import Command, CorrectSlot, SetSlot
from assistant.model.ids import FlowId
from assistant.model.release import Release
from assistant.understanding.slots import task_slots
from evals.nlu.rows import AS_SAID


@dataclass(frozen=True, slots=True)
class GivenValue:
    """A value a command gave.

    Attributes:
        kind: Kind of its slot.
        words: The customer's words for it, "" when no place is known.
    """

    kind: str
    value: str
    words: str


class ReadWithValues(Protocol):
    """What scoring needs of a message that was read."""

    @property
    def values(self) -> tuple[GivenValue, ...]:
        """Values given."""
        ...

    @property
    def takes(self) -> frozenset[str]:
        """Kinds the expected task can use."""
        ...

    @property
    def is_right(self) -> bool:
        """Whether the task is the right one."""
        ...

    @property
    def expected_values(self) -> Mapping[str, str]:
        """Kind to value, or to words."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReport:
    """Values of messages whose task was understood.

    Attributes:
        by_kind: Kind to (right, expected).
        not_taken: Values no step of the expected task asks for; not counted.
    """

    by_kind: dict[str, tuple[int, int]]
    not_taken: int

    @property
    def share(self) -> float | None:
        """Of the values expected, those read rightly."""
        expected = sum(of for _, of in self.by_kind.values())
        right = sum(count for count, _ in self.by_kind.values())
        return round(right / expected, 4) if expected else None

    def as_json(self) -> dict[str, JsonValue]:
        """The shape of `slots` in `report.json`."""
        kinds: dict[str, JsonValue] = {
            kind: {"right": right, "expected": expected}
            for kind, (right, expected) in sorted(self.by_kind.items())
        }
        return {"share": self.share, "by_kind": kinds, "not_taken": self.not_taken}


def given_values(
    commands: Iterable[Command], text: str, release: Release
) -> tuple[GivenValue, ...]:
    """The values of the commands, by the kind of their slot.

    A payee stays as the customer calls them until the bank's list resolves it; here a relation
    counts under its canonical word, as rows are labelled.
    """
    return tuple(
        GivenValue(
            release.slots[command.slot].kind,
            _canonical(release.slots[command.slot].kind, str(command.value), release),
            text[command.span[0] : command.span[1]] if command.span else "",
        )
        for command in commands
        if isinstance(command, SetSlot | CorrectSlot) and command.slot in release.slots
    )


def takes(flows: Iterable[str], release: Release) -> frozenset[str]:
    """Kinds of value the tasks can use; a name that is no flow can use none."""
    tasks = [release.flows[FlowId(name)] for name in flows if name in release.flows]
    return frozenset(slot.kind for slot in task_slots(tasks, release))


def slot_report(reads: Sequence[ReadWithValues]) -> SlotReport:
    """Score the values of the messages whose task is right; of a wrong one none could be."""
    right: Counter[str] = Counter()
    expected: Counter[str] = Counter()
    not_taken = 0
    for read in reads:
        if not read.is_right:
            continue
        for kind, wanted in read.expected_values.items():
            if kind not in read.takes:
                not_taken += 1
                continue
            expected[kind] += 1
            right[kind] += is_given(kind, wanted, read.values)
    return SlotReport(
        by_kind={kind: (right[kind], expected[kind]) for kind in expected}, not_taken=not_taken
    )


def is_given(kind: str, wanted: str, values: Sequence[GivenValue]) -> bool:
    """Whether one of the values is the one wanted.

    Words count as the same when one holds the other: "昨天" within "昨天晚上".
    """
    mine = [value for value in values if value.kind == kind]
    if kind in AS_SAID:
        return any(v.words and (v.words in wanted or wanted in v.words) for v in mine)
    return any(value.value == wanted for value in mine)


def _canonical(kind: str, value: str, release: Release) -> str:
    if kind != "payee":
        return value
    relations = release.lexicon.relations.items()
    return next((word for word, variants in relations if value in variants), value)
