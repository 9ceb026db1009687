"""Characters of a reply that the synthesiser reads by themselves, with the readings they can have.

Nearly every character has rare readings in pypinyin's table (能 is also nài). Counted are those
that pypinyin's own phrases use.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from pypinyin import constants

from assistant.model.spoken import ReadAlone, SpokenWords
from channels.voice import speakable
from channels.voice.engines.phonemes import Pronouncer

_LEAST: Final = 0.025
"""Share of a character's phrases from which a reading counts: 教 is read jiāo in 3% of its phrases,
as a verb alone always; below that stand names and classical words."""
_RUN: Final = re.compile(r"[\u4e00-\u9fff]+")
_AROUND: Final = 4
"""Characters shown on either side."""


class Polyphones:
    """Finds characters read by themselves, cut as the synthesiser cuts them."""

    def __init__(self, words: SpokenWords) -> None:
        """Take what the lexicon says about speech."""
        self._words = words
        self._pronouncer = Pronouncer(words.pronunciations)
        self._counted = _counted()

    def __call__(self, text: str) -> Iterator[ReadAlone]:
        """The characters of a reply, also those with one reading only."""
        for clause in speakable.clauses(speakable.spoken(text, self._words)):
            for run in _RUN.finditer(clause):
                for at in self._pronouncer.alone(run[0]):
                    here = run.start() + at
                    yield ReadAlone(
                        character=clause[here],
                        readings=self._readings(clause[here]),
                        around=clause[max(0, here - _AROUND) : here + _AROUND + 1],
                    )

    def _readings(self, character: str) -> tuple[str, ...]:
        usual = constants.PINYIN_DICT.get(ord(character), "").split(",")[0]
        return common_readings(usual, self._counted.get(character, {}))


def common_readings(usual: str, counted: Mapping[str, int]) -> tuple[str, ...]:
    """The readings of a character worth a question.

    Args:
        usual: What it is read alone, with tone mark.
        counted: Reading to the number of phrases that have it.

    Returns:
        The usual one, then others by number of phrases.
    """
    least = _LEAST * sum(counted.values())
    others = sorted(counted, key=lambda each: (-counted[each], each))
    return (usual, *(each for each in others if each != usual and counted[each] >= least))


def _counted() -> dict[str, Counter[str]]:
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for phrase, syllables in constants.PHRASES_DICT.items():
        if len(phrase) == len(syllables):  # others have punctuation
            for character, (reading, *_) in zip(phrase, syllables, strict=True):
                counted[character][reading] += 1
    return dict(counted)
