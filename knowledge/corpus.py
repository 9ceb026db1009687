"""Everything that can be found, cut into passages, with the vector of each piece."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ScopeUnknown
from assistant.model.ids import PassageId
from assistant.ports.knowledge import SearchScope
from knowledge.bm25 import LexicalIndex
from knowledge.chunking import Passage, Sentence, passages_of
from knowledge.documents import AUDIENCES, Document
from knowledge.rows import in_words, is_row
from knowledge.vectors import Progress, VectorCache, Vectors
from knowledge.words import is_foreign


@dataclass(frozen=True)
class Corpus:
    """Passages with their vectors; position `i` means the same passage everywhere.

    Attributes:
        vectors: One row for each passage.
        heading_vectors: One row for each passage, of its title and section alone.
        sentence_vectors: One row for each sentence of all passages in order, or None when
            the corpus is too large to embed every sentence.
    """

    passages: tuple[Passage, ...]
    vectors: Vectors
    heading_vectors: Vectors
    sentence_vectors: Vectors | None
    lexical: LexicalIndex = field(repr=False)

    @cached_property
    def position(self) -> dict[PassageId, int]:
        """Where each passage stands."""
        return {passage.passage_id: index for index, passage in enumerate(self.passages)}

    @cached_property
    def first_sentence(self) -> NDArray[np.int64]:
        """Row of the first sentence of each passage, and one past the last row."""
        counts = [len(passage.sentences) for passage in self.passages]
        return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))

    @cached_property
    def _days(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        first = [passage.effective_from.toordinal() for passage in self.passages]
        last = [(passage.effective_to or date.max).toordinal() for passage in self.passages]
        return np.array(first, dtype=np.int64), np.array(last, dtype=np.int64)

    @cached_property
    def _known_days(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        first = [passage.known_from.toordinal() for passage in self.passages]
        last = [(passage.known_to or date.max).toordinal() for passage in self.passages]
        return np.array(first, dtype=np.int64), np.array(last, dtype=np.int64)

    def valid_on(self, day: date, known_on: date | None = None) -> NDArray[np.bool_]:
        """Which passages may be quoted as of `day`, by what the bank said on `known_on`.

        Args:
            day: Day whose terms are asked for.
            known_on: None: the same day.
        """
        first, last = self._days
        said, withdrawn = self._known_days
        valid, known = day.toordinal(), (known_on or day).toordinal()
        return np.asarray(
            (first <= valid) & (valid <= last) & (said <= known) & (known <= withdrawn)
        )

    @cached_property
    def is_chinese(self) -> bool:
        """Whether most passages have Chinese in them."""
        chinese = sum(not is_foreign(passage.text) for passage in self.passages)
        return chinese * 2 >= len(self.passages)

    @cached_property
    def _versions(self) -> dict[str, list[int]]:
        groups: dict[str, list[int]] = {}
        for index, passage in enumerate(self.passages):
            groups.setdefault(passage.document_id, []).append(index)
        return groups

    def dated_on(self, day: date) -> NDArray[np.bool_]:
        """Passages of documents that had a version on `day`, whichever the passage is of."""
        valid = self.valid_on(day)
        dated = np.zeros(len(self.passages), dtype=np.bool_)
        for members in self._versions.values():
            if valid[members].any():
                dated[members] = True
        return dated

    def within(self, scope: SearchScope) -> NDArray[np.bool_]:
        """Passages of the documents that may answer.

        Raises:
            ScopeUnknown: No document is for such an audience, product or channel.
        """
        kept = np.ones(len(self.passages), dtype=np.bool_)
        for name in sorted(scope.audience):
            self._known("audience", name)
        if scope.audience:
            kept &= [
                not one.audience or bool(one.audience & scope.audience) for one in self.passages
            ]
        if scope.product:
            self._known("product", scope.product)
            kept &= [scope.product in one.products for one in self.passages]
        if scope.channel:
            self._known("channel", scope.channel)
            kept &= [not one.channels or scope.channel in one.channels for one in self.passages]
        return kept

    @cached_property
    def _scopes(self) -> dict[str, tuple[str, ...]]:
        return {
            "audience": AUDIENCES,
            "product": tuple(sorted({name for one in self.passages for name in one.products})),
            "channel": tuple(sorted({name for one in self.passages for name in one.channels})),
        }

    def _known(self, field: str, value: str) -> None:
        known = self._scopes[field]
        if value not in known:
            raise ScopeUnknown(field, value, known)

    def sentences_of(self, position: int) -> Vectors | None:
        """Vectors of the sentences of one passage, None when there are none."""
        start, end = self.first_sentence[position : position + 2]
        if self.sentence_vectors is None or start == end:
            return None
        rows: Vectors = self.sentence_vectors[start:end]
        return rows


def build_corpus(
    documents: Iterable[Document],
    cache: VectorCache,
    *,
    sentence_limit: int | None = None,
    progress: Progress | None = None,
) -> Corpus:
    """Cut and embed documents; only what the cache does not hold is embedded.

    Args:
        documents: All versions that may be asked about.
        cache: Where vectors are remembered.
        sentence_limit: With more sentences than this none is embedded by itself; searching
            stays as it is, quoting and abstaining get less exact. None: no limit.
        progress: Told how far embedding is.
    """
    passages = tuple(passage for document in documents for passage in passages_of(document))
    exact = sentence_limit is None or sum(map(_count, passages)) <= sentence_limit
    texts = embedded_texts(passages) if exact else embedded_texts(passages)[: 2 * len(passages)]
    vectors = cache.vectors(texts, progress)
    return Corpus(
        passages=passages,
        vectors=vectors[: len(passages)],
        heading_vectors=vectors[len(passages) : 2 * len(passages)],
        sentence_vectors=vectors[2 * len(passages) :] if exact else None,
        lexical=LexicalIndex(
            [passage.text for passage in passages], [passage.context for passage in passages]
        ),
    )


def embedded_texts(passages: Sequence[Passage]) -> list[str]:
    """Everything that is embedded: the passages, their headings, then all sentences."""
    return [
        *(passage.embedded_text for passage in passages),
        *(passage.heading for passage in passages),
        *(said_in(passage, sentence) for passage in passages for sentence in passage.sentences),
    ]


def said_in(passage: Passage, sentence: Sentence) -> str:
    """What the vector of a sentence stands for: alone, "申诉不收取费用。" could be about anything.

    A row comes with its column headings. Sentences that are not Chinese stand alone: what
    separates answers in such folders is fitted on those vectors (`knowledge.folder_answer`).
    """
    if is_row(sentence.text):
        return f"{passage.heading} {in_words(passage.text, sentence.text, sentence.start)}"
    return sentence.text if is_foreign(sentence.text) else f"{passage.heading}：{sentence.text}"


def _count(passage: Passage) -> int:
    return len(passage.sentences)
