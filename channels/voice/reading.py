"""Which words a caller said, from what a recogniser made of them.

A recogniser of this size puts down sounds, often with the wrong characters (密码 as 秘马), and on a
noisy line with the wrong consonants. Every character is weighed against those that sound like it
and against what the bank's customers say, and the likeliest wording is found by a beam search.
Numerals are never made, unmade or changed; where a name, an address or a number is asked for,
nothing comes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rjieba import Jieba

from channels.voice.likeness import Syllable, syllable, syllables, unlikeness
from channels.voice.wordings import END, START, Wordings

_RUNS: Final = re.compile(r"[\u4e00-\u9fff]+|[0-9A-Za-z]+(?:\.\d+)?%?")
NUMERALS: Final = frozenset("零一二三四五六七八九十百千万亿两幺半")
_FURTHEST: Final = 2.2
TRUSTS: Final = (1.6, 2.4, 3.2)
"""Nats a doubtful consonant costs."""
_OTHER_SIGN: Final = 0.15
_WORD: Final = 1.0
"""What it costs to change a character of a word that was heard whole."""
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
            if character not in NUMERALS:
                for sound in syllables(character):
                    self._sounding.setdefault(sound, []).append(character)
        self._choices: dict[str, tuple[tuple[str, float], ...]] = {}
        self._words = Jieba()

    def wordings(self, readings: Sequence[str]) -> list[str]:
        """The likeliest wordings, without punctuation.

        Args:
            readings: What was heard, best first; at least one.

        Returns:
            One for each trust in what was heard, from little to much.
        """
        return [min(self._decoded(each, trust) for each in readings)[1] for trust in TRUSTS]

    def _decoded(self, reading: str, trust: float) -> Path:
        paths: list[Path] = [(0.0, START)]
        for heard, firm in self._heard(reading):
            paths = self._further(paths, heard, firm, trust)
        cost, text = min((cost + self._wordings.surprise(text, END), text) for cost, text in paths)
        return cost / len(text), text.removeprefix(START)

    def _heard(self, reading: str) -> Iterator[tuple[str, float]]:
        """Each character, or figures as they are, and what it costs to take others for them."""
        for run in _RUNS.findall(reading):
            if run[0].isascii():
                yield run, 0.0
                continue
            for word in self._words.cut(run, False):
                for character in word:
                    yield character, _WORD if len(word) > 1 else 0.0

    def _further(self, paths: Sequence[Path], heard: str, firm: float, trust: float) -> list[Path]:
        best: dict[str, Path] = {}
        choices = self._sounding_like(heard)
        for cost, text in paths:
            for character, unlike in choices:
                total = cost + trust * unlike + self._wordings.surprise(text, character)
                if character != heard:
                    total += firm
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
        if heard in NUMERALS or heard.isascii():
            return found
        sound = syllable(heard)
        for other, characters in self._sounding.items():
            unlike = unlikeness(sound, other)
            if unlike <= _FURTHEST:
                cost = unlike + _OTHER_SIGN
                for character in characters:
                    found[character] = min(found.get(character, cost), cost)
        found[heard] = 0.0
        likely = sorted(found, key=lambda each: found[each] + self._wordings.surprise("", each))
        return {each: found[each] for each in (*likely[:_CHOICES], heard)}
