"""Finding passages by the words they share with a question (BM25).

Source of the weighting: Robertson and Zaragoza, "The Probabilistic Relevance Framework:
BM25 and Beyond", 2009; computed by bm25s, which scores ahead of time into a sparse matrix.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final, TypeAlias

import bm25s
import numpy as np
from numpy.typing import NDArray

from knowledge.words import normalised, pairs_of, words_of

Scores: TypeAlias = NDArray[np.float32]

_EMPTY: Final = "∅"  # bm25s cannot index a corpus in which a text has no token


class LexicalIndex:
    """BM25 over words and character pairs, and the rarity of each word."""

    def __init__(self, texts: Sequence[str], contexts: Sequence[str]) -> None:
        """Index texts, each with the title and topics it stands under."""
        full = [
            f"{normalised(context)} {normalised(text)}"
            for text, context in zip(texts, contexts, strict=True)
        ]
        word_lists = [words_of(text) for text in full]
        self._words = [frozenset(words) for words in word_lists]
        tokens = [
            [*words, *pairs_of(text)] or [_EMPTY]
            for words, text in zip(word_lists, full, strict=True)
        ]
        self._bm25 = bm25s.BM25(method="lucene")
        self._bm25.index(tokens or [[_EMPTY]], show_progress=False)
        self._size = len(texts)
        self._counts = Counter(token for text in tokens for token in set(text))

    def scores(self, question: str) -> Scores:
        """BM25 of every text for a normalised question, shape (number of texts,)."""
        tokens = [*words_of(question), *pairs_of(question)]
        if not tokens or not self._size:
            return np.zeros(self._size, dtype=np.float32)
        scored = self._bm25.get_scores(tokens)[: self._size]
        return np.asarray(scored, dtype=np.float32)

    def rarity(self, word: str) -> float:
        """Inverse document frequency of a word or pair in nats; highest where no text holds it."""
        return math.log(1 + (self._size + 0.5) / (self._counts[word] + 0.5))

    def knows(self, word: str) -> bool:
        """Whether any text holds a word or a pair of characters."""
        return self._counts[word] > 0

    def coverage(self, words: Sequence[str], position: int) -> float:
        """Share of the question's words, weighed by rarity, that a text holds; 0 to 1."""
        total = sum(self.rarity(word) for word in words)
        held = sum(self.rarity(word) for word in words if word in self._words[position])
        return held / total if total else 0.0
