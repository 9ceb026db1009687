"""Candidates of a question: by meaning, by heading and by words, before they are ranked."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import KnowledgeUnavailable
from knowledge.corpus import Corpus
from knowledge.features import Found
from knowledge.index_chroma import Neighbour
from knowledge.views import Question

logger = logging.getLogger(__name__)

_CANDIDATES: Final = 32
_BY_HEADING: Final = 10
_SLACK: Final = 0.01  # two passages as near as that may change places


class VectorIndex(Protocol):
    """Nearest passages among those valid on a day."""

    def nearest(self, vector: Sequence[float], *, as_of: date, limit: int) -> list[Neighbour]:
        """Nearest first.

        Raises:
            KnowledgeUnavailable: The index does not answer.
        """
        ...


class PairScorer(Protocol):
    """A cross-encoder: reads a question and a passage together."""

    def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """How well each text answers; only their order and distances mean something."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage looked at exactly.

    Attributes:
        position: Its place in the corpus.
        features: In the order of PASSAGE_NAMES.
        via: Place of the passage whose link led here and in whose light it was read.
    """

    position: int
    found: Found
    features: tuple[float, ...]
    rank: float
    via: int | None = None


class Nearby:
    """Where to look, over one corpus and its index."""

    def __init__(self, corpus: Corpus, index: VectorIndex) -> None:
        """Take both; they hold the same passages."""
        self._corpus = corpus
        self._index = index

    def of(
        self,
        asked: Question,
        cosines: NDArray[np.float32],
        mask: NDArray[np.bool_],
        days: Sequence[date],
    ) -> dict[int, int]:
        """Positions worth scoring exactly, with their place by meaning.

        Args:
            asked: The question.
            cosines: Of question and every passage.
            mask: Which passages may answer.
            days: On which the index is asked; without a day it is not, for it knows of no scope.
        """
        found: dict[int, int] = {}
        for position in self._by_meaning(asked, cosines, mask, days):
            found.setdefault(position, len(found))
        headings = np.where(mask, self._corpus.heading_vectors @ asked.vector, -1.0)
        lexical = np.where(mask, asked.lexical, 0.0)
        for scores, limit, least in ((headings, _BY_HEADING, -1.0), (lexical, _CANDIDATES, 0.0)):
            for position in _highest(scores, limit):
                if scores[position] > least:
                    found.setdefault(position, _CANDIDATES)
        return found

    def _by_meaning(
        self,
        asked: Question,
        cosines: NDArray[np.float32],
        mask: NDArray[np.bool_],
        days: Sequence[date],
    ) -> list[int]:
        exact = np.where(mask, cosines, -1.0)
        if not days:
            return _highest(exact, _CANDIDATES)
        try:
            found = [
                self._corpus.position[item.passage_id]
                for day in days
                for item in self._index.nearest(asked.vector.tolist(), as_of=day, limit=_CANDIDATES)
            ]
        except KnowledgeUnavailable:
            logger.warning("vector index does not answer; the vectors are searched without it")
            return _highest(exact, _CANDIDATES)
        # The nearest passage is known exactly: an index that misses it is damaged or too old.
        if mask.any() and exact[found].max(initial=-1.0) < exact.max() - _SLACK:
            logger.warning("vector index misses the nearest passage; searched without it")
            return _highest(exact, _CANDIDATES)
        return found


def reread(
    pairs: PairScorer, corpus: Corpus, question: str, candidates: list[Candidate]
) -> list[Candidate]:
    """The first candidates in the order of the cross-encoder, on the scale of the ranks."""
    first = candidates[:_CANDIDATES]
    if len(first) <= 1:
        return candidates
    texts = [corpus.passages[one.position].embedded_text for one in first]
    scores = np.asarray(pairs.scores(question, texts), dtype=np.float64)
    ranks = np.array([one.rank for one in first])
    spread = scores.std() or 1.0
    scaled = (scores - scores.mean()) / spread * ranks.std() + ranks.mean()
    reread = [
        Candidate(one.position, one.found, one.features, float(rank))
        for one, rank in zip(first, scaled, strict=True)
    ]
    reread.sort(key=lambda candidate: -candidate.rank)
    return reread


def _highest(scores: NDArray[np.float32], limit: int) -> list[int]:
    """Places of the highest scores, highest first."""
    if len(scores) <= limit:
        return [int(place) for place in np.argsort(-scores, kind="stable")]
    part = np.argpartition(-scores, limit)[:limit]
    return [int(place) for place in part[np.argsort(-scores[part], kind="stable")]]


def families(corpus: Corpus) -> dict[int, tuple[int, ...]]:
    """For each piece of a section that was cut, all pieces of that section."""
    sections: dict[tuple[str, str, str], list[int]] = {}
    for position, passage in enumerate(corpus.passages):
        key = (passage.document_id, passage.version, passage.section)
        sections.setdefault(key, []).append(position)
    return {
        position: tuple(members)
        for members in sections.values()
        if len(members) > 1
        for position in members
    }
