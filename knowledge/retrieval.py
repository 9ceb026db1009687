"""Finding the passages that answer a question: words and meaning together.

    normalise → candidates by meaning (vector index) and by words (BM25), valid on the day
              → exact signals of each candidate → rank → probability → sentences

Traditional Chinese is searched as Simplified; an English question meets Chinese passages by
meaning, and by words where the lexicon lists English names.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.ports.knowledge import PassageHit, SentenceHit
from knowledge.corpus import Corpus
from knowledge.index_chroma import Neighbour
from knowledge.scoring import Signals, answerable, passage_score, sentence_score
from knowledge.vectors import PassageEncoder
from knowledge.words import Synonyms, is_foreign, normalised, words_of

_CANDIDATES: Final = 40
_TOP: Final = 3  # passages whose best sentence decides whether the question is answerable


class VectorIndex(Protocol):
    """Nearest passages among those valid on a day."""

    def nearest(self, vector: Sequence[float], *, as_of: date, limit: int) -> list[Neighbour]:
        """Nearest first.

        Raises:
            KnowledgeUnavailable: The index does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Question:
    """A question made ready.

    Attributes:
        words: Those that passages may hold, synonyms included.
        lexical: BM25 of every passage.
    """

    text: str
    words: tuple[str, ...]
    vector: NDArray[np.float32]
    lexical: NDArray[np.float32]
    is_foreign: bool
    is_outside: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage looked at exactly.

    Attributes:
        position: Its place in the corpus.
        cosines: Of the question and each of its sentences; empty when those have no vectors.
    """

    position: int
    signals: Signals
    cosines: tuple[float, ...]


class HybridKnowledge:
    """Implements the port Knowledge over a corpus, a vector index and BM25."""

    def __init__(
        self,
        corpus: Corpus,
        index: VectorIndex,
        encoder: PassageEncoder,
        *,
        synonyms: Mapping[str, Sequence[str]] | None = None,
        outside: Sequence[str] = (),
    ) -> None:
        """Put the parts together.

        Args:
            corpus: What can be found.
            index: Nearest neighbours over the same passages.
            encoder: The encoder both were made with.
            synonyms: Canonical word to its variants, from the lexicon of the release.
            outside: Regular expressions of questions the documents do not cover although
                they sound like it, such as another bank's prices; matched against the
                normalised question.
        """
        self._corpus = corpus
        self._index = index
        self._encoder = encoder
        self._synonyms = Synonyms(synonyms)
        self._outside = tuple(re.compile(pattern, re.IGNORECASE) for pattern in outside)

    async def search(
        self,
        question: str,
        *,
        as_of: date,
        limit: int = 5,
        audience: frozenset[str] = frozenset(),
    ) -> list[PassageHit]:
        """See the port. An empty audience means everybody's documents."""
        return await asyncio.to_thread(self.find, question, as_of, limit, audience)

    def find(
        self, question: str, as_of: date, limit: int, audience: frozenset[str] = frozenset()
    ) -> list[PassageHit]:
        """The same, in the calling thread.

        Raises:
            KnowledgeUnavailable: The vector index does not answer.
        """
        if limit <= 0 or not question.strip():
            return []
        asked = self._prepared(question)
        candidates = self._ranked(asked, as_of, audience)
        if not candidates:
            return []
        best = answerable(
            max(candidate.signals.sentence for candidate in candidates[:_TOP]),
            is_foreign=asked.is_foreign,
            is_outside=asked.is_outside,
        )
        top = candidates[0].signals.rank
        return [
            self._hit(candidate, asked, passage_score(best, top - candidate.signals.rank))
            for candidate in candidates[:limit]
        ]

    def candidates(self, question: str, as_of: date) -> list[Candidate]:
        """Everything looked at for a question, best first; for fitting the weights."""
        return self._ranked(self._prepared(question), as_of, frozenset())

    def _ranked(self, asked: _Question, as_of: date, audience: frozenset[str]) -> list[Candidate]:
        if not self._corpus.passages:
            return []
        near = self._near(asked, as_of, audience)
        found = [self._candidate(position, asked) for position in near]
        return sorted(found, key=lambda candidate: -candidate.signals.rank)

    def _prepared(self, question: str) -> _Question:
        text = normalised(question)
        widened = self._synonyms.added_to(text)
        return _Question(
            text=text,
            words=tuple(dict.fromkeys(words_of(widened))),
            vector=self._encoder.queries([text])[0],
            lexical=self._corpus.lexical.scores(widened),
            is_foreign=is_foreign(text),
            is_outside=any(pattern.search(text) for pattern in self._outside),
        )

    def _near(self, asked: _Question, as_of: date, audience: frozenset[str]) -> Iterable[int]:
        """Positions worth scoring exactly, valid on the day and meant for the audience."""
        neighbours = self._index.nearest(asked.vector.tolist(), as_of=as_of, limit=_CANDIDATES)
        found = {self._corpus.position[item.passage_id]: None for item in neighbours}
        lexical = np.where(self._corpus.valid_on(as_of), asked.lexical, 0.0)
        by_words = np.argsort(-lexical, kind="stable")[:_CANDIDATES]
        found.update({int(position): None for position in by_words if lexical[position] > 0})
        return [position for position in found if self._is_for(position, audience)]

    def _is_for(self, position: int, audience: frozenset[str]) -> bool:
        meant = self._corpus.passages[position].audience
        return not audience or not meant or bool(meant & audience)

    def _candidate(self, position: int, asked: _Question) -> Candidate:
        passage = float(self._corpus.vectors[position] @ asked.vector)
        rows = self._corpus.sentences_of(position)
        cosines = tuple((rows @ asked.vector).tolist()) if rows is not None else ()
        signals = Signals(
            passage=passage,
            heading=float(self._corpus.heading_vectors[position] @ asked.vector),
            sentence=max(cosines, default=passage),
            lexical=float(asked.lexical[position]),
        )
        return Candidate(position, signals, cosines)

    def _hit(self, candidate: Candidate, asked: _Question, score: float) -> PassageHit:
        passage = self._corpus.passages[candidate.position]
        return PassageHit(
            passage_id=passage.passage_id,
            document_id=passage.document_id,
            title=passage.title,
            section=passage.section,
            version=passage.version,
            effective_from=passage.effective_from,
            effective_to=passage.effective_to,
            text=passage.text,
            score=score,
            sentences=self._sentences(candidate, asked),
        )

    def _sentences(self, candidate: Candidate, asked: _Question) -> tuple[SentenceHit, ...]:
        sentences = self._corpus.passages[candidate.position].sentences
        cosines = candidate.cosines or (candidate.signals.passage,) * len(sentences)
        hits = [
            SentenceHit(
                text=sentence.text,
                score=sentence_score(
                    cosine, self._coverage(asked, sentence.text), is_foreign=asked.is_foreign
                ),
            )
            for sentence, cosine in zip(sentences, cosines, strict=True)
        ]
        return tuple(sorted(hits, key=lambda hit: -hit.score))

    def _coverage(self, asked: _Question, sentence: str) -> float:
        text = normalised(sentence)
        weights = {word: self._corpus.lexical.rarity(word) for word in asked.words}
        total = sum(weights.values())
        held = sum(weight for word, weight in weights.items() if word in text)
        return held / total if total else 0.0
