"""The part of the lexicon that calls need: readings, letters, terms.

Keys: `pronunciations`, `surname_readings` with `forms_of_address`, `spoken_letters`,
`spoken_words`, `spoken_single`, `spoken_terms`, `spoken_kept`, `spoken_prompts`, `back_channels`,
`spoken_hums`, `spoken_yes`, `spoken_person`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from assistant.model.spoken import SpokenWords
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part

_READINGS: Final = ("pronunciations", "surname_readings", "forms_of_address")
_SAID: Final = ("spoken_letters", "spoken_words")
_SINGLE: Final = "spoken_single"
_LISTS: Final = (
    _SINGLE,
    "spoken_terms",
    "spoken_kept",
    "spoken_prompts",
    "back_channels",
    "spoken_hums",
    "spoken_yes",
    "spoken_person",
)
KEYS: Final = frozenset((*_READINGS, *_SAID, *_LISTS))
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]+")
_SYLLABLE: Final = re.compile(r"[a-züê]+")
_MARKED: Final = {"\u0304", "\u0301", "\u030c", "\u0300"}


@dataclass(slots=True)
class SpokenReading:
    """What the files read so far say about speech."""

    tables: dict[str, dict[str, str]] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, reader: Reader, key: str, part: Part) -> None:
        """Read the section of one key of `KEYS`; a later file adds to an earlier one."""
        if key in _LISTS:
            words = reader.words(part, "a word")
            for word in words if key == _SINGLE else ():
                if len(word) != 1 or not _CHINESE.fullmatch(word):
                    reader.error(part, f'"{word}": one Chinese character each; words have readings')
            self.lists[key] = (*self.lists.get(key, ()), *words)
            return
        table = self.tables.setdefault(key, {})
        for word, item in reader.mapping(part, key).items():
            said = reader.text(item, "what is said")
            if said is None:
                continue
            fault = _reading_fault(word, said) if key in _READINGS else _said_fault(said)
            if fault:
                reader.error(item, f'"{word}": {fault}')
            else:
                table[word] = said

    def words(self) -> SpokenWords:
        """Everything read; a surname counts only before a form of address."""
        readings = dict(self.tables.get("pronunciations", {}))
        for surname, sound in self.tables.get("surname_readings", {}).items():
            for form, said in self.tables.get("forms_of_address", {}).items():
                readings[surname + form] = f"{sound} {said}"
        return SpokenWords(
            pronunciations=readings,
            letters=self.tables.get("spoken_letters", {}),
            words=self.tables.get("spoken_words", {}),
            terms=self._list("spoken_terms"),
            single=self._list(_SINGLE),
            kept=self._list("spoken_kept"),
            prompts=self._list("spoken_prompts"),
            back_channels=self._list("back_channels"),
            hums=self._list("spoken_hums"),
            yes=self._list("spoken_yes"),
            person=self._list("spoken_person"),
        )

    def _list(self, key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.lists.get(key, ())))


def _reading_fault(word: str, reading: str) -> str:
    syllables = reading.split()
    if not _CHINESE.fullmatch(word):
        return "only Chinese characters have a reading; letters stand in spoken_words"
    if len(syllables) != len(word):
        return f"{len(word)} characters need {len(word)} syllables, a space between them"
    wrong = next((each for each in syllables if not _is_syllable(each)), None)
    return "" if wrong is None else f"`{wrong}` is no pinyin with a tone mark (huán, kuǎn, ma)"


def _is_syllable(text: str) -> bool:
    signs = unicodedata.normalize("NFD", text)
    plain = "".join(sign for sign in signs if sign not in _MARKED)
    marks = sum(sign in _MARKED for sign in signs)
    return marks <= 1 and bool(_SYLLABLE.fullmatch(unicodedata.normalize("NFC", plain)))


def _said_fault(said: str) -> str:
    return "" if _CHINESE.fullmatch(said) else "what is said must be Chinese characters alone"
