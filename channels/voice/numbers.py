"""Numbers and amounts in spoken Mandarin, exact: what `assistant.model.numerals` reads back."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

_DIGITS: Final = "零一二三四五六七八九"
_ON_THE_PHONE: Final = str.maketrans("0123456789", "零幺二三四五六七八九")
_SINGLY: Final = str.maketrans("0123456789", _DIGITS)
_SMALL: Final = ("", "十", "百", "千")
_BIG: Final = ("", "万", "亿", "万亿")
_GROUP: Final = 4
_FEN_IN_YUAN: Final = 100
_FEN_IN_JIAO: Final = 10
_LONGEST: Final = 16
_ONE_GROUP: Final = 5
_MOBILE: Final = 11


def cardinal(digits: str) -> str:
    """A whole number of at most 16 digits ("12005" to 一万二千零五), longer ones digit by digit.

    两 leads thousands, ten thousands and hundred millions, as people say it.
    """
    plain = digits.lstrip("0")
    if not plain:
        return _DIGITS[0]
    if len(plain) > _LONGEST:
        return singly(plain)
    groups = [plain[max(0, end - _GROUP) : end] for end in range(len(plain), 0, -_GROUP)][::-1]
    said, gap = "", False
    for place, group in enumerate(groups):
        unit = _BIG[len(groups) - 1 - place]
        if not int(group):
            gap = bool(said)
            continue
        if said and (gap or group.startswith("0")):
            said += _DIGITS[0]
        said, gap = said + _below_ten_thousand(group.lstrip("0"), is_first=not said) + unit, False
    if said.startswith("二") and said[1:2] in ("千", "万", "亿"):
        said = "两" + said[1:]
    return said


def decimal(number: str) -> str:
    """A number with at most one point, no separators ("1.25" to 一点二五)."""
    whole, point, rest = number.partition(".")
    return cardinal(whole) + ("点" + singly(rest) if point and rest else "")


def singly(digits: str) -> str:
    """Digit by digit, as in a year (2026 to 二零二六)."""
    return digits.translate(_SINGLY)


def on_the_phone(digits: str) -> str:
    """Digit by digit with 幺 for 1, as numbers are told on the phone."""
    return digits.translate(_ON_THE_PHONE)


def grouped(digits: str) -> str:
    """A number told on the phone, in the groups people listen in: 138、0013、8000."""
    length = len(digits)
    if length <= _ONE_GROUP:
        sizes: tuple[int, ...] = (length,)
    elif length == _MOBILE:
        sizes = (3, 4, 4)
    else:
        size = 3 if length % 3 == 0 else _GROUP
        sizes = (size,) * -(-length // size)
    parts, at = [], 0
    for size in sizes:
        parts.append(on_the_phone(digits[at : at + size]))
        at += size
    return "、".join(parts)


def yuan(number: str) -> str:
    """An amount of yuan ("12345.67" to 一万二千三百四十五元六角七分, "6.00" to 六元)."""
    fen = Decimal(number) * _FEN_IN_YUAN
    if fen != fen.to_integral_value():
        return decimal(number) + "元"
    whole, rest = divmod(int(fen), _FEN_IN_YUAN)
    jiao, one = divmod(rest, _FEN_IN_JIAO)
    said = _counted(whole) + "元" if whole or not rest else ""
    if jiao:
        said += _counted(jiao) + "角" if not whole else _DIGITS[jiao] + "角"
    elif one and whole:
        said += _DIGITS[0]
    return said + (_DIGITS[one] + "分" if one else "")


def _counted(number: int) -> str:
    """Before a measure word 2 is 两."""
    return "两" if number == 2 else cardinal(str(number))  # noqa: PLR2004 - the number two


def _below_ten_thousand(group: str, *, is_first: bool) -> str:
    said, zero = "", False
    for place, sign in enumerate(group):
        unit = _SMALL[len(group) - 1 - place]
        if sign == "0":
            zero = bool(said)
            continue
        said += _DIGITS[0] if zero else ""
        zero = False
        said += unit if is_first and not said and sign == "1" and unit == "十" else (
            _DIGITS[int(sign)] + unit
        )  # fmt: skip
    return said
