"""Numbers as Chinese people write and say them, exact: 五千, 1.2万, 三百块五, 两千三, 幺三八."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {
    **{c: i for i, c in enumerate("零一二三四五六七八九")},
    **{c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "俩": 2,
    "幺": 1,
}
_SMALL_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG_UNITS = {"万": 10**4, "亿": 10**8}
CHINESE_NUMBER = "[零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖两俩十拾百佰千仟万亿]++"
"""Possessive: no unit behind a number is one of its signs, and a long run is read once."""
_ALL_DIGITS = re.compile(r"[零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖幺]+")
_TRAILING_UNIT = 10
"""In 两千三 the last digit counts a tenth of the unit before it: 300."""


def read_chinese(text: str) -> Decimal | None:
    """The number a run of Chinese numerals stands for; None when it is not one number."""
    if not text:
        return None
    if _ALL_DIGITS.fullmatch(text):
        return Decimal("".join(str(DIGITS[c]) for c in text))
    total = section = digit = 0
    last_unit = 0
    for character in text:
        if character in DIGITS:
            digit = DIGITS[character]
            last_unit = 0 if digit == 0 else last_unit
        elif character in _SMALL_UNITS:
            unit = _SMALL_UNITS[character]
            section += (digit or 1) * unit
            digit, last_unit = 0, unit
        elif character in _BIG_UNITS:
            unit = _BIG_UNITS[character]
            section += digit
            total = (total + section) * unit if unit > total else total + section * unit
            section = digit = 0
            last_unit = unit
        else:
            return None
    if digit and last_unit >= _TRAILING_UNIT * _TRAILING_UNIT:
        digit *= last_unit // _TRAILING_UNIT
    return Decimal(total + section + digit)


def spoken_digits(text: str) -> str:
    """Digits with spoken ones (幺三八) put into figures; everything else unchanged."""
    return "".join(str(DIGITS[c]) if c in DIGITS and c not in "两俩" else c for c in text)
