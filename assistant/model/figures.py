"""Figures in a text: every amount, rate, date, length of time, count and grade, in one form.

五千元 = ¥5,000.00 = RMB 5,000 · 百分之三 = 3% = 3.00% · 三年 = 36个月 = three years ·
2026年10月15日 = 2026-10-15. Two texts say the same figure when `kind` and `value` (and `unit`,
where both name one) are equal. Chinese numerals count only where something is measured: 统一 and
一般 hold none. Traditional characters are read like Simplified ones, and every figure knows where
it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

from assistant.model.numerals import CHINESE_NUMBER, DIGITS, read_chinese

Kind = Literal["percent", "money", "date", "clock", "months", "days", "minutes", "grade", "count"]

_SAME_LENGTH: Final = str.maketrans(
    "０１２３４５６７８９％．，：／萬億兩個塊圓點號時間鐘歲週張筆層級類壹貳叄參肆伍陸柒捌玖ⅠⅡⅢ費與錢後幾",
    "0123456789%.,:/万亿两个块元点号时间钟岁周张笔层级类一二三三四五六七八九123费与钱后几",
)
"""Character by character, so that places in the text stay what they are."""

_CHINESE: Final = rf"(?<!\d){CHINESE_NUMBER}(?:点[零一二三四五六七八九]+[百千万亿]*)?"
_SHORT: Final = r"(?<!\d)[零一二三四五六七八九两十百]+"
"""Lengths of time and counts are never so long: in 一百万三十年 the years are thirty."""
_ENGLISH: Final[dict[str, Decimal]] = {
    word: Decimal(number)
    for number, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
            *("seventeen", "eighteen", "nineteen", "twenty"),
        )
    )
} | {
    word: Decimal(number)
    for word, number in (
        *(("thirty", "30"), ("forty", "40"), ("fifty", "50"), ("sixty", "60")),
        *(("ninety", "90"), ("half a", "0.5")),
    )
}
_WORD: Final = "|".join(sorted(_ENGLISH, key=len, reverse=True))
_SCALE: Final = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "亿": 10**8,
    "hundred": 100,
    "thousand": 1000,
    "k": 1000,
    "million": 10**6,
    "billion": 10**9,
}
_CURRENCIES: Final = {
    "USD": r"美元|美金|美刀|us\$|usd|(?:us )?dollars?|\$",
    "HKD": r"港币|港元|hk\$|hkd",
    "EUR": r"欧元|€|eur\b|euros?",
    "GBP": r"英镑|£|gbp",
    "JPY": r"日元|日圆|jpy|yen",
    "CNY": r"元|块钱|块|人民币|¥|￥|rmb|cny|yuan",
}
_ANY_CURRENCY: Final = "|".join(_CURRENCIES.values())
_DIGITS: Final = r"(?:(?<![\d.])\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
_ENGLISH_NUMBER: Final = (
    rf"(?:{_DIGITS}|\b(?:{_WORD})\b)(?:[ -]?(?:hundred|thousand|million|billion)\b|k\b)*"
)
_NUMBER: Final = rf"(?:{_DIGITS}\s*[百千万亿]+|{_ENGLISH_NUMBER}|{_CHINESE})"
_FEW: Final = rf"(?:{_DIGITS}|\b(?:{_WORD})\b|{_SHORT})"
_TIME_UNITS: Final = (
    (r"个?工作日|(?:working|business) days?", "days", 1, "working"),
    (r"个月|months?|mths?", "months", 1, ""),
    (r"年(?![度末初底龄])|周年|years?|yrs?", "months", 12, ""),
    (r"天|日(?![期元])|days?", "days", 1, ""),
    (r"个?星期|周(?!岁|年)|weeks?", "days", 7, ""),
    (r"小时|hours?|hrs?", "minutes", 60, ""),
    (r"分钟|minutes?|mins?", "minutes", 1, ""),
)
_MEASURES: Final = (
    "周岁|岁|次|笔|张|份|期|倍|级|只|家|位|人|名|项|种|类|档|克|盎司|件|折(?![算合])"
    "|户|间|层|字|条|台|枚"
)
_ARTICLES: Final = re.compile(
    r"十分(?!之|[钟鐘])"
    r"|一(?:个(?!月|工作)|种|位|名|家|些|样|般|起|定|直|致|律|键|旦|方|项|类|次性|张|笔|份|条)"
)
"""一 before these means "a" or is part of a word; it measures nothing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text.

    Attributes:
        value: Decimal digits without trailing zeros; an ISO date, `--MM-DD` or `YYYY-MM`; `HH:MM`.
            Percent counts hundredths (3% is "3"), money whole currency units (yuan).
        unit: Currency of money, measure word of a count, `working` of days; "" where none is named.
        start: First character in the text.
        end: After the last one.
    """

    kind: Kind
    value: str
    unit: str
    start: int
    end: int

    def same_as(self, other: Figure) -> bool:
        """Whether two texts say the same figure."""
        if (self.kind, self.value) != (other.kind, other.value):
            return False
        if self.kind == "count":
            return self.unit == other.unit or not self.unit or not other.unit
        return self.unit == other.unit

    @property
    def number(self) -> Decimal:
        """The value as a number; only for kinds that are one."""
        return Decimal(self.value)


@lru_cache(maxsize=8192)
def figures(text: str) -> tuple[Figure, ...]:
    """Every figure of a text, in its order, no character in two."""
    rest = _ARTICLES.sub(_blank, _plain(text))
    found: list[Figure] = []
    for pattern, read in _READERS:
        read_here = [(match, read(match)) for match in pattern.finditer(rest)]
        for match, figure in read_here:
            if figure is not None:
                found.append(figure)
                rest = f"{rest[: match.start()]}{_blank(match)}{rest[match.end() :]}"
    return tuple(sorted(found, key=lambda one: one.start))


def _blank(match: re.Match[str]) -> str:
    """What is taken is not read twice, and what stands around it keeps its place."""
    return "\0" * len(match[0])


def _plain(text: str) -> str:
    # A character that grows in lower case (İ) would move the places of all that follow.
    simple = text.translate(_SAME_LENGTH)
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in simple)


def written(number: Decimal) -> str:
    """A number without trailing zeros and without an exponent, as `Figure.value` has it."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_ENGLISH_SCALE: Final = re.compile(
    rf"(\d+(?:\.\d+)?|{_WORD})((?:[ -]?(?:hundred|thousand|million|billion|k))*)"
)
_SCALE_WORD: Final = re.compile(r"hundred|thousand|million|billion|k")


