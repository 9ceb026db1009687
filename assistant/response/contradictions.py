"""Sources that contradict each other: the same sentence in two documents with another figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from assistant.model.figures import Figure, figures
from assistant.ports.knowledge import PassageHit

_ALIKE: Final = 0.85
_FEWEST_PAIRS: Final = 6
_VALUES: Final = frozenset({"percent", "money"})
"""Kinds that may differ; where a term or a count differs, something else is spoken of."""


def contradicting(
    sentence: str, passage: PassageHit, hits: Sequence[PassageHit], least_score: float
) -> Iterator[tuple[PassageHit, str]]:
    """Sentences of other documents that say the same of another amount or rate.

    Args:
        sentence: What would be answered.
        passage: Where it stands.
        hits: Everything found for the question, all valid on the same day.
        least_score: Passages below it are not about the question.
    """
    for other in hits:
        if other.document_id == passage.document_id or other.score < least_score:
            continue
        for candidate in other.sentences:
            if _contradict(sentence, candidate.text):
                yield other, candidate.text
                break


def _contradict(one: str, other: str) -> bool:
    first, second = figures(one), figures(other)
    if len(first) != len(second) or not first:
        return False
    pairs = list(zip(first, second, strict=True))
    if any(a.kind != b.kind for a, b in pairs):
        return False
    differing = [(a, b) for a, b in pairs if not a.same_as(b)]
    if not differing or any(a.kind not in _VALUES or a.unit != b.unit for a, b in differing):
        return False
    words, others = _words(one, first), _words(other, second)
    total = len(words) + len(others)
    return min(len(words), len(others)) >= _FEWEST_PAIRS and (
        2 * len(words & others) / total >= _ALIKE
    )


def _words(text: str, found: Sequence[Figure]) -> set[str]:
    """Pairs of neighbouring characters around the figures."""
    rest = text
    for figure in reversed(found):
        rest = f"{rest[: figure.start]}#{rest[figure.end :]}"
    return {rest[i : i + 2] for i in range(len(rest) - 1)}
