"""Text cut into pieces the platform takes: by bytes, at the ends of sentences where there are any.

A WeChat text holds 2,048 bytes of UTF-8, more is refused with 45002; a Chinese character is three.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MAX_TEXT_BYTES: Final = 2048

_UNITS: Final = re.compile(r".+?(?:[。！？；!?]+[”’」』）)]*|\n+|(?<=[.;])\s+|$)", re.DOTALL)
"""Sentences with what closes them, and line breaks."""

_CLAUSES: Final = re.compile(r".+?(?:[，、,：:]+|\s+|$)", re.DOTALL)


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode())


def split(text: str, limit: int = MAX_TEXT_BYTES) -> list[str]:
    """Pieces of at most `limit` bytes, in order; nothing but blank space at the cuts is lost.

    Args:
        text: Without lone surrogates.
        limit: At least four bytes: the longest character.
    """
    pieces: list[str] = []
    piece = ""
    for unit in _units(text, limit):
        if size(piece + unit) > limit and size((piece + unit).strip()) > limit:
            pieces.append(piece)
            piece = unit
        else:
            piece += unit
    return [tidy for each in [*pieces, piece] if (tidy := each.strip())]


def _units(text: str, limit: int) -> Iterator[str]:
    """Sentences; one that is too long as clauses; a clause that is too long as characters."""
    for sentence in _UNITS.findall(text):
        if size(sentence) <= limit:
            yield sentence
            continue
        for clause in _CLAUSES.findall(sentence):
            if size(clause) <= limit:
                yield clause
            else:
                yield from clause
