"""SentencePiece unigram: the likeliest way to cut a text into known pieces (Kudo, 2018)."""

from __future__ import annotations

import re
from array import array
from itertools import pairwise
from typing import Final

from knowledge.e5.weights import Vocabulary

_SPACE: Final = "▁"
"""Stands for a space inside pieces."""
_SPACES: Final = re.compile(" {2,}")
_PENALTY: Final = 10.0
"""An unknown character costs this much more than the rarest piece; SentencePiece's constant."""
_UNREACHED: Final = float("-inf")


class Tokenizer:
    """Texts to piece numbers, without the marks of beginning and end."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Index the pieces."""
        places = pairwise(vocabulary.ends.tolist())
        texts = [vocabulary.pieces[start:end].decode(errors="replace") for start, end in places]
        self._numbers = {text: number for number, text in enumerate(texts) if text}
        self._numbers.pop(texts[vocabulary.unknown], None)
        self._scores = array("f", vocabulary.scores.tobytes())
        self._unknown = vocabulary.unknown
        self._least = float(vocabulary.scores.min()) - _PENALTY
        self._replaced = vocabulary.replaced
        self._longest: dict[str, int] = {}
        for text in self._numbers:
            self._longest[text[0]] = max(len(text), self._longest.get(text[0], 0))

    def tokens(self, text: str) -> list[int]:
        """Numbers of the pieces, in order."""
        plain = _SPACES.sub(" ", text.translate(self._replaced))
        if not plain.startswith(" "):
            plain = f" {plain}"
        marked = plain.replace(" ", _SPACE)
        # Viterbi: best[e] is the score of the best cut of the first e characters, whose last
        # piece is taken[e] and begins at came[e].
        size = len(marked)
        best = [0.0, *[_UNREACHED] * size]
        taken, came = [self._unknown] * (size + 1), [0] * (size + 1)
        for start in range(size):
            so_far = best[start]
            for end in range(start + 1, min(size, start + self._longest_at(marked[start])) + 1):
                number = self._numbers.get(marked[start:end])
                if number is not None and so_far + self._scores[number] > best[end]:
                    best[end] = so_far + self._scores[number]
                    taken[end], came[end] = number, start
            if so_far + self._least > best[start + 1]:
                best[start + 1] = so_far + self._least
                taken[start + 1], came[start + 1] = self._unknown, start
        found = []
        place = size
        while place > 0:
            found.append(taken[place])
            place = came[place]
        return found[::-1]

    def _longest_at(self, character: str) -> int:
        return self._longest.get(character, 0)
