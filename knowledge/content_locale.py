"""Wording by locale: reading translations and writing the Traditional form nobody wrote.

A wording written once is kept under `zh-Hans`. Where `zh-Hant` is missing it is made from
it with OpenCC's `s2hk` (Simplified to Traditional with the character forms of Hong Kong);
placeholders and Jinja marks are left alone.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final

from opencc import OpenCC

from knowledge.content_problems import did_you_mean
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part

SIMPLIFIED: Final = "zh-Hans"
TRADITIONAL: Final = "zh-Hant"
LOCALES: Final = (SIMPLIFIED, TRADITIONAL, "en")
_ALIASES: Final = {
    "zh": SIMPLIFIED,
    "zh-CN": SIMPLIFIED,
    "zh-HK": TRADITIONAL,
    "zh-TW": TRADITIONAL,
}
_MARKS: Final = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\{[^{}]*\})", re.DOTALL)


@functools.lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("s2hk")


@functools.lru_cache(maxsize=4096)
def traditional(text: str) -> str:
    """The Traditional form of a wording; what stands in braces is unchanged."""
    if text.isascii():
        return text
    pieces = _MARKS.split(text)
    even = 2
    return "".join(
        str(_converter().convert(piece)) if index % even == 0 else piece
        for index, piece in enumerate(pieces)
    )


def completed(texts: Mapping[str, str]) -> dict[str, str]:
    """The wordings with `zh-Hans` and `zh-Hant` always there."""
    if not texts:
        return {}
    plain = texts.get(SIMPLIFIED) or next(iter(texts.values()))
    return {SIMPLIFIED: plain, TRADITIONAL: traditional(plain), **texts}


def translations(reader: Reader, part: Part | None, what: str, inner: str) -> dict[str, str]:
    """Read `translation: {en: …}` where each value is a text, or a mapping with `inner`.

    Languages we do not speak are read over with a warning: Rasa packs may have more.
    """
    found: dict[str, str] = {}
    if part is None or part.is_null:
        return found
    for key, item in reader.mapping(part, what).items():
        locale = _ALIASES.get(key, key.split("-")[0] if key.startswith("en") else key)
        if locale not in LOCALES:
            hint = did_you_mean(key, LOCALES)
            reader.problems.warn(part.key_place(key), f'language "{key}" is not used{hint}')
            continue
        holder = item.child(inner) if item.is_mapping else item
        text = reader.text(holder, what)
        if text is not None:
            found[locale] = text.strip()
    return found


def localised(reader: Reader, part: Part | None, what: str) -> dict[str, str]:
    """Read a wording that is a text, or a mapping of locale to text; complete it."""
    if part is None or part.is_null:
        return {}
    if part.is_mapping:
        return completed(translations(reader, part, what, "text"))
    text = reader.text(part, what)
    return completed({SIMPLIFIED: text.strip()}) if text is not None else {}
