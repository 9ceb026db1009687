"""Characters with several readings that nothing in the lexicon decides, for `guitai check`."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from assistant.model.spoken import ReadAlone, SpokenWords
from knowledge.check_spoken import said
from knowledge.content_problems import Place, Problems
from knowledge.loader import Pack

Finder = Callable[[SpokenWords], Callable[[str], Iterable[ReadAlone]]]
"""From the lexicon to: a reply to its characters that are spoken by themselves."""
_STAND_IN: Final = "龘"
"""In place of a value: a character nobody writes, so that its neighbours stay apart."""
_LEXICON: Final = Place("lexicon/speech.yml", 1, "pronunciations")
_TONES: Final = frozenset("\u0304\u0301\u030c\u0300")


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A character that may be read otherwise than it will be.

    Attributes:
        where: The response or approved answer of the first place.
        first: As it stands there.
        places: How often it stands undecided.
    """

    first: ReadAlone
    where: str
    places: int


def check_polyphones(pack: Pack, finder: Finder, problems: Problems) -> None:
    """Warn once of each character whose reading calls would guess.

    Args:
        pack: As read; one without words for calls takes none and is left alone.
        finder: The synthesiser's way of cutting a text.
        problems: Where warnings are reported.
    """
    words = pack.release.lexicon.spoken
    if not (words.words or words.pronunciations):
        return
    alone = finder(words)
    found = ((where, each) for where, text in _texts(pack) for each in alone(text))
    for one in undecided(found, words.single):
        usual, *others = one.first.readings
        around = one.first.around.replace(_STAND_IN, "…")
        more = f" and {one.places - 1} more" if one.places > 1 else ""
        problems.warn(
            _LEXICON,
            f"calls read {one.first.character} as {usual}, not {' or '.join(others)}, in "
            f'"{around}" ({one.where}{more}), and no word decides it; give the word around it a '
            f"reading, or list the character in `spoken_single` if {usual} is always right",
        )


def undecided(
    found: Iterable[tuple[str, ReadAlone]], settled: Collection[str]
) -> tuple[Undecided, ...]:
    """Characters with several readings, the most frequent first.

    A reading that only loses its tone (`ma` for `má`) is no other one.

    Args:
        found: Where it stands, and the character.
        settled: Characters whose first reading is right.
    """
    firsts: dict[str, tuple[str, ReadAlone]] = {}
    places: dict[str, int] = {}
    for where, one in found:
        usual, *others = one.readings
        others = [each for each in others if _is_other(usual, each)]
        if not others or one.character in settled:
            continue
        kept = ReadAlone(character=one.character, readings=(usual, *others), around=one.around)
        firsts.setdefault(one.character, (where, kept))
        places[one.character] = places.get(one.character, 0) + 1
    return tuple(
        Undecided(first=first, where=where, places=places[character])
        for character, (where, first) in sorted(firsts.items(), key=lambda item: -places[item[0]])
    )


def _is_other(usual: str, reading: str) -> bool:
    letters, tone = _apart(usual)
    other_letters, other_tone = _apart(reading)
    return letters != other_letters or bool(tone and other_tone and tone != other_tone)


def _apart(reading: str) -> tuple[str, str]:
    signs = unicodedata.normalize("NFD", reading)
    return (
        "".join(sign for sign in signs if sign not in _TONES),
        "".join(sign for sign in signs if sign in _TONES),
    )


def _texts(pack: Pack) -> Iterator[tuple[str, str]]:
    for key, variants in pack.release.responses.items():
        for variant in variants:
            if text := said(variant, _STAND_IN):
                yield key, text
                for button in variant.buttons:
                    yield key, button.title.get("zh-Hans", "")
    for answer in pack.release.approved:
        yield answer.id, answer.wording.get("zh-Hans", "")
