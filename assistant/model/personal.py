"""Numbers that tell who somebody is, found however they are written, and hidden.

Citizens' identity numbers, bank cards and mobile numbers of mainland China: in full width, with
spaces, hyphens, zero-width characters or a line end inside, spoken (幺三八), in capitals (壹贰叁),
with +86. Checksum and date decide; which areas exist is the bank's to say. An order number, a round
amount or a mobile number inside a longer number is none of these.

Sources: GB 11643-1999 with ISO 7064 MOD 11-2; ISO/IEC 7812-1 annex B (Luhn); the numbering plan of
mobile numbers, 1[3-9] and nine digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, Literal

from assistant.model.numerals import DIGITS

PersonalKind = Literal["id_number", "card_number", "phone"]

_PLACEHOLDERS: Final[dict[PersonalKind, str]] = {
    "id_number": "[ID]",
    "card_number": "[CARD]",
    "phone": "[PHONE]",
}
_CAPITALS: Final = str.maketrans("貳參陸兩", "贰叁陆两")
_SPOKEN: Final = {sign: str(value) for sign, value in DIGITS.items() if sign not in "两俩"}
_JOINTS: Final = frozenset(" -_·.‐‑‒–—\t\r\n")
_MOST_JOINTS: Final = 3
"""Separators in a row that still join: "138 - 0013"."""

_ID: Final = re.compile(r"[1-9]\d{16}[\dX]")
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10X98765432"
_FIRST_YEAR: Final = 1850
_CARD: Final = re.compile(r"3[47]\d{13}|35\d{14}|[4569]\d{15}|[569]\d{16,18}")
_FEWEST_DIGITS: Final = 11
_MOST_DIGITS: Final = 19
"""Of a mobile and of a card, the shortest and the longest of the three."""
_PHONE: Final = re.compile(r"(?:(?:00)?86)?(1[3-9]\d{9})")
_LUHN_OVER: Final = 9


@dataclass(frozen=True, slots=True)
class Personal:
    """One personal number.

    Attributes:
        start: Where it begins in the text as given.
        end: Where it ends, exclusive.
        digits: The number itself, in plain digits.
    """

    kind: PersonalKind
    start: int
    end: int
    digits: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """Digits that stand together."""

    digits: str
    start: int
    end: int


def find_personal(text: str) -> list[Personal]:
    """All personal numbers of a text, in order, without overlaps."""
    found: list[Personal] = []
    for pieces in _runs(text):
        found += _in_run(pieces)
    return found


def hide_personal(text: str) -> str:
    """The text with placeholders for its personal numbers."""
    parts, at = [], 0
    for each in find_personal(text):
        parts += [text[at : each.start], _PLACEHOLDERS[each.kind]]
        at = each.end
    return "".join((*parts, text[at:]))


def kind_of(digits: str) -> PersonalKind | None:
    """What a number of plain digits is; one that could be both card and identity is the latter."""
    if _ID.fullmatch(digits) and _is_id(digits):
        return "id_number"
    if _CARD.fullmatch(digits) and _is_luhn(digits):
        return "card_number"
    return "phone" if _PHONE.fullmatch(digits) else None


def _in_run(pieces: list[_Piece]) -> Iterator[Personal]:
    """The longest numbers made of neighbouring pieces, from the left."""
    first = 0
    while first < len(pieces):
        for last, digits in reversed(_candidates(pieces, first)):
            kind = kind_of(digits) or kind_of(digits.rstrip("X"))
            if kind is not None:
                yield Personal(kind, pieces[first].start, pieces[last - 1].end, digits)
                first = last
                break
        else:
            first += 1


def _candidates(pieces: list[_Piece], first: int) -> list[tuple[int, str]]:
    """What begins with a piece and is as long as a number can be: where it ends, and its digits."""
    found: list[tuple[int, str]] = []
    digits = ""
    for last, piece in enumerate(pieces[first : first + _MOST_DIGITS + 1], first + 1):
        digits += piece.digits
        if len(digits) > _MOST_DIGITS + 1:  # an X may stand behind the last one
            break
        if len(digits) >= _FEWEST_DIGITS:
            found.append((last, digits))
    return found


def _runs(text: str) -> Iterator[list[_Piece]]:
    """Pieces of digits with nothing but joints between them."""
    run: list[_Piece] = []
    for piece in _pieces(text):
        if run and not _joined(text[run[-1].end : piece.start]):
            yield run
            run = []
        run.append(piece)
    if run:
        yield run


def _pieces(text: str) -> Iterator[_Piece]:
    """Digits that stand together, invisible characters aside."""
    digits: list[str] = []
    start = end = 0
    between: str | None = None
    for at, sign in enumerate(text):
        if unicodedata.category(sign) == "Cf":
            continue
        digit = _digit(sign, is_after=bool(digits) or between is not None)
        if digit is None:
            if digits:
                yield _Piece("".join(digits), start, end)
                digits, between = [], ""
            between = _longer(between, sign)
            continue
        if not digits:
            start = at
        digits.append(digit)
        end = at + 1
        if digit == "X":  # only ever the last one
            yield _Piece("".join(digits), start, end)
            digits, between = [], ""
    if digits:
        yield _Piece("".join(digits), start, end)


def _longer(between: str | None, sign: str) -> str | None:
    """What stands since the last digit, None where it joins nothing any more: never read twice."""
    grown = None if between is None else between + sign
    return grown if grown is not None and _joined(grown) else None


def _digit(sign: str, *, is_after: bool) -> str | None:
    """The digit a character stands for; X counts only behind digits."""
    plain = unicodedata.normalize("NFKC", sign).translate(_CAPITALS)
    if plain.isdecimal() and len(plain) == 1:
        return str(unicodedata.decimal(plain))
    if is_after and plain in {"x", "X", "×"}:
        return "X"
    return _SPOKEN.get(plain)


def _joined(between: str) -> bool:
    shown = [sign for sign in between if unicodedata.category(sign) != "Cf"]
    narrow = {unicodedata.normalize("NFKC", sign) for sign in shown}
    return len(shown) <= _MOST_JOINTS and narrow <= _JOINTS | {"+"}


def _is_id(digits: str) -> bool:
    total = sum(int(d) * weight for d, weight in zip(digits, _ID_WEIGHTS, strict=False))
    if _ID_CHECKS[total % len(_ID_CHECKS)] != digits[-1]:
        return False
    year, month, day = int(digits[6:10]), int(digits[10:12]), int(digits[12:14])
    try:
        return date(year, month, day).year >= _FIRST_YEAR
    except ValueError:
        return False


def _is_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - _LUHN_OVER if value > _LUHN_OVER else value
    return total % 10 == 0 and any(a != b for a, b in pairwise(digits))
