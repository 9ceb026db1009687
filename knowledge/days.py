"""The day a question asks about: "去年11月", "2026年7月1日", "两个月前", "in June 2026".

Rates change, and a question about last year wants last year's. A month without a day means
its last day, so the newest rate of that month. A day to come is none: nobody knows its rate.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from assistant.model.numerals import CHINESE_NUMBER, read_chinese

_N: Final = rf"\d{{1,2}}|{CHINESE_NUMBER}"
_YEAR: Final = r"(?P<year>20\d\d年?|[今去前]年)"
_ENDS: Final = r"(?:年底|年末)"
_MONTHS: Final = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTH_NAMES: Final = "|".join(_MONTHS)
_YEARS_BACK: Final = {"今年": 0, "去年": 1, "前年": 2}
_DECEMBER: Final = 12


def _read(text: str) -> int:
    if text.isdigit():
        return int(text)
    number = read_chinese(text)
    return int(number) if number is not None else 0


def _year(text: str | None, today: date) -> int | None:
    if text is None:
        return None
    return today.year - _YEARS_BACK[text] if text in _YEARS_BACK else int(text[:4])


def _last_of(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _months_before(today: date, count: int) -> date:
    months = today.year * _DECEMBER + today.month - 1 - count
    year, month = months // _DECEMBER, months % _DECEMBER + 1
    return date(year, month, min(today.day, _last_of(year, month).day))


def _iso(match: re.Match[str], _: date) -> date:
    return date(int(match[1]), int(match[2]), int(match[3]))


def _month_day(match: re.Match[str], today: date) -> date:
    month, day = _read(match["month"]), _read(match["day"])
    year = _year(match["year"], today)
    if year is not None:
        return date(year, month, day)
    found = date(today.year, month, day)
    return found if found <= today else date(today.year - 1, month, day)


def _year_month(match: re.Match[str], today: date) -> date:
    year, month = _year(match["year"], today), _read(match["month"])
    assert year is not None  # noqa: S101 - the pattern demands one
    if match["part"] in {"初", "上旬"}:
        return date(year, month, 1)
    return _last_of(year, month)


def _month_alone(match: re.Match[str], today: date) -> date:
    found = _last_of(today.year, _read(match["month"]))
    return found if found.replace(day=1) <= today else _last_of(today.year - 1, found.month)


def _year_end(match: re.Match[str], today: date) -> date:
    return date(_year(match["year"], today) or today.year, _DECEMBER, 31)


def _last_month(match: re.Match[str], today: date) -> date:
    back = 2 if match["far"] else 1
    then = _months_before(today.replace(day=1), back)
    return (
        then.replace(day=_read(match["day"])) if match["day"] else _last_of(then.year, then.month)
    )


def _ago(match: re.Match[str], today: date) -> date:
    if match["half"]:
        return _months_before(today, _DECEMBER // 2)
    count, unit = _read(match["n"]), match["unit"]
    if unit == "年":
        return _months_before(today, count * _DECEMBER)
    if unit in {"个月", "月"}:
        return _months_before(today, count)
    return today - timedelta(days=count * (7 if unit in {"周", "个星期", "星期"} else 1))


def _yesterday(match: re.Match[str], today: date) -> date:
    return today - timedelta(days=2 if match[0].startswith("前") else 1)


def _english_day(match: re.Match[str], today: date) -> date:
    month = _MONTHS[match["month"] or match["month2"]]
    year = int(match["year"]) if match["year"] else today.year
    day = match["day"] or match["day2"]
    return date(year, month, int(day)) if day else _last_of(year, month)


def _english_last(match: re.Match[str], today: date) -> date:
    if match[1] == "year":
        return date(today.year - 1, _DECEMBER, 31)
    then = _months_before(today.replace(day=1), 1)
    return _last_of(then.year, then.month)


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date]], ...]] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (r"(?<!\d)(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", _iso),
        (rf"{_YEAR}?(?:的)?(?P<month>{_N})月(?P<day>{_N})(?:日|号)?(?![\d个年])", _month_day),
        (rf"{_YEAR}的?(?P<month>{_N})月(?:份)?(?P<part>初|上旬|底|末|中旬)?", _year_month),
        (rf"{_YEAR}{_ENDS}", _year_end),
        (rf"上(?P<far>上)?个?月(?:的)?(?P<day>{_N})?(?(day)[日号])", _last_month),
        (
            rf"(?:(?P<half>半年)|(?<!\d)(?P<n>{_N})(?P<unit>年|个月|周|个星期|天))(?:以前|之前|前)",
            _ago,
        ),
        (rf"(?<![\d个年]){'(?P<month>' + _N + ')'}月(?:份|的时候|那会儿?)", _month_alone),
        (r"昨[天日]|前天", _yesterday),
        (
            rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH_NAMES})"
            rf"|(?P<month2>{_MONTH_NAMES})(?: (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?)"
            r"(?:,? (?P<year>20\d\d))?\b",
            _english_day,
        ),
        (r"\blast (month|year)\b", _english_last),
    )
)


@dataclass(frozen=True, slots=True)
class AskedDay:
    """A day and the question without the words that name it."""

    day: date
    rest: str


def day_asked(text: str, today: date) -> AskedDay | None:
    """The day a normalised question is about, when it is not the present one.

    Args:
        text: As `knowledge.words.normalised` leaves it.
        today: What "last year" is counted from; never later than it is returned.
    """
    for pattern, reader in _READERS:
        for match in pattern.finditer(text):
            try:
                found = reader(match, today)
            except ValueError:  # 2月30日: not a day
                continue
            if found < today:
                return AskedDay(found, f"{text[: match.start()]} {text[match.end() :]}".strip())
    return None
