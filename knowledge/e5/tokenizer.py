"""SentencePiece unigram: the likeliest way to cut a text into known pieces (Kudo, 2018).

A dictionary of a quarter of a million pieces would hold 50 MB. Instead each piece is one 64-bit
number in a sorted array, and all substrings of a text that could be pieces are looked up at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.weights import Array, Vocabulary

_SPACE: Final = "▁"
"""Stands for a space inside pieces."""
_SPACES: Final = re.compile(" {2,}")
_PENALTY: Final = 10.0
"""An unknown character costs this much more than the rarest piece; SentencePiece's constant."""
_UNREACHED: Final = float("-inf")
_BASE: Final = 0x9E3779B97F4A7C15
"""Of the polynomial hash: odd, so that it has an inverse; 2^64 over the golden ratio."""
_INVERSE: Final = pow(_BASE, -1, 1 << 64)

_KIND: Final = 0xC0
_CONTINUED: Final = 0x80
"""A byte of UTF-8 whose two highest bits are 10 continues a character."""
_AT_ONCE: Final = 4096

_Numbers = NDArray[np.uint64]


class Tokenizer:
    """Texts to piece numbers, without the marks of beginning and end."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Index the pieces."""
        hashes, sizes = _hash_pieces(vocabulary)
        known = np.flatnonzero((sizes > 0) & (np.arange(len(sizes)) != vocabulary.unknown))
        order = known[np.argsort(hashes[known], kind="stable")]
        self._hashes = hashes[order]
        self._pieces = order
        self._scores: Array = vocabulary.scores[order]
        self._longest = int(sizes[known].max())
        self._unknown = vocabulary.unknown
        self._least = float(vocabulary.scores.min()) - _PENALTY
        self._replaced = vocabulary.replaced

    def tokens(self, text: str) -> list[int]:
        """Numbers of the pieces, in order."""
        plain = _SPACES.sub(" ", text.translate(self._replaced))
        if not plain.startswith(" "):
            plain = f" {plain}"
        marked = plain.replace(" ", _SPACE)
        size = len(marked)
        # Viterbi: best[e] is the score of the best cut of the first e characters, whose last
        # piece is taken[e] and begins at came[e]. An unknown character is always possible.
        best = [0.0, *[_UNREACHED] * size]
        taken, came = [self._unknown] * (size + 1), [0] * (size + 1)
        reached = 0
        for start, end, piece, score in self._found(marked):
            while reached < start:
                _relax(best, taken, came, (reached, reached + 1, self._unknown, self._least))
                reached += 1
            _relax(best, taken, came, (start, end, piece, score))
        for last in range(reached, size):
            _relax(best, taken, came, (last, last + 1, self._unknown, self._least))
        cut = []
        place = size
        while place > 0:
            cut.append(taken[place])
            place = came[place]
        return cut[::-1]

    def _found(self, marked: str) -> list[tuple[int, int, int, float]]:
        """Every piece the text holds: (start, end, number, score), by start, then by end."""
        size = len(marked)
        starts, lengths = np.meshgrid(
            np.arange(size), np.arange(1, min(size, self._longest) + 1), indexing="ij"
        )
        ends = starts + lengths
        inside = ends <= size
        starts, ends = starts[inside], ends[inside]
        wanted = _Hashes.of(marked).between(starts, ends)
        places = np.minimum(np.searchsorted(self._hashes, wanted), len(self._hashes) - 1)
        known = self._hashes[places] == wanted
        places = places[known]
        return list(
            zip(
                starts[known].tolist(),
                ends[known].tolist(),
                self._pieces[places].tolist(),
                self._scores[places].tolist(),
                strict=True,
            )
        )


def _hash_pieces(vocabulary: Vocabulary) -> tuple[_Numbers, NDArray[np.intp]]:
    """Hash and number of characters of each piece, a few thousand at a time: memory is scarce."""
    places = vocabulary.ends.astype(np.intp)
    hashes, sizes = [], []
    for first in range(0, len(places) - 1, _AT_ONCE):
        ends = places[first : first + _AT_ONCE + 1]
        some = vocabulary.pieces[ends[0] : ends[-1]]
        heads = (np.frombuffer(some, np.uint8) & _KIND) != _CONTINUED
        characters = np.concatenate([[0], np.cumsum(heads)])[ends - ends[0]]
        hashes.append(_Hashes.of(some.decode()).between(characters[:-1], characters[1:]))
        sizes.append(np.diff(characters))
    return np.concatenate(hashes), np.concatenate(sizes)


def _relax(
    best: list[float], taken: list[int], came: list[int], piece: tuple[int, int, int, float]
) -> None:
    start, end, number, score = piece
    if best[start] + score > best[end]:
        best[end], taken[end], came[end] = best[start] + score, number, start


@dataclass(frozen=True, slots=True)
class _Hashes:
    """Prefix sums of character × base^place, so that any substring's hash is one subtraction.

    Arithmetic wraps at 64 bits, which is what makes the base's inverse exist.
    """

    sums: _Numbers
    shifts: _Numbers

    @classmethod
    def of(cls, text: str) -> _Hashes:
        points = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
        sums = np.zeros(len(points) + 1, np.uint64)
        np.cumsum(points * _powers(_BASE, len(points)), out=sums[1:])
        return cls(sums, _powers(_INVERSE, len(points) + 1))

    def between(self, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> _Numbers:
        """One number for each substring, the same wherever it stands."""
        result: _Numbers = (self.sums[ends] - self.sums[starts]) * self.shifts[starts]
        return result


def _powers(base: int, count: int) -> _Numbers:
    steps = np.full(count, base, np.uint64)
    steps[:1] = 1
    return np.cumprod(steps, dtype=np.uint64)
