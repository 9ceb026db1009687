"""Which words a caller said, from what a recogniser made of them.

It is the likeliest wording that sounds like one of the readings.

A recogniser of this size puts down sounds, often with the wrong characters (密码 as 秘马), and on a
noisy line with the wrong consonants. Every character is weighed against those that sound like it
and against what the bank's customers say. Numerals are never made, unmade or changed; where a name,
an address or a number is asked for, nothing comes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from channels.voice.likeness import Syllable, syllable, syllables, unlikeness
from channels.voice.wordings import END, START, Wordings

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_NUMERALS: Final = frozenset("零一二三四五六七八九十百千万亿两幺半")
_UNITS: Final = frozenset("十百千万亿元块毛角分")
_FURTHEST: Final = 2.2
_WEIGHT: Final = 1.6
_OTHER_SIGN: Final = 0.15
_BEAM: Final = 24
_CONTEXT: Final = 3
_CHOICES: Final = 40

Path = tuple[float, str]


class Readings:
    """The wordings of one release, by sound."""

    def __init__(self, sentences: Iterable[str]) -> None:
        """Learn from sentences of the kind that callers say."""
        self._wordings = Wordings(sentences)
        self._sounding: dict[Syllable, list[str]] = {}
        for character in self._wordings.characters:
            if character not in _NUMERALS:
                for sound in syllables(character):
                    self._sounding.setdefault(sound, []).append(character)
        self._choices: dict[str, tuple[tuple[str, float], ...]] = {}

    def likeliest(self, readings: Sequence[str]) -> tuple[str, float]:
        """The likeliest wording.

        Args:
            readings: What was heard, best first; at least one.

        Returns:
            It, and its cost for each character; Chinese characters alone count.
        """
        found = [self._decoded(each) for each in dict.fromkeys(readings)]
        cost, text = min(found)
        return text, cost

    def _decoded(self, reading: str) -> Path:
        heard = _CHINESE.findall(reading)
        paths: list[Path] = [(0.0, START)]
        for character in heard:
            paths = self._further(paths, character)
        cost, text = min((cost + self._wordings.surprise(text, END), text) for cost, text in paths)
        return cost / max(1, len(heard)), text.removeprefix(START)

    def _further(self, paths: Sequence[Path], heard: str) -> list[Path]:
        best: dict[str, Path] = {}
        for cost, text in paths:
            for character, unlike in self._sounding_like(heard):
                total = cost + unlike + self._wordings.surprise(text, character)
                end = (text + character)[-_CONTEXT:]
                if end not in best or total < best[end][0]:
                    best[end] = (total, text + character)
        return sorted(best.values())[:_BEAM]

    def _sounding_like(self, heard: str) -> tuple[tuple[str, float], ...]:
        known = self._choices.get(heard)
        if known is None:
            known = self._choices[heard] = tuple(self._alike(heard).items())
        return known

    def _alike(self, heard: str) -> dict[str, float]:
        found = {heard: 0.0}
        if heard in _NUMERALS:
            return found
        sound = syllable(heard)
        for other, characters in self._sounding.items():
            unlike = unlikeness(sound, other)
            if unlike <= _FURTHEST:
                cost = _WEIGHT * (unlike + _OTHER_SIGN)
                for character in characters:
                    found[character] = min(found.get(character, cost), cost)
        found[heard] = 0.0
        rarest = sorted(found, key=lambda each: found[each] + self._wordings.surprise("", each))
        return {each: found[each] for each in {*rarest[:_CHOICES], heard}}
