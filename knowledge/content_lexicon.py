"""The lexicon: words that mean commands, rewrites, synonyms and relations.

Recognised by top-level key, whatever the file is called:

* `homophones`, `dialect`, `rewrites`: canonical form to variants, put right before anything
  else is done;
* `relations`: canonical relation to the words for it;
* `deeds`: action to the words by which customers tell us to do it;
* `pronunciations` and the other keys of `content_spoken`: what calls need;
* a key whose value maps words to lists (`banking`, `products`, …): synonyms for search;
* any other key with `exact`, `contains`, `not`, `markers` or `words`: a command or marker.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import Final

from assistant.model.release import Lexicon, Wordlist
from knowledge.content_problems import Problems, did_you_mean
from knowledge.content_reading import Reader
from knowledge.content_spoken import KEYS as _SPOKEN
from knowledge.content_spoken import SpokenReading
from knowledge.content_yaml import Part

_REWRITES: Final = ("homophones", "dialect", "rewrites")
_RELATIONS: Final = "relations"
_DEEDS: Final = "deeds"
_WORDLIST: Final = ("exact", "contains", "not", "markers", "words")


@dataclass(slots=True)
class _Found:
    confirmed: Set[str]
    commands: dict[str, Wordlist] = field(default_factory=dict)
    rewrites: dict[str, str] = field(default_factory=dict)
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    relations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    deeds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spoken: SpokenReading = field(default_factory=SpokenReading)


def read_lexicon(
    files: Iterable[tuple[str, Part]],
    base: Iterable[tuple[str, Part]],
    extra: dict[str, tuple[str, ...]],
    problems: Problems,
    confirmed: Set[str],
) -> Lexicon:
    """Read all lexicon files.

    Args:
        files: Stem and content of each file of the pack.
        base: The engine's own; a list the pack has too is left out.
        extra: Synonyms found elsewhere (Rasa's NLU files), canonical word to variants.
        problems: Where faults are reported.
        confirmed: Actions that a question of a flow reads back.
    """
    reader, found = Reader(problems), _Found(confirmed)
    for _, part in files:
        for key, item in part.children():
            if item.is_null:
                continue
            _section(reader, found, key, item)
    own = frozenset(found.commands)
    for _, part in base:
        for key, item in part.children():
            if key not in own and not item.is_null:
                _section(reader, found, key, item)
    for word, variants in extra.items():
        _add(found.synonyms, word, variants)
    return Lexicon(
        commands=found.commands,
        rewrites=found.rewrites,
        synonyms=found.synonyms,
        relations=found.relations,
        deeds=found.deeds,
        spoken=found.spoken.words(),
    )


def _section(reader: Reader, found: _Found, key: str, part: Part) -> None:
    if key in _REWRITES:
        _rewrites(reader, found, part)
    elif key in _SPOKEN:
        found.spoken.take(reader, key, part)
    elif key == _RELATIONS:
        for word, item in reader.mapping(part, key).items():
            _add(found.relations, word, reader.words(item, "a variant"))
    elif key == _DEEDS:
        _deeds(reader, found, part)
    elif part.is_mapping and all(name not in _WORDLIST for name, _ in part.children()):
        _synonyms(reader, found, part)
    else:
        found.commands[key] = _wordlist(reader, part)


def _deeds(reader: Reader, found: _Found, part: Part) -> None:
    for action, item in reader.mapping(part, _DEEDS).items():
        if action not in found.confirmed:
            hint = did_you_mean(action, found.confirmed)
            reader.error(item, f'no question reads back "{action}" (`confirms`){hint}')
        _add(found.deeds, action, reader.words(item, "a word"))


def _synonyms(reader: Reader, found: _Found, part: Part) -> None:
    for word, item in part.children():
        if not item.is_list:
            reader.error(item, f'"{word}" must be a list of words, or one of exact, contains, not')
        _add(found.synonyms, word, reader.words(item, "a variant"))


def _rewrites(reader: Reader, found: _Found, part: Part) -> None:
    for word, item in reader.mapping(part, "rewrites").items():
        for variant in reader.words(item, "a variant"):
            earlier = found.rewrites.get(variant)
            if earlier is not None and earlier != word:
                reader.error(item, f'"{variant}" already stands for "{earlier}"; keep one')
                continue
            if variant != word:
                found.rewrites[variant] = word


def _wordlist(reader: Reader, part: Part) -> Wordlist:
    if part.is_list:
        return Wordlist(contains=reader.words(part, "a word"))
    keys = reader.known(part, "a word list", _WORDLIST)
    contains = [
        word
        for key in ("contains", "markers", "words")
        for word in reader.words(keys.get(key), "a word")
    ]
    return Wordlist(
        exact=frozenset(reader.words(keys.get("exact"), "a word")),
        contains=tuple(dict.fromkeys(contains)),
        excluded=reader.words(keys.get("not"), "a word"),
    )


def _add(table: dict[str, tuple[str, ...]], word: str, variants: tuple[str, ...]) -> None:
    table[word] = tuple(dict.fromkeys((*table.get(word, ()), *variants)))
