"""What the classifier sees of a text: its pieces (TF-IDF) and its meaning (embedding).

Pieces suit both scripts of the bank: single Chinese characters and pairs of them; Latin words,
pairs of neighbouring words, and letter sequences that survive a slip of the finger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

Array: TypeAlias = NDArray[np.float32]

_RUNS: Final = re.compile(r"[a-z0-9']+|[^\W\da-z_]+")
_CHARACTERS: Final = (1, 2)
"""Lengths of Chinese sequences; three added nothing in cross-validation."""
_LETTERS: Final = (3, 5)
"""Lengths of letter sequences inside a word, its borders marked by a space."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Texts as features, one row a text.

    Attributes:
        pieces: TF-IDF of the pieces, rows of length 1, shape (texts, vocabulary).
        meaning: Centred embeddings scaled to length 1, shape (texts, dimensions).
    """

    pieces: sparse.csr_matrix
    meaning: Array


@dataclass(frozen=True, slots=True)
class Features:
    """Fitted to the examples of one release.

    Attributes:
        centre: Mean embedding of the examples. All embeddings of this model lie in a narrow
            cone around it; without it their differences drown.
    """

    vectorizer: TfidfVectorizer
    centre: Array

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Array) -> tuple[Features, Seen]:
        """Learn vocabulary and centre; the second value is the texts seen that way."""
        vectorizer = TfidfVectorizer(analyzer=_list_pieces, sublinear_tf=True, dtype=np.float32)
        pieces = vectorizer.fit_transform(texts)
        features = cls(vectorizer, vectors.mean(axis=0))
        return features, Seen(pieces, features.meaning(vectors))

    def see(self, texts: Sequence[str], vectors: Array) -> Seen:
        """Other texts, seen the same way."""
        return Seen(self.vectorizer.transform(texts), self.meaning(vectors))

    def meaning(self, vectors: Array) -> Array:
        """Centre and scale embeddings."""
        moved = vectors - self.centre
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        result: Array = moved / np.maximum(lengths, np.finfo(np.float32).eps)
        return result


def split_pieces(text: str) -> Iterator[str]:
    """Yield the pieces of one text, with repetitions."""
    runs = _RUNS.findall(text.lower())
    for run in runs:
        if run[0].isascii():
            yield f"{run} "
            padded = f" {run} "
            yield from _sequences(padded, _LETTERS)
        else:
            yield from _sequences(run, _CHARACTERS)
    for left, right in pairwise(runs):
        if left[0].isascii() and right[0].isascii():
            yield f"{left}_{right}"


def softmax(scores: Array) -> Array:
    """Rows of scores to rows of probabilities."""
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Array = (grown / grown.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def _list_pieces(text: str) -> list[str]:
    return list(split_pieces(text))


def _sequences(text: str, lengths: tuple[int, int]) -> Iterator[str]:
    for length in range(lengths[0], lengths[1] + 1):
        for start in range(len(text) - length + 1):
            yield text[start : start + length]
