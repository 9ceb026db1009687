"""Terms and amounts: what must agree between a question and the sentence that answers it.

A rate for three years does not answer a question about five, however alike the two read.
Lengths of time are brought to months or days, so that 半年, 六个月 and "six months" are one
term; risk levels, account classes and ages are terms of their own. A sentence or a row for
amounts "from … to …" answers for an amount between the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from assistant.model.numerals import CHINESE_NUMBER, read_chinese

Term: TypeAlias = tuple[str, str]
"""What is counted and how much of it, e.g. ("months", "36"), ("r", "3")."""

_MONTHS_OF_YEAR: Final = 12
_ENGLISH: Final[dict[str, Decimal]] = {
    word: Decimal(number)
    for number, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        start=1,
    )
} | {"half": Decimal("0.5"), "thirty": Decimal(30), "ninety": Decimal(90)}
_COUNT: Final = rf"\d[\d,]*(?:\.\d+)?|{CHINESE_NUMBER}|仨|半"
_TERM: Final = re.compile(
    rf"(?P<n>{_COUNT})(?P<unit>个月|月期|(?<=仨)月|年|期|天|日(?!\d)|周岁|岁)"
    rf"|(?P<ordinal>iii|ii|i|[一二三1-3])类"
    r"|(?<![a-z])(?P<level>[rc])(?P<grade>\d)(?!\d)"
    rf"|(?<![a-z\d])(?P<word>\d+|{'|'.join(_ENGLISH)})[- ]?(?:a )?(?P<english>year|month"
    rf"|day|instal)"
)
_CALENDAR: Final = re.compile(
    rf"(?:20\d\d年?|[今去前明]年)?(?:\d{{1,2}}|{CHINESE_NUMBER})月(?:份|底|初|中旬|"
    rf"(?:\d{{1,2}}|{CHINESE_NUMBER})[日号]?)?|20\d\d年|20\d\d-\d\d-\d\d"
)
_ROMAN: Final = {"i": "1", "ii": "2", "iii": "3", "一": "1", "二": "2", "三": "3"}
_MULTIPLES: Final = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "k": 1000}
_AMOUNT: Final = re.compile(
    rf"(?P<figure>\d[\d,]*(?:\.\d+)?)(?P<times>[十百千万]"
    rf"|k\b)?(?P<after>[年月日天期岁个次号类级%.]|-?\w*天)?"
    rf"|(?P<words>{CHINESE_NUMBER})(?P<after2>[年月日天期岁个次号类级分折])?"
)
_MONEY: Final = r"(\d[\d,]*(?:\.\d+)?)(万)?元"
_RANGES: Final = (
    (re.compile(rf"{_MONEY}(?:至|到|-|~){_MONEY}"), "between"),
    (re.compile(rf"{_MONEY}(?:\(含\))?(?:及以下|以下|以内|及以内)"), "below"),
    (re.compile(rf"(?:不超过|不足|低于){_MONEY}"), "below"),
    (re.compile(rf"{_MONEY}(?:\(不含\)|\(含\))?(?:以上|及以上)"), "above"),
    (re.compile(rf"(?<!不)超(?:过|出){_MONEY}"), "above"),
)
_EACH: Final = frozenset({"一年", "1年", "一天", "1天", "一个月", "1个月"})
_TERM_WORDS: Final = re.compile(r"存|期|定|通知|分|转|利率|整|死|贷|[|：:]")
_NEAR: Final = 3
_LEAST: Final = 100
"""An amount below it is more often a count (三个) than money."""


@dataclass(frozen=True, slots=True)
class Range:
    """Amounts above `low` and up to `high`; None is open."""

    low: Decimal | None
    high: Decimal | None

    def holds(self, amount: Decimal) -> bool:
        """Whether the amount belongs to it."""
        return (self.low is None or amount > self.low) and (
            self.high is None or amount <= self.high
        )


def terms_of(text: str) -> frozenset[Term]:
    """The terms of a normalised text; days of the calendar are none."""
    return frozenset(term for _, _, term in terms_in(text))


def terms_in(text: str) -> tuple[tuple[int, int, Term], ...]:
    """The terms of a normalised text with where they stand, left to right."""
    plain = _CALENDAR.sub(lambda match: "□" * len(match[0]), text)
    return tuple(
        (*match.span(), term)
        for match in _TERM.finditer(plain)
        if not _is_each(plain, match)
        for term in _term(match)
    )


def _is_each(text: str, match: re.Match[str]) -> bool:
    """Whether 一年 means "each year" ("一年多少钱"), not a term of one year ("存一年")."""
    near = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
    return match[0] in _EACH and _TERM_WORDS.search(near) is None


def _term(match: re.Match[str]) -> Iterator[Term]:
    if match["level"]:
        yield match["level"], match["grade"]
    elif match["ordinal"]:
        yield "class", _ROMAN.get(match["ordinal"], match["ordinal"])
    elif match["english"]:
        word = match["word"]
        yield from _length(Decimal(_ENGLISH.get(word, word)), match["english"])
    else:
        count = _number(match["n"])
        if count is not None:
            yield from _length(count, match["unit"])


def _length(count: Decimal, unit: str) -> Iterator[Term]:
    if unit in {"年", "year"}:
        yield "months", _plain(count * _MONTHS_OF_YEAR)
    elif unit in {"个月", "月", "月期", "期", "month", "instal"}:
        yield "months", _plain(count)
    elif unit in {"天", "日", "day"}:
        yield "days", _plain(count)
    else:
        yield "age", _plain(count)


def _number(text: str) -> Decimal | None:
    if text in {"半", "仨"}:
        return Decimal("0.5") if text == "半" else Decimal(3)
    if text[0].isdigit():
        return Decimal(text.replace(",", ""))
    return read_chinese(text)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def amounts_of(text: str) -> tuple[Decimal, ...]:
    """Amounts of money a normalised question names: 三千, 8千, 20,000, 5万."""
    found: list[Decimal] = []
    for match in _AMOUNT.finditer(_CALENDAR.sub("□", text)):
        if match["after"] or match["after2"]:
            continue
        if match["words"]:
            amount = read_chinese(match["words"])
        else:
            amount = Decimal(match["figure"].replace(",", "")) * _MULTIPLES.get(
                match["times"] or "", 1
            )
        if amount is not None and amount >= _LEAST:
            found.append(amount)
    return tuple(found)


def ranges_of(text: str) -> tuple[Range, ...]:
    """The ranges of money a normalised sentence or row speaks of."""
    found: list[Range] = []
    for pattern, kind in _RANGES:
        for match in pattern.finditer(text):
            ends = [
                Decimal(figure.replace(",", "")) * (10**4 if times else 1)
                for figure, times in zip(match.groups()[::2], match.groups()[1::2], strict=True)
            ]
            if kind == "between":
                found.append(Range(ends[0], ends[1]))
            else:
                found.append(Range(None, ends[0]) if kind == "below" else Range(ends[0], None))
    return tuple(found)
