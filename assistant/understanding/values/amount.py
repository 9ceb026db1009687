"""Amounts of money in a message, exact to the fen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from assistant.understanding.values.found import Found
from assistant.understanding.values.numerals import CHINESE_NUMBER, DIGITS, read_chinese

_FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALES = {
    "百": 100,
    "千": 1000,
    "k": 1000,
    "万": 10**4,
    "w": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "thousand": 1000,
    "million": 10**6,
    "hundred": 100,
}
_SCALE = r"百万|千万|百|千|万|亿|k(?![a-z])|w(?![a-z])|thousand|million|hundred"
_UNIT = r"块钱|元钱|块|元|圆|rmb|yuan|cny|大洋|人民币|bucks?"
_AMOUNT = re.compile(
    rf"(?P<sign>[¥￥$]|rmb\s*|cny\s*)?"
    rf"(?:(?P<figure>{_FIGURE})\s*(?P<scale>{_SCALE})?(?P<tail>[一二三四五六七八九1-9](?![\d年月日号天期%]))?"
    rf"|(?P<words>{CHINESE_NUMBER})|(?P<half>半)(?=[百千万]))"
    rf"(?P<halfscale>[百千万])?(?P<plus>多|来|几)?"
    rf"\s*(?P<unit>{_UNIT})?"
    rf"(?:(?P<jiao>[零一二三四五六七八九\d])(?:(?P<jiaoword>毛|角)|(?![\d.年月日号天期%张笔个]))"
    rf"(?:(?P<fen>[零一二三四五六七八九\d])分)?|(?P<halfyuan>半))?"
    rf"(?P<yuanend>钱|整)?",
    re.IGNORECASE,
)
_NOT_MONEY_AFTER = re.compile(
    r"\s*(?:年|个月|月|日|号|天|期|张|笔|个|位|次|%|％|点|分钟|小时|岁|类|级|折|g|%|个点|th|st|nd|rd|days?|months?|years?)"
)
_NOT_MONEY_BEFORE = re.compile(
    r"(?:尾号|末四位|后四位|卡号|手机号?|电话|最近|第|近|ending\s*(?:in)?|card|last|r|c|周|星期|礼拜)\s*(?:是|为|：|:)?\s*$"
)
_SMALLEST_BARE = 1
_LONG_DIGITS = 9
_LONGEST = 18
"""Characters of the longest amount Money takes."""
_TOO_MUCH = 10**15
"""Yuan; from here on an amount has more characters than Money takes."""
_DIGITS_OF_TAIL = 4


def find_amounts(text: str, *, bare: bool = False) -> Iterator[Found]:
    """Amounts in a normalised text, left to right.

    Args:
        text: Normalised message.
        bare: Whether a number without a unit counts (an amount was asked for, or the
            sentence moves money).
    """
    for match in _AMOUNT.finditer(text):
        if not match[0].strip() or match["plus"]:
            continue
        if _NOT_MONEY_BEFORE.search(text[: match.start()]):
            continue
        marked = bool(match["unit"] or match["sign"] or match["jiaoword"] or match["yuanend"])
        if not marked and (not bare or _NOT_MONEY_AFTER.match(text, match.end())):
            continue
        if _is_part_of_number(text, match):
            continue
        amount = _amount(match)
        if amount is not None and 0 <= amount < _TOO_MUCH:
            end = match.start() + len(match[0].rstrip())
            yield Found("amount", f"{amount:.2f}", match.start(), end)


def _is_part_of_number(text: str, match: re.Match[str]) -> bool:
    """Card numbers, phones and codes are no amounts, nor are pieces of them."""
    figure = match["figure"] or ""
    if len(figure) > _LONGEST:
        return True
    if "," not in figure and "." not in figure and len(figure) > _LONG_DIGITS:
        return True
    before = text[match.start() - 1] if match.start() else ""
    return bool(before and (before.isdigit() or before in ".*" or before in DIGITS))


def _amount(match: re.Match[str]) -> Decimal | None:
    if match["figure"]:
        whole = _from_figure(match)
    elif match["words"]:
        whole = read_chinese(match["words"])
    else:
        whole = Decimal("0.5") * _SCALES[match["halfscale"] or "百"]
    return None if whole is None else whole + _small_change(match)


def _from_figure(match: re.Match[str]) -> Decimal | None:
    """1.2万, 3千5, 12,480.55; None when it has more decimals than fen."""
    scale = _SCALES.get((match["scale"] or "").lower(), 1)
    whole = Decimal(match["figure"].replace(",", "")) * scale
    if match["tail"]:
        if scale == 1:
            return None
        whole += Decimal(_digit(match["tail"])) * scale / 10
    return whole if whole == whole.quantize(Decimal("0.01")) else None


def _small_change(match: re.Match[str]) -> Decimal:
    """Jiao and fen after the unit: 三块五, 两元五角三分, 十块半."""
    if not match["unit"]:
        return Decimal(0)
    if match["halfyuan"]:
        return Decimal("0.5")
    jiao = Decimal(_digit(match["jiao"] or "0")) / 10
    return jiao + Decimal(_digit(match["fen"] or "0")) / 100


def _digit(text: str) -> int:
    return int(text) if text.isdigit() else DIGITS[text]
