"""Words for calls: how they are said, and which ones callers say. The bank edits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWords:
    """The part of the lexicon that calls need.

    Attributes:
        pronunciations: Word to pinyin with tone marks, a space between syllables
            ("还款" to "huán kuǎn"); surnames stand in it with the form of address behind them.
        letters: Latin capital to the characters that name it ("A" to "诶").
        words: Latin word or abbreviation to what is said for it ("APP" to "诶批批").
        terms: Words callers say, for biasing recognition and for repair by sound.
        single: Characters whose usual reading is right wherever no word decides another one.
        kept: Words that sound like a term and are meant as they are (化肥, not 话费).
        prompts: Opening sentences for the recogniser; the terms follow them.
        back_channels: What is said while listening and is no message ("好的").
        hums: What is no word at all ("嗯"): no yes to anything either.
        yes: Beginnings of a yes.
        person: What a wish for a person has in it; heard at any time.
    """

    pronunciations: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    back_channels: tuple[str, ...] = ()
    hums: tuple[str, ...] = ()
    yes: tuple[str, ...] = ()
    person: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAlone:
    """A character that is spoken by itself: no word that is known has it.

    Attributes:
        readings: Common ones as pinyin with tone marks, first the one that is spoken.
        around: The character with a few of its neighbours.
    """

    character: str
    readings: tuple[str, ...]
    around: str
