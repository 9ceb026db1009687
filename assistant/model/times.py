"""Times a sentence names, each as its first and last day: months, quarters, "two years ago".

Past and coming ones; which of them is meant is for the reader to say.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final, TypeAlias

from assistant.model.numerals import CHINESE_NUMBER, read_chinese

_MONTHS_OF_YEAR: Final = 12
_MONTHS_OF_QUARTER: Final = 3
_DAYS_OF_WEEK: Final = 7
_N: Final = rf"\d{{1,2}}|{CHINESE_NUMBER}"
_YEAR: Final = (
    r"(?:(?:(?P<year>20\d\d|[二2][零〇0][零一二三四五六七八九〇\d]{2})年"
    r"|(?P<near>大前年|前年|去年|上年|今年|本年|明年|后年))的?)"
)
_PART: Final = r"(?P<part>初|上旬|中旬|下旬|中|底|末)?"
_WORDS_OF_NUMBER: Final[Mapping[str, int]] = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "couple of": 2,
    "a couple of": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
}
_COUNT: Final = r"(?<!\d)(?:\d{1,2}|(?<![\u4e00-\u9fff])\d{3})"
"""Not the number of a product: 进取720天."""
_MONTH_NAMES: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
_MONTH: Final = rf"(?P<month>{_MONTH_NAMES}|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\.?"
_YEARS_AWAY: Final[Mapping[str, int]] = {
    "大前年": -3,
    "前年": -2,
    "去年": -1,
    "上年": -1,
    "今年": 0,
    "本年": 0,
    "明年": 1,
    "后年": 2,
}
_DAYS_AWAY: Final[Mapping[str, int]] = {
    "大前天": -3,
    "前天": -2,
    "昨天": -1,
    "昨日": -1,
    "yesterday": -1,
    "今天": 0,
    "今日": 0,
    "today": 0,
    "明天": 1,
    "明日": 1,
    "tomorrow": 1,
    "后天": 2,
}
_HOLIDAYS: Final[Mapping[str, tuple[int, int]]] = {
    "元旦": (1, 1),
    "五一": (5, 1),
    "劳动节": (5, 1),
    "国庆": (10, 1),
}

_Range: TypeAlias = tuple[date, date]
_Read: TypeAlias = Callable[[re.Match[str], date, bool], _Range | None]


def times_named(text: str, today: date, *, coming: bool) -> Iterator[tuple[date, date, int, int]]:
    """First day, last day, start and end in the text of each time, the surest first.

    Args:
        text: In its standard form: lower case, Simplified Chinese.
        today: What "last year" is counted from.
        coming: A month without a year is the next one, not the last.
    """
    taken: list[tuple[int, int]] = []
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            try:
                found = read(match, today, coming)
            except (ValueError, OverflowError):  # 2月30日 is no day
                continue
            if found is not None:
                taken.append(match.span())
                yield *found, *match.span()


def _iso(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    day = date(int(match[1]), int(match[2]), int(match[3]))
    return day, day


def _chinese_day(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    day = _in_year(match, today, coming, _read(match["month"]), _read(match["day"]))
    return day, day


def _holiday(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    day = _in_year(match, today, coming, *_HOLIDAYS[match["holiday"]])
    return day, day


def _chinese_month(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    first = _in_year(match, today, coming, _read(match["month"]), 1)
    return _part_of_month(first, match["part"])


def _near_month(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    word = match["which"]
    away = -word.count("上") or word.count("下")
    first = _months_on(today.replace(day=1), away)
    if match["day"]:
        day = first.replace(day=_read(match["day"]))
        return day, day
    return _part_of_month(first, match["part"])


def _quarter_or_half(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    year = _year(match, today)
    word = match["piece"]
    if year is None:
        return None
    if "半年" in word:
        month, months = (1, 6) if word == "上半年" else (7, 6)
    elif word in {"年初", "初"}:
        month, months = 1, 1
    elif word in {"年中", "中"}:
        month, months = 6, 1
    elif "季" in word:
        month = _MONTHS_OF_QUARTER * (_read(word.strip("第季度个")) - 1) + 1
        months = _MONTHS_OF_QUARTER
    else:
        return date(year, 12, 31), date(year, 12, 31)
    first = date(year, month, 1)
    return first, _months_on(first, months) - timedelta(days=1)


def _chinese_year(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    year = _year(match, today)
    return None if year is None else (date(year, 1, 1), date(year, 12, 31))


def _near_quarter(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    month = today.month - (today.month - 1) % _MONTHS_OF_QUARTER
    first = _months_on(today.replace(month=month, day=1), -_MONTHS_OF_QUARTER)
    return first, _months_on(first, _MONTHS_OF_QUARTER) - timedelta(days=1)


def _near_week(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    weeks = -match[0].count("上") or match[0].count("下")
    if not weeks:
        weeks = {"last": -1, "next": 1}.get(match[0].split()[0], 0)
    monday = today - timedelta(days=today.weekday()) + timedelta(days=_DAYS_OF_WEEK * weeks)
    return monday, monday + timedelta(days=_DAYS_OF_WEEK - 1)


def _near_day(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    day = today + timedelta(days=_DAYS_AWAY[match[0]])
    return day, day


def _ago(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    unit, sign = match["unit"].rstrip("s"), 1 if match["way"] == "from now" else -1
    if match["half"]:
        months = _MONTHS_OF_YEAR // 2 if unit in {"年", "year"} else 0
        day = _months_on(today, sign * months) if months else today + timedelta(days=15 * sign)
        return day, day
    count = _read(match["n"])
    months_of = {"月": 1, "month": 1, "季度": 3, "quarter": 3, "年": 12, "year": 12}
    if unit in months_of:
        day = _months_on(today, sign * count * months_of[unit])
    else:
        days = 1 if unit in {"天", "日", "day"} else _DAYS_OF_WEEK
        day = today + timedelta(days=sign * count * days)
    return day, day


def _english_day(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    month = _month_number(match["month"])
    day = _on(today, coming, match["year"], match["last"], (month, int(match["day"])))
    return day, day


def _english_month(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    if not (match["year"] or match["last"] or match["before"]):
        return None  # "may" is a verb, "march" another
    month = _month_number(match["month"])
    first = _on(today, coming, match["year"], match["last"], (month, 1))
    return _part_of_month(first, None)


def _english_near(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    away = {"last": -1, "previous": -1, "this": 0, "next": 1}[match["which"]]
    if match["unit"] == "month":
        return _part_of_month(_months_on(today.replace(day=1), away), None)
    if match["unit"] == "quarter":
        month = today.month - (today.month - 1) % _MONTHS_OF_QUARTER
        first = _months_on(today.replace(month=month, day=1), away * _MONTHS_OF_QUARTER)
        return first, _months_on(first, _MONTHS_OF_QUARTER) - timedelta(days=1)
    year = today.year + away
    return date(year, 1, 1), date(year, 12, 31)


def _english_year(match: re.Match[str], today: date, coming: bool) -> _Range | None:
    year = int(match["year"])
    return date(year, 1, 1), date(year, 12, 31)


_PATTERNS: Final[tuple[tuple[re.Pattern[str], _Read], ...]] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"(?<!\d)(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", _iso),
        (rf"(?<!每){_YEAR}?(?<!每)(?<!每年)(?P<month>{_N})月(?P<day>{_N})[日号]", _chinese_day),
        (rf"{_YEAR}?(?P<holiday>元旦|五一|劳动节|国庆)节?(?:期间)?", _holiday),
        (
            rf"(?P<which>上上个?|上个?|这个?|本|下个?)月(?:的?(?P<day>{_N})[日号]|{_PART})",
            _near_month,
        ),
        (
            rf"{_YEAR}(?P<piece>上半年|下半年|年?[初中底末]|第?[一二三四1-4]个?季度)",
            _quarter_or_half,
        ),
        (rf"(?<!每)(?<!每年){_YEAR}?(?P<month>{_N})月份?(?!期|\d|内){_PART}", _chinese_month),
        (r"上个?季度?", _near_quarter),
        (
            rf"(?:(?P<n>{_COUNT}|{CHINESE_NUMBER})个?|(?P<half>半)个?)"
            r"(?P<unit>天|日|周|星期|礼拜|月|季度|年)"
            r"(?:多|左右)?(?:之|以)?(?P<way>前)(?!支取)",
            _ago,
        ),
        (r"上上?个?(?:周|星期|礼拜)|下个?(?:周|星期|礼拜)|(?:last|next) week\b", _near_week),
        ("|".join(_DAYS_AWAY), _near_day),
        (_YEAR, _chinese_year),
        (
            rf"\b(?P<last>last )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b"
            r"(?:,? (?P<year>20\d\d|last year))?",
            _english_day,
        ),
        (
            rf"\b(?P<last>last )?{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)"
            r"(?:,? (?P<year>20\d\d|last year))?",
            _english_day,
        ),
        (
            rf"\b(?:(?P<last>last )|(?P<before>(?:in|during|since|of|for) ))?{_MONTH}\b"
            r"(?:,? (?:of )?(?P<year>20\d\d|last year|this year))?",
            _english_month,
        ),
        (r"\b(?P<which>last|previous|this|next) (?P<unit>month|quarter|year)\b", _english_near),
        (
            rf"\b(?:(?P<n>\d{{1,3}}|{'|'.join(sorted(_WORDS_OF_NUMBER, key=len, reverse=True))})"
            r"|(?P<half>half an?)) (?P<unit>days?|weeks?|months?|quarters?|years?) "
            r"(?P<way>ago|earlier|from now)\b",
            _ago,
        ),
        (r"\b(?:in|during|back in|as of) (?P<year>20\d\d)\b", _english_year),
    )
)
"""The more specific first: what one pattern has taken is not read again."""


def _in_year(match: re.Match[str], today: date, coming: bool, month: int, day: int) -> date:
    year = _year(match, today)
    return _nearest(today, coming, month, day) if year is None else date(year, month, day)


def _nearest(today: date, coming: bool, month: int, day: int) -> date:
    """A month or day without a year: the latest past one, unless the future is asked for."""
    found = date(today.year, month, day)
    if coming:
        return found if found >= today.replace(day=1) else found.replace(year=today.year + 1)
    return found if found <= today else found.replace(year=today.year - 1)


def _on(
    today: date, coming: bool, year: str | None, last: str | None, day: tuple[int, int]
) -> date:
    if year and year.isdigit():
        return date(int(year), *day)
    if year:
        return date(today.year - (year == "last year"), *day)
    found = _nearest(today, coming and not last, *day)
    if last and (found.year, found.month) == (today.year, today.month):
        return found.replace(year=found.year - 1)
    return found


def _year(match: re.Match[str], today: date) -> int | None:
    if match["near"]:
        return today.year + _YEARS_AWAY[match["near"]]
    if not match["year"]:
        return None
    digits = [str("零一二三四五六七八九".find(one)) for one in match["year"].replace("〇", "零")]
    return int(
        "".join(
            one if one.isdigit() else digit
            for one, digit in zip(match["year"].replace("〇", "零"), digits, strict=True)
        )
    )


def _part_of_month(first: date, part: str | None) -> _Range:
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    match part:
        case "底" | "末":
            return last, last
        case "初" | "上旬":
            return first, first.replace(day=10)
        case "中" | "中旬":
            return first.replace(day=11), first.replace(day=20)
        case "下旬":
            return first.replace(day=21), last
        case _:
            return first, last


def _months_on(day: date, months: int) -> date:
    index = day.year * _MONTHS_OF_YEAR + day.month - 1 + months
    year, month = index // _MONTHS_OF_YEAR, index % _MONTHS_OF_YEAR + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _month_number(name: str) -> int:
    return [each[:3] for each in _MONTH_NAMES.split("|")].index(name[:3]) + 1


def _read(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text in _WORDS_OF_NUMBER:
        return _WORDS_OF_NUMBER[text]
    number = read_chinese(text)
    if number is None:
        msg = "Not a number."
        raise ValueError(msg)
    return int(number)
