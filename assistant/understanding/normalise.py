"""One form for many spellings, with the way back to the customer's own characters.

Full-width to half-width (Unicode NFKC), Traditional to Simplified (OpenCC), lower case, and the
bank's own rewrites for homophones of dictation and dialect words. Every character of the result
knows which character of the message it came from, so that a read-back can quote the message.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import opencc

_KEPT_CONTROLS = {"\n", "\t"}
_VISIBLE = re.compile(r"[^\W_]", re.UNICODE)
_SPACES = re.compile(r"[ \t\u3000]+")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text in its standard form.

    Attributes:
        text: The standard form.
        origins: For each character, its place in the message; one more for the end.
        original: The message as it was written, "" when it was not kept.
    """

    text: str
    origins: tuple[int, ...]
    original: str = ""

    def said(self, start: int, end: int) -> str:
        """`text[start:end]` as the customer wrote it, where that is known."""
        if not self.original:
            return self.text[start:end]
        first, last = self.span(start, end)
        return self.original[first:last]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the message."""
        if start >= end:
            return self.origins[start], self.origins[start]
        return self.origins[start], self.origins[end - 1] + 1


def readable(text: str) -> str:
    """The text without characters nobody can see: controls, zero-width, direction marks.

    Lone surrogates are replaced, since no store takes them. Emoji stay.
    """
    kept = [
        character
        for character in text
        if character in _KEPT_CONTROLS
        or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
        or character == "\u200d"
    ]
    visible = "".join(kept).strip()
    return visible if visible.strip("\u200d\ufe0f \n\t") else ""


def has_words(text: str) -> bool:
    """Whether there is a letter, a digit or a Chinese character in it."""
    return _VISIBLE.search(text) is not None


def normalise(text: str, rewrites: Mapping[str, str]) -> Normalised:
    """Bring a message to its standard form.

    Args:
        text: The readable message.
        rewrites: Variant to standard words; the longest variant at a place wins.
    """
    characters: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(text):
        for form in unicodedata.normalize("NFKC", character).lower():
            characters.append(form)
            origins.append(place)
    simplified = to_simplified("".join(characters))
    if len(simplified) != len(characters):
        simplified = "".join(to_simplified(c)[:1] or c for c in characters)
    return replace(_rewrite(simplified, origins, len(text), rewrites), original=text)


@lru_cache(maxsize=4096)
def to_simplified(text: str) -> str:
    """Traditional characters in their Simplified form; everything else as it is."""
    converted: str = _converter().convert(text)
    return converted


def plain(text: str) -> str:
    """The text for comparing whole messages: no punctuation, single spaces."""
    words = "".join(c if _VISIBLE.match(c) else " " for c in text)
    words = _SPACES.sub(" ", words).strip()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", words)


def _rewrite(text: str, origins: list[int], length: int, rewrites: Mapping[str, str]) -> Normalised:
    pattern = _pattern(tuple(rewrites))
    if pattern is None:
        return Normalised(text, (*origins, length))
    out: list[str] = []
    back: list[int] = []
    at = 0
    for match in pattern.finditer(text):
        out.append(text[at : match.start()])
        back.extend(origins[at : match.start()])
        standard = rewrites[match[0]]
        width = match.end() - match.start()
        out.append(standard)
        back.extend(
            origins[match.start() + min(i * width // max(1, len(standard)), width - 1)]
            for i in range(len(standard))
        )
        at = match.end()
    out.append(text[at:])
    back.extend(origins[at:])
    return Normalised("".join(out), (*back, length))


@lru_cache(maxsize=16)
def _pattern(variants: tuple[str, ...]) -> re.Pattern[str] | None:
    if not variants:
        return None
    longest_first = sorted(variants, key=len, reverse=True)
    return re.compile("|".join(re.escape(variant) for variant in longest_first))


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
