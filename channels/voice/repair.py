"""Recognised words put right by their sound.

Recognisers of this size err mostly by homophones (余额 as 鱼额). Where a run of characters sounds
like a term of the lexicon it becomes the term; the raw text stays on the event. Names, addresses
and numbers are never touched: a step that asks for one does not come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from rjieba import Jieba

from channels.voice.characters import reading

Sound = tuple[str, ...]

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]+")
_SHORTEST: Final = 2
_SHORTEST_ALIKE: Final = 3
_NOT: Final = "不没未别非"
"""A negation is never part of a word that was misheard: 先不办 is not 先补办."""
_ALIKE: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"),
                 ("ang", "an"), ("l", "n"), ("iong", "ong"))  # fmt: skip
"""Sounds that speakers of the south do not tell apart, and telephone lines blur."""


class Repairer:
    """Terms by their sound."""

    def __init__(self, terms: Iterable[str], kept: Iterable[str] = ()) -> None:
        """Take the terms; of two that sound alike the first is kept.

        Args:
            terms: What callers say, the commonest first.
            kept: Words that sound like a term and are meant as they are (化肥, not 话费).
        """
        self._kept = frozenset(kept)
        self._exact: dict[Sound, str] = {}
        self._alike: dict[Sound, str] = {}
        self._words = Jieba()
        for term in terms:
            if _CHINESE.fullmatch(term) and len(term) >= _SHORTEST:
                self._exact.setdefault(sound(term), term)
                self._alike.setdefault(_blurred(sound(term)), term)
                self._words.add_word(term, None, None)
        self._longest = max((len(each) for each in self._exact), default=0)

    def repaired(self, text: str) -> str:
        """The text with every run that sounds like a term replaced by it, longest first."""
        return _CHINESE.sub(lambda found: self._run(found[0]), text)

    def covered(self, text: str) -> int:
        """How many characters of a text belong to terms."""
        at = count = 0
        while at < len(text):
            size = next(
                (n for n in self._sizes(text, at) if self._term(text[at : at + n]) is not None), 0
            )
            count += size
            at += size or 1
        return count

    def _run(self, run: str) -> str:
        borders = self._borders(run)
        parts, at = [], 0
        while at < len(run):
            size, term = self._at(run, at, borders)
            parts.append(term)
            at += size
        return "".join(parts)

    def _at(self, run: str, at: int, borders: frozenset[int]) -> tuple[int, str]:
        if {at} <= borders and run[at] not in _NOT:
            for size in self._sizes(run, at):
                # A word that goes on behind the window was heard as that word.
                if at + size in borders and (term := self._meant(run[at : at + size])):
                    return size, term
        known = next((n for n in self._sizes(run, at) if self._term(run[at : at + n])), 1)
        return known, run[at : at + known]

    def _meant(self, window: str) -> str | None:
        if window in self._kept:
            return None
        exact = self._exact.get(sound(window))
        if exact is not None or len(window) < _SHORTEST_ALIKE or self._words.has_word(window):
            return exact
        return self._alike.get(_blurred(sound(window)))

    def _term(self, window: str) -> str | None:
        term = self._exact.get(sound(window))
        return term if term == window else None

    def _sizes(self, text: str, at: int) -> Sequence[int]:
        return range(min(self._longest, len(text) - at), _SHORTEST - 1, -1)

    def _borders(self, run: str) -> frozenset[int]:
        ends = [0]
        for word in self._words.cut(run, False):  # a word the model guesses is none
            ends.append(ends[-1] + len(word))
        return frozenset(ends)


def sound(text: str) -> Sound:
    """A text's pinyin without tones, each character read by itself."""
    return tuple(map(_syllable, text))


@lru_cache(maxsize=8192)
def _syllable(character: str) -> str:
    return reading(character)


def _blurred(syllables: Sound) -> Sound:
    return tuple(map(_blur, syllables))


@lru_cache(maxsize=2048)
def _blur(syllable: str) -> str:
    for sharp, blunt in _ALIKE:
        if sharp in {"l", "zh", "ch", "sh"}:
            if syllable.startswith(sharp):
                syllable = blunt + syllable[len(sharp) :]
        elif syllable.endswith(sharp):
            syllable = syllable[: -len(sharp)] + blunt
    return syllable
