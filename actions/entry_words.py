"""Which bank transactions words describe by day and by amount: "20号那笔", "300多的", "八十九块".

An amount said with a fraction is that amount; a whole one is rounded as people do; "300多" goes
up to the next figure of that size; "左右" is a tenth to either side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

from actions.bank.history import BankTransaction
from assistant.model.numerals import CHINESE_NUMBER, read_chinese
from assistant.model.times import times_named

_Test: TypeAlias = Callable[[BankTransaction], bool]

_NUMBER: Final = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d{{1,2}})?|{CHINESE_NUMBER}"
_AMOUNT: Final = re.compile(
    rf"(?P<mark>[¥￥]\s*)?(?P<number>{_NUMBER})\s*(?P<more>多|来)?\s*(?P<unit>块钱?|元|yuan|rmb)?"
    r"\s*(?P<after>多|出头)?\s*(?P<about>左右|上下|的样子)?",
    re.IGNORECASE,
)
_ABOUT_BEFORE: Final = re.compile(
    r"(?:大概|大约|差不多|约|about|around|roughly)\s*[¥￥]?$", re.IGNORECASE
)
_DAY_OF_MONTH: Final = re.compile(
    rf"(?<![\d月])(?P<day>\d{{1,2}}|{CHINESE_NUMBER})[号日](?![线楼码店院])"
)
_WEEKDAY: Final = re.compile(r"(?P<last>上)?(?:个)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_WEEKDAYS: Final = "一二三四五六日"
_WEEK: Final = timedelta(days=7)
_FURTHEST_DAYS: Final = 62
"""How long ago the last 31st may be."""
_TENTH: Final = Decimal("0.1")
_CENT: Final = Decimal("0.01")


def described(
    text: str, today: date, entries: Sequence[BankTransaction]
) -> list[BankTransaction] | None:
    """Those of the entries the words describe; None when they tell neither day nor amount."""
    bare, days = _days(text, today)
    amounts = [test for match in _AMOUNT.finditer(bare) if (test := _amount_test(match, bare))]
    if not days and not amounts:
        return None
    return [
        one
        for one in entries
        if (not days or any(first <= one.booked_on <= last for first, last in days))
        and (not amounts or any(test(one) for test in amounts))
    ]


def _days(text: str, today: date) -> tuple[str, list[tuple[date, date]]]:
    """The words without the days they name, and those days; the past is meant."""
    days: list[tuple[date, date]] = []
    for match in reversed(list(_WEEKDAY.finditer(text))):
        monday = today - timedelta(days=today.weekday())
        day = monday + timedelta(days=_WEEKDAYS.find(match["day"].replace("天", "日")))
        days.append((day - _WEEK,) * 2 if match["last"] or day > today else (day, day))
        text = _blank(text, *match.span())
    for first, last, start, end in list(times_named(text, today, coming=False)):
        days.append((first, last))
        text = _blank(text, start, end)
    for match in reversed(list(_DAY_OF_MONTH.finditer(text))):
        said = match["day"]
        number = int(said) if said.isdecimal() else int(read_chinese(said) or 0)
        if day_of := _latest(number, today):
            days.append((day_of, day_of))
            text = _blank(text, *match.span())
    return text, days


def _blank(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{' ' * (end - start)}{text[end:]}"


def _latest(day: int, today: date) -> date | None:
    """The last day of that number up to today."""
    for back in range(_FURTHEST_DAYS):
        found = today - timedelta(days=back)
        if found.day == day:
            return found
    return None


def _amount_test(match: re.Match[str], text: str) -> _Test | None:
    """What the amount of an entry must be; None when the number counts something else."""
    said = match["number"].replace(",", "")
    value = Decimal(said) if said[0].isdecimal() else read_chinese(said)
    is_more = bool(match["more"] or match["after"])
    is_about = bool(match["about"]) or _ABOUT_BEFORE.search(text[: match.start()]) is not None
    is_money = match["mark"] or match["unit"] or is_more or is_about or "." in said
    if not value or not is_money:
        return None
    if is_about:
        low, high = value * (1 - _TENTH), value * (1 + _TENTH)
    elif is_more:
        low, high = value + _CENT, value + _size(value)
    elif "." in said:
        low = high = value
    else:
        low, high = value - Decimal("0.5"), value + 1
    return lambda one: low <= Decimal(one.amount.plain()) <= high


def _size(value: Decimal) -> Decimal:
    """The unit of the last figure that is not nought: 100 for 300, 1 for 89."""
    size = Decimal(1)
    while value % (size * 10) == 0:
        size *= 10
    return size