def _number(text: str) -> Decimal | None:
    """12,000.5 · 1.2万 · 五千 · 三点一四 · twelve."""
    bare = text.strip().replace(",", "")
    scaled = _ENGLISH_SCALE.fullmatch(bare)
    if scaled and (scaled[2] or scaled[1] in _ENGLISH):
        number = _ENGLISH[scaled[1]] if scaled[1] in _ENGLISH else Decimal(scaled[1])
        for word in _SCALE_WORD.findall(scaled[2]):
            number *= _SCALE[word]
        return number
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([十百千万亿]*)", bare)
    if match:
        number = Decimal(match[1])
        for character in match[2]:
            number *= _SCALE[character]
        return number
    whole, _, part = bare.partition("点")
    value = read_chinese(whole)
    if value is None or not any(c not in "十百千万亿" or c == "十" for c in whole):
        return None
    digits = read_chinese(part) if part else None
    return value if digits is None else value + digits.scaleb(-len(part))


def _as(kind: Kind, number: Decimal | None, match: re.Match[str], unit: str = "") -> Figure | None:
    if number is None:
        return None
    return Figure(kind, written(number), unit, match.start(), match.end())


def _percent(match: re.Match[str]) -> Figure | None:
    return _as("percent", _number(match["n"]), match)


def _per(match: re.Match[str]) -> Figure | None:
    number = _number(match["n"])
    base = {"百": 1, "千": 10, "万": 100}[match["base"]]
    return _as("percent", None if number is None else number / base, match)


def _basis_points(match: re.Match[str]) -> Figure | None:
    number = _number(match["n"])
    return _as("percent", None if number is None else number / 100, match)


def _money(match: re.Match[str]) -> Figure | None:
    number = _number(match["n"])
    word = match["after"] or match["before"]
    currency = next(
        code for code, words in _CURRENCIES.items() if re.fullmatch(words, word.strip())
    )
    if match["after"] and match["jiao"] and number is not None:
        number += Decimal(_number(match["jiao"]) or 0) / 10
    return _as("money", number, match, currency)


def _date(match: re.Match[str]) -> Figure | None:
    parts = match.groupdict()
    year = parts.get("year")
    if year is not None and not year.isdigit():
        year = "".join(str(read_chinese(c) or 0) for c in year)
    month, day = _whole(parts.get("month")), _whole(parts.get("day"))
    if month is not None and not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        return None
    if day is not None and not 1 <= day <= 31:  # noqa: PLR2004 - days of a month
        return None
    head = year or "-"
    value = "-".join([head, *(f"{n:02d}" for n in (month, day) if n is not None)])
    return Figure("date", value, "", match.start(), match.end())


def _english_date(match: re.Match[str]) -> Figure | None:
    month = _MONTHS.index(match["name"][:3]) + 1
    day = _whole(match.groupdict().get("day"))
    value = "-".join([match["year"] or "-", f"{month:02d}", *([f"{day:02d}"] if day else [])])
    return Figure("date", value, "", match.start(), match.end())


