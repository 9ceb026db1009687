"""Dates and ranges, read against the bank's present day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.model.numerals import CHINESE_NUMBER, read_chinese
from assistant.understanding.values.found import Found

_D = "零一二三四五六七八九〇"
_NUMBER = rf"\d+|{CHINESE_NUMBER}"
_LAST_UNITS = re.compile(
    rf"(?:最近|近|过去|前|这|last|past)\s*(?P<n>{_NUMBER})?\s*(?P<half>半)?\s*个?"
    r"(?P<unit>天|日|周|星期|礼拜|月|年|days?|weeks?|months?|years?)"
)
_NAMED = re.compile(
    r"今天|今日|昨天|昨日|大前天|前天|本周|这周|这个星期|上上周|上上个星期|上周|上个星期|上星期|"
    r"本月|这个月|当月|上上个月|上个月|上月|今年|本年|去年|前年|"
    r"today|yesterday|this week|last week|this month|last month|this year|last year"
)
_YEAR = rf"(?:(?P<year>20\d\d|[二2][零〇0][{_D}]{{2}}|今|去|前)年)"
_DAY = re.compile(rf"{_YEAR}?(?P<month>{_NUMBER})月(?P<day>{_NUMBER})(?:日|号)?")
_WHOLE_YEAR = re.compile(rf"{_YEAR}(?!前|(?:{_NUMBER})月)")
_MONTH = re.compile(rf"{_YEAR}?(?P<month>{_NUMBER})月份?(?!\d|以内|内)")
_ISO = re.compile(r"(?<!\d)(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEARS_BACK = {"今": 0, "去": 1, "前": 2}
_MONTHS_OF_YEAR = 12
_DAYS_OF_WEEK = 7


def find_ranges(text: str, today: date) -> Iterator[Found]:
    """Ranges as "first/last" ISO days, both included, left to right, not overlapping."""
    taken: list[tuple[int, int]] = []
    for pattern, read in (
        (_ISO, _iso),
        (_DAY, _day),
        (_MONTH, _month),
        (_WHOLE_YEAR, _whole_year),
        (_NAMED, _named),
        (_LAST_UNITS, _last),
    ):
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            try:
                found = read(match, today)
            except (ValueError, OverflowError):  # 2月30日: not a day, so not a value
                continue
            if found is not None:
                taken.append(match.span())
                first, last = found
                yield Found("date_range", f"{first}/{last}", match.start(), match.end())


def _iso(match: re.Match[str], today: date) -> tuple[date, date] | None:
    day = date(int(match[1]), int(match[2]), int(match[3]))
    return (day, day) if day <= today else None


def _day(match: re.Match[str], today: date) -> tuple[date, date] | None:
    month, number = _read(match["month"]), _read(match["day"])
    day = date(_year(match["year"], today), month, number)
    if match["year"] is None and day > today:
        day = day.replace(year=day.year - 1)
    return day, day


def _month(match: re.Match[str], today: date) -> tuple[date, date] | None:
    month = _read(match["month"])
    year = _year(match["year"], today)
    if match["year"] is None and month > today.month:
        year -= 1
    return _whole_month(year, month, today)


def _named(match: re.Match[str], today: date) -> tuple[date, date] | None:
    word = match[0]
    monday = today - timedelta(days=today.weekday())
    days = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "yesterday": 1}
    days |= {"前天": 2, "大前天": 3}
    if word in days:
        day = today - timedelta(days=days[word])
        return day, day
    if word in {"本周", "这周", "这个星期", "this week"}:
        return monday, today
    if word in {"上周", "上个星期", "上星期", "last week"}:
        return monday - timedelta(days=_DAYS_OF_WEEK), monday - timedelta(days=1)
    if word in {"上上周", "上上个星期"}:
        first = monday - timedelta(days=2 * _DAYS_OF_WEEK)
        return first, first + timedelta(days=_DAYS_OF_WEEK - 1)
    years = {"今年": 0, "本年": 0, "this year": 0, "去年": 1, "last year": 1, "前年": 2}
    if word in years:
        year = today.year - years[word]
        return date(year, 1, 1), min(today, date(year, 12, 31))
    back = 2 if word == "上上个月" else 1 if word in {"上个月", "上月", "last month"} else 0
    index = today.year * _MONTHS_OF_YEAR + today.month - 1 - back
    return _whole_month(index // _MONTHS_OF_YEAR, index % _MONTHS_OF_YEAR + 1, today)


def _whole_year(match: re.Match[str], today: date) -> tuple[date, date] | None:
    year = _year(match["year"], today)
    return (date(year, 1, 1), min(today, date(year, 12, 31))) if year <= today.year else None


def _last(match: re.Match[str], today: date) -> tuple[date, date] | None:
    unit = match["unit"].rstrip("s")
    count = _read(match["n"]) if match["n"] else 1
    if match["half"] or (match["n"] is None and unit in {"天", "日"}):
        if not match["half"]:
            return None
        count, unit = (6, "月") if unit in {"年", "year"} else (15, "天")
    if count < 1:
        return None
    if unit in {"天", "日", "day"}:
        return today - timedelta(days=count - 1), today
    if unit in {"周", "星期", "礼拜", "week"}:
        return today - timedelta(days=_DAYS_OF_WEEK * count - 1), today
    months = count * (_MONTHS_OF_YEAR if unit in {"年", "year"} else 1)
    index = today.year * _MONTHS_OF_YEAR + today.month - 1 - months
    year, month = index // _MONTHS_OF_YEAR, index % _MONTHS_OF_YEAR + 1
    day = min(today.day, calendar.monthrange(year, month)[1])
    return date(year, month, day) + timedelta(days=1), today


def _whole_month(year: int, month: int, today: date) -> tuple[date, date] | None:
    first = date(year, month, 1)
    last = date(year, month, calendar.monthrange(year, month)[1])
    return (first, min(last, today)) if first <= today else None


def _year(word: str | None, today: date) -> int:
    if word is None:
        return today.year
    return today.year - _YEARS_BACK[word] if word in _YEARS_BACK else _read(word)


def _read(text: str) -> int:
    if text.isdigit():
        return int(text)
    number = read_chinese(text)
    if number is None:
        msg = "Not a number."
        raise ValueError(msg)
    return int(number)
