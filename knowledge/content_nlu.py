"""Training examples in Rasa's NLU format, with annotated spans taken apart.

`[6688](card)`, `[上个月](date_range:last_month)`, `[老妈]{"entity": "payee", "value": "妈妈"}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from assistant.model.release import Example
from knowledge.content_problems import Place, Problems
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part

_KINDS: Final = ("intent", "synonym", "regex", "lookup")
_SPAN: Final = re.compile(
    r"\[(?P<text>[^\[\]]+)\](?:\((?P<entity>[^():]+)(?::(?P<value>[^()]+))?\)|(?P<json>\{[^{}]*\}))"
)
_UNFINISHED: Final = re.compile(r"\[[^\[\]]*\]\(|\]\{\s*\"")
_BULLET: Final = re.compile(r"\s*-\s+(.*)")


@dataclass(slots=True)
class Training:
    """What the NLU files hold.

    Attributes:
        synonyms: Canonical word to its variants.
        lookups: Entity to the words listed for it; `patterns` to regular expressions.
        places: First line of each intent.
    """

    examples: list[Example] = field(default_factory=list)
    synonyms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lookups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    patterns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def intents(self) -> set[str]:
        """Intents with at least one example."""
        return set(self.places)


def read_nlu(parts: list[Part], base: list[Part], problems: Problems) -> Training:
    """Read every `nlu` section.

    Args:
        parts: Of the pack.
        base: The engine's own; an intent the pack has too is left out.
        problems: Where faults are reported.
    """
    reader, training = Reader(problems), Training()
    for part in parts:
        for item in reader.elements(part, "nlu"):
            _block(reader, training, item)
    own = training.intents()
    for part in base:
        for item in reader.elements(part, "nlu"):
            intent = item.child("intent")
            if intent is None or intent.text not in own:
                _block(reader, training, item)
    return training


def _block(reader: Reader, training: Training, part: Part) -> None:
    keys = reader.known(part, "a block of examples", (*_KINDS, "examples", "metadata"))
    kinds = [key for key in _KINDS if key in keys]
    if len(kinds) != 1:
        reader.error(part, f"a block is one of: {', '.join(_KINDS)}")
        return
    kind = kinds[0]
    name = reader.text(keys[kind], kind)
    if name is None:
        return
    if "examples" not in keys:
        reader.error(part, f"{kind} {name} has no examples")
        return
    lines = list(_lines(reader, keys["examples"]))
    if kind == "lookup":
        training.lookups[name] = (*training.lookups.get(name, ()), *(text for text, _ in lines))
    elif kind == "regex":
        training.patterns[name] = (*training.patterns.get(name, ()), *_patterns(reader, lines))
    elif kind == "synonym":
        variants = (*training.synonyms.get(name, ()), *(text for text, _ in lines))
        training.synonyms[name] = tuple(dict.fromkeys(variants))
    else:
        training.places.setdefault(name, part.place)
        for text, place in lines:
            _example(reader, training, name, text, place)


def _patterns(reader: Reader, lines: list[tuple[str, Place]]) -> list[str]:
    found = []
    for text, place in lines:
        try:
            is_empty = re.compile(text).search("") is not None
        except (re.error, RecursionError, OverflowError) as error:
            shown = text[:60]
            reader.problems.error(place, f"`{shown}` is not a regular expression: {error}")
            continue
        if is_empty:
            reader.problems.error(place, f"`{text[:60]}` matches everything, even nothing")
        else:
            found.append(text)
    return found


def _lines(reader: Reader, part: Part) -> Iterator[tuple[str, Place]]:
    """Examples: a block text of `- …` lines, or a list of texts or `{text: …}`."""
    if part.is_list:
        for item in part.elements():
            holder = item.child("text") if item.is_mapping else item
            text = reader.text(holder or item, "an example")
            if text is not None:
                yield text.strip().removeprefix("- "), item.place
        return
    written = reader.text(part, "examples") or ""
    first = part.place.line if part.node.plain else part.place.line + 1
    for offset, line in enumerate(written.splitlines()):
        place = Place(part.file, first + offset, part.path)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _BULLET.fullmatch(line)
        if match is None:
            reader.problems.error(place, "an example line begins with `- `")
        elif match.group(1).strip():
            yield match.group(1).strip(), place


def _example(reader: Reader, training: Training, intent: str, line: str, place: Place) -> None:
    text, entities, last = "", [], 0
    for match in _SPAN.finditer(line):
        text += line[last : match.start()]
        last = match.end()
        entity, value = _annotation(reader, match, place)
        start = len(text)
        text += match.group("text")
        if entity is not None:
            entities.append((start, len(text), entity, value))
    text += line[last:]
    if _UNFINISHED.search(text):
        shown = text[:40]
        reader.problems.error(place, f"a mark is not closed in `{shown}`; write [words](entity)")
    if not text.strip():
        reader.problems.error(place, "the example is empty")
        return
    training.examples.append(Example(intent, text, tuple(entities)))


def _annotation(reader: Reader, match: re.Match[str], place: Place) -> tuple[str | None, str]:
    text, entity = match.group("text"), match.group("entity")
    if entity is not None:
        return entity.strip(), (match.group("value") or text).strip()
    try:
        marks = json.loads(match.group("json"))
    except (json.JSONDecodeError, RecursionError):
        marks = None
    name = marks.get("entity") if isinstance(marks, dict) else None
    if not isinstance(name, str):
        shown = match.group("json")[:60]
        reader.problems.error(place, f'`{shown}` must be JSON such as {{"entity": "card"}}')
        return None, text
    return name, str(marks.get("value", text))