def _day_of_month(match: re.Match[str]) -> Figure | None:
    day = _whole(match["day"])
    return None if day is None else Figure("date", f"---{day:02d}", "", *match.span())


def _whole(text: str | None) -> int | None:
    number = None if text is None else _number(text)
    return None if number is None else int(number)


def _clock(match: re.Match[str]) -> Figure:
    value = f"{int(match['h']):02d}:{match['m']}"
    return Figure("clock", value, "", match.start(), match.end())


def _time(kind: Kind, factor: int, unit: str) -> Callable[[re.Match[str]], Figure | None]:
    def read(match: re.Match[str]) -> Figure | None:
        number = Decimal("0.5") if match["half"] else _number(match["n"])
        if number is not None and match.groupdict().get("more"):
            number += Decimal("0.5")
        return _as(kind, None if number is None else number * factor, match, unit)

    return read


def _grade(match: re.Match[str]) -> Figure:
    return Figure("grade", match[0].replace(" ", "").upper(), "", match.start(), match.end())


def _count(match: re.Match[str]) -> Figure | None:
    return _as("count", _number(match["n"]), match, match["unit"] or "")


def _bare(match: re.Match[str]) -> Figure | None:
    if match[0][0] in DIGITS and len(match[0]) == 1:
        return None  # one Chinese digit without a measure is part of a word: 统一, 三方
    if match[0] == "one":
        return None  # an English article
    return _as("count", _number(match["n"]), match)


def _times() -> Iterator[tuple[re.Pattern[str], Callable[[re.Match[str]], Figure | None]]]:
    for words, kind, factor, unit in _TIME_UNITS:
        more = "(?P<more>半)?" if factor in {12, 60} else "(?P<more>(?!))?"
        yield (
            re.compile(rf"(?:(?P<n>{_FEW})|(?P<half>半)(?!数))[\s-]*(?:{words}){more}"),
            _time(kind, factor, unit),  # type: ignore[arg-type]  # kinds of the table above
        )


_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_MONTH_NAME: Final = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR: Final = r"(?P<year>(?:19|20)\d\d|[一二][零〇九0-9一二三四五六七八]{3})"
_READERS: Final = (
    (re.compile(rf"(?P<base>[百千万])分之(?P<n>{_NUMBER})"), _per),
    (re.compile(rf"(?P<n>{_NUMBER})\s*(?:%|个百分点|per ?cent(?:age points?)?)"), _percent),
    (re.compile(rf"(?P<n>{_NUMBER})\s*(?:个?基点|bps?\b)"), _basis_points),
    (
        re.compile(r"(?:(?P<year>20\d\d)[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2}))(?![\d.])"),
        _date,
    ),
    (
        re.compile(rf"(?:{_YEAR}年\s*)?(?P<month>{_FEW})月(?P<day>{_FEW})(?:日|号)?(?!元)"),
        _date,
    ),
    (re.compile(rf"{_YEAR}年\s*(?P<month>{_FEW})月"), _date),
    (re.compile(rf"{_YEAR}年(?!化|利)"), _date),
    (re.compile(rf"(?P<month>{_FEW})月(?![\d日号])"), _date),
    (
        re.compile(
            rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH_NAME}\b"
            r"(?:,? (?P<year>20\d\d))?"
        ),
        _english_date,
    ),
    (
        re.compile(
            rf"\b{_MONTH_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>20\d\d))?"
        ),
        _english_date,
    ),
    (re.compile(rf"\b{_MONTH_NAME} (?P<year>20\d\d)"), _english_date),
    (re.compile(r"(?P<h>[01]?\d|2[0-4]):(?P<m>[0-5]\d)(?!\d)"), _clock),
    (
        re.compile(
            rf"(?:(?P<before>¥|￥|€|£|(?:us|hk)?\$|rmb|cny|usd|hkd|eur|gbp|jpy|人民币)\s*"
            rf"(?P<n>{_NUMBER})"
            rf"(?P<after>(?:{_ANY_CURRENCY}))?(?P<jiao>(?!))?)"
        ),
        _money,
    ),
    (
        re.compile(
            rf"(?P<before>(?!))?(?P<n>{_NUMBER})"
            rf"\s*(?P<after>(?:{_ANY_CURRENCY}))(?P<jiao>[一二三四五六七八九1-9](?![\d十百千万%年个月]))?"
        ),
        _money,
    ),
    (re.compile(r"(?<=月)(?P<day>\d{1,2})[日号]"), _day_of_month),
    *_times(),
    (re.compile(r"(?<![a-z\d])[rc][1-5](?![a-z\d])"), _grade),
    (re.compile(rf"(?P<n>{_FEW})\s*个?(?P<unit>{_MEASURES})"), _count),
    (re.compile(rf"(?P<n>{_NUMBER})(?![a-z])"), _bare),
)
"""In the order in which they claim their characters."""
