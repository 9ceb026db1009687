"""Understanding scored: what each message was first taken to mean, against what it means."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from assistant.model.commands import Command, StartFlow
from assistant.model.ids import ConversationId
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import Clock, Understander
from evals.nlu.rows import LabelledMessage

REFUSAL: Final = "cannot_handle"
_VALUES: Final = frozenset({"set_slot", "correct_slot"})
_WORST: Final = 15
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Read:
    """A message and what it was taken to mean; `ms` is the time it took."""

    message: LabelledMessage
    got: str
    ms: float

    @property
    def is_right(self) -> bool:
        """Whether the first command, and the flow of a task, is the one expected."""
        return self.got == self.message.label


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstandingReport:
    """Shares are 0 to 1, durations milliseconds.

    Attributes:
        by_style: Accuracy of each style; `by_lang` of each language.
        out_of_scope_recall: Of the messages nobody here can serve, those refused.
        false_refusals: Of the others, those refused.
        clarified: Of all, those answered by asking which task was meant.
        confusions: (expected, got, how often, examples), worst first.
    """

    messages: int
    accuracy: float
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
    messages: Iterable[LabelledMessage],
    understander: Understander,
    release: Release,
    clock: Clock,
) -> list[Read]:
    """Every message as the first of its own conversation."""
    reads: list[Read] = []
    for message in messages:
        started = clock.monotonic_ms()
        understood = await understander.understand(
            message.text, Tracker(ConversationId(message.id)), release
        )
        ms = clock.monotonic_ms() - started
        reads.append(Read(message, _label(understood.commands), ms))
    return reads


def report(reads: Sequence[Read]) -> UnderstandingReport:
    """Sum up; there must be at least one message."""
    outside = [read for read in reads if read.message.command == REFUSAL]
    inside = [read for read in reads if read.message.command != REFUSAL]
    durations = sorted(read.ms for read in reads)
    return UnderstandingReport(
        messages=len(reads),
        accuracy=_share(read.is_right for read in reads),
        by_style=_by(reads, lambda message: message.style),
        by_lang=_by(reads, lambda message: message.lang),
        out_of_scope_recall=_share(read.got == REFUSAL for read in outside),
        false_refusals=_share(read.got == REFUSAL for read in inside),
        clarified=_share(read.got == "clarify" for read in reads),
        p50_ms=round(statistics.median(durations), 2),
        p99_ms=round(durations[max(0, round(len(durations) * 0.99) - 1)], 2),
        confusions=_confusions(reads),
    )


def _label(commands: Sequence[Command]) -> str:
    """The first command that is no value; a lone value is named as what it is."""
    first = next((c for c in commands if c.command not in _VALUES), commands[0])
    return str(first.flow) if isinstance(first, StartFlow) else first.command


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
