"""Finding the passages that answer a question: words and meaning together.

    read the question (script, synonyms, terms, the day it asks about, what it leans on)
      → candidates by meaning (vector index, headings) and by words (BM25), valid on the day
      → passages ranked → their sentences ranked → the probability that the best one answers

Traditional Chinese is searched as Simplified; an English question meets Chinese passages by
meaning, and by words where the lexicon lists English names.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.model.asked_day import asked_day, without_day
from assistant.ports.knowledge import EVERYTHING, PassageHit, SearchScope
from knowledge.answering import Evidence, answer_features, left_unsaid
from knowledge.asked import Heard
from knowledge.candidates import Candidate, Nearby, PairScorer, VectorIndex, families, reread
from knowledge.corpus import Corpus
from knowledge.features import Found, passage_features, sentence_features
from knowledge.follow_up import is_marked, readings
from knowledge.hits import Findings, ReadSentence, hits_of
from knowledge.kinds import kinds_asked
from knowledge.linked import lifted, linked_passages, seen_through
from knowledge.reranker import Reranker, load_reranker
from knowledge.vectors import PassageEncoder
from knowledge.views import PassageView, Question, question_of, view_of
from knowledge.words import Synonyms, is_foreign, normalised, pairs_of, things_of, words_of

_READ: Final = 12  # passages whose sentences are ranked
_FAMILY: Final = 3  # passages whose other pieces of the same section are looked at too
_LINKED: Final = 12  # passages looked at because those point to them
_LATER_READING: Final = 0.15
"""How much better a less likely reading of a question must be answered to be taken."""


class HybridKnowledge:
    """Implements the port Knowledge over a corpus, a vector index and BM25."""

    def __init__(  # noqa: PLR0913 - the parts of a search
        self,
        corpus: Corpus,
        index: VectorIndex,
        encoder: PassageEncoder,
        *,
        synonyms: Mapping[str, Sequence[str]] | None = None,
        outside: Sequence[str] = (),
        reranker: Reranker | None = None,
        pairs: PairScorer | None = None,
        is_own: bool = False,
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
            reranker: Weights; those of the package by default.
            pairs: A cross-encoder that ranks the passages instead of the learned weights.
            is_own: Whether these are the documents whose questions the weights were fitted on.
        """
        self._corpus = corpus
        self._nearby = Nearby(corpus, index)
        self._encoder = encoder
        self._synonyms = Synonyms(synonyms)
        self._outside = tuple(re.compile(pattern, re.IGNORECASE) for pattern in outside)
        self._reranker = reranker or load_reranker()
        self._pairs = pairs
        self._model = encoder.fingerprint if is_own else None
        self._views: dict[int, PassageView] = {}
        self._titles = "\n".join({normalised(one.title) for one in corpus.passages})
        self._family = families(corpus)
        self._links = linked_passages(corpus)

    async def search(
        self,
        question: str,
        *,
        as_of: date,
        limit: int = 8,
        scope: SearchScope = EVERYTHING,
        before: Sequence[str] = (),
        known_on: date | None = None,
    ) -> list[PassageHit]:
        """See the port."""
        return await asyncio.to_thread(self.find, question, as_of, limit, scope, before, known_on)

    def find(
        self,
        question: str,
        as_of: date,
        limit: int,
        scope: SearchScope = EVERYTHING,
        before: Sequence[str] = (),
        known_on: date | None = None,
    ) -> list[PassageHit]:
        """The same, in the calling thread."""
        if limit <= 0 or not question.strip():
            return []
        found = self.findings(question, as_of, scope, before, known_on)
        return hits_of(found, self._corpus.passages, limit)

    def findings(
        self,
        question: str,
        as_of: date,
        scope: SearchScope = EVERYTHING,
        before: Sequence[str] = (),
        known_on: date | None = None,
    ) -> Findings:
        """Everything worked out for a question, in the reading the documents answer best."""
        leaning = list(readings(question, before, self._synonyms))
        if leaning and not is_marked(question):
            # What names a subject of its own is first read alone: "存三年定期多少利息" asked
            # after a question about US dollars is not about US dollars.
            leaning.insert(0 if self._names_subject(question) else len(leaning), question)
        best = self._findings(leaning[0] if leaning else question, as_of, scope, known_on)
        for text in leaning[1:]:
            if best.score >= 1 - _LATER_READING:
                break
            other = self._findings(text, as_of, scope, known_on)
            if other.score - _LATER_READING > best.score:
                best = other
        return best

    def _names_subject(self, question: str) -> bool:
        """Whether a question names something a document is titled after, besides what it asks."""
        names = self._synonyms.canonical(normalised(question))
        return any(name in self._titles and not kinds_asked(name) for name in names)

    def _findings(
        self, question: str, as_of: date, scope: SearchScope, known_on: date | None
    ) -> Findings:
        text = normalised(question)
        # Who says what is known when has read the day already.
        other = asked_day(text, as_of) if known_on is None else None
        past = other if other is not None and other.is_past(as_of) else None
        asked = self._prepared(without_day(text, past) if past else text)
        valid = self._valid(asked, as_of, known_on, past.last if past else None)
        cosines: NDArray[np.float32] = (
            self._corpus.vectors @ asked.vector
            if self._corpus.passages
            else np.zeros(0, np.float32)
        )
        candidates = self._ranked(asked, cosines, valid, as_of, scope)
        sentences = self._sentences(asked, candidates[:_READ])
        if not sentences:
            return Findings(asked, tuple(candidates), (), (), "", 0.0)
        evidence = self._evidence(candidates, sentences, cosines)
        features = answer_features(asked, evidence, self._corpus.lexical.knows)
        left = left_unsaid(asked.text, evidence.view.text)
        heard = Heard(asked.text, left, asked.vector.astype(np.float64))
        score = self._reranker.chance(features, heard, self._model)
        return Findings(asked, tuple(candidates), tuple(sentences), tuple(features), left, score)

    def _evidence(
        self,
        candidates: Sequence[Candidate],
        sentences: Sequence[ReadSentence],
        cosines: NDArray[np.float32],
    ) -> Evidence:
        best = sentences[0]
        chosen = next(one for one in candidates if one.position == best.position)
        view, found = self._seen(chosen), chosen.found
        return Evidence(
            view=view,
            sentence=view.sentences[best.place],
            ranks=[one.rank for one in candidates],
            sentence_ranks=[one.rank for one in sentences],
            cosine=found.sentences[best.place] if found.sentences else found.cosine,
            heading=found.heading,
            cosines=cosines,
            bm25=found.bm25,
        )

    def _prepared(self, text: str) -> Question:
        lexical = self._corpus.lexical
        # A word for it that these documents do not have says nothing about them.
        canonical = [name for name in self._synonyms.canonical(text) if self._has(name)]
        widened = " ".join((text, *(name for name in canonical if name not in text)))
        tokens = {*words_of(widened), *pairs_of(widened), *things_of(text)}
        return question_of(
            text,
            widened,
            canonical,
            {token: lexical.rarity(token) for token in tokens},
            self._vector(text, canonical),
            lexical.scores(widened),
            known=lexical.knows,
            is_foreign=is_foreign(text) == self._corpus.is_chinese,
            is_outside=any(pattern.search(text) for pattern in self._outside),
        )

    def _vector(self, text: str, canonical: Sequence[str]) -> NDArray[np.float32]:
        """Of the question, drawn towards the bank's words for what it says."""
        if not canonical:
            vector: NDArray[np.float32] = self._encoder.queries([text])[0]
            return vector
        both = self._encoder.queries([text, f"{text} {' '.join(canonical)}"]).sum(axis=0)
        length = float(np.linalg.norm(both))
        return np.asarray(both / length if length else both, dtype=np.float32)

    def _has(self, name: str) -> bool:
        words = words_of(name)
        return bool(words) and all(map(self._corpus.lexical.knows, words))

    def _valid(
        self, asked: Question, as_of: date, known_on: date | None, day: date | None
    ) -> tuple[NDArray[np.bool_], date]:
        """Which passages may answer, and the day they are valid on.

        A rate of the past is only taken from what was valid then. Anything else said about
        the past ("昨天丢了卡") may be answered by a document that had no version then.
        """
        if day is None:
            return self._corpus.valid_on(as_of, known_on), as_of
        then = self._corpus.valid_on(day, as_of)
        if "rate" in asked.kinds:
            return then, day
        return then | (self._corpus.valid_on(as_of) & ~self._corpus.dated_on(day)), day

    def _ranked(
        self,
        asked: Question,
        cosines: NDArray[np.float32],
        valid: tuple[NDArray[np.bool_], date],
        as_of: date,
        scope: SearchScope,
    ) -> list[Candidate]:
        if not self._corpus.passages:
            return []
        mask, day = valid
        days = tuple(dict.fromkeys((day, as_of)))
        if scope != EVERYTHING:
            mask, days = mask & self._corpus.within(scope), ()
        near = self._nearby.of(asked, cosines, mask, days)
        chosen = [p for p in near if mask[p] and self._is_for(p, asked)]
        candidates = self._scored(asked, chosen, near, cosines)
        family = self._around(candidates, asked, mask, near)
        if family:
            everyone = near | {position: len(near) for position in family}
            candidates = self._scored(asked, [*chosen, *family], everyone, cosines)
        if self._pairs is not None:
            return candidates
        return lifted(asked, candidates, self._links, self._view, self._reranker.passage)

    def _around(
        self,
        candidates: Sequence[Candidate],
        asked: Question,
        mask: NDArray[np.bool_],
        near: Mapping[int, int],
    ) -> list[int]:
        """Other pieces of the first sections, and what those sections point to."""
        first = [one.position for one in candidates[:_FAMILY]]
        pieces = [member for position in first for member in self._family.get(position, ())]
        linked = [
            member
            for position in first
            for member in self._links.get(position, ())
            if mask[member] and member not in near
        ]
        found = dict.fromkeys((*pieces, *linked[:_LINKED]))
        return [one for one in found if one not in near and self._is_for(one, asked)]

    def _is_for(self, position: int, asked: Question) -> bool:
        words = self._corpus.passages[position].asked_by
        return not words or any(word in asked.text for word in words)

    def _scored(
        self,
        asked: Question,
        positions: Sequence[int],
        near: Mapping[int, int],
        cosines: NDArray[np.float32],
    ) -> list[Candidate]:
        order = sorted(positions, key=lambda position: -asked.lexical[position])
        by_words = {position: place for place, position in enumerate(order)}
        best = float(asked.lexical.max(initial=0.0))
        found = [
            Found(
                cosine=float(cosines[position]),
                heading=float(self._corpus.heading_vectors[position] @ asked.vector),
                sentences=self._cosines(position, asked),
                bm25=float(asked.lexical[position]),
                best_bm25=best,
                by_meaning=near[position],
                by_words=by_words[position],
            )
            for position in positions
        ]
        rows = [
            passage_features(asked, self._view(position), one)
            for position, one in zip(positions, found, strict=True)
        ]
        ranks = self._reranker.passage.scores(rows)
        candidates = [
            Candidate(position, one, tuple(row), float(rank))
            for position, one, row, rank in zip(positions, found, rows, ranks, strict=True)
        ]
        candidates.sort(key=lambda candidate: -candidate.rank)
        if self._pairs is None:
            return candidates
        return reread(self._pairs, self._corpus, asked.text, candidates)

    def _sentences(self, asked: Question, candidates: Sequence[Candidate]) -> list[ReadSentence]:
        read: list[ReadSentence] = []
        top = candidates[0].rank if candidates else 0.0
        for candidate in candidates:
            view = self._seen(candidate)
            rows = sentence_features(asked, view, candidate.found, candidate.rank - top)
            ranks = self._reranker.sentence.scores(rows)
            read.extend(
                ReadSentence(candidate.position, place, tuple(row), float(rank))
                for place, (row, rank) in enumerate(zip(rows, ranks, strict=True))
            )
        return sorted(read, key=lambda sentence: -sentence.rank)

    def _cosines(self, position: int, asked: Question) -> tuple[float, ...]:
        rows = self._corpus.sentences_of(position)
        return tuple((rows @ asked.vector).tolist()) if rows is not None else ()

    def _seen(self, candidate: Candidate) -> PassageView:
        view = self._view(candidate.position)
        return view if candidate.via is None else seen_through(view, self._view(candidate.via))

    def _view(self, position: int) -> PassageView:
        view = self._views.get(position)
        if view is None:
            view = self._views[position] = view_of(
                self._corpus.passages[position], self._synonyms.canonical
            )
        return view
