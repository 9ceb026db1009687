"""The day a question asks about: "去年10月一年期利率多少", "last October's rate".

A question about the bank's terms may name a past or a coming time. What is read here is the
range it names, and whether the question is about the bank's terms in that time at all: a date
may as well belong to the customer's own deeds ("上个月的账单还没到").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from assistant.model.times import times_named

_TERMS: Final = re.compile(
    r"利率|利息|费率|收益率|年化|[几幾]个点|几趴|费|价|额度|限额|净值|牌价|起存|起购|多少钱"
    r"|(?:给|存|定期|定存|期|存款|贷款).{0,6}多少|多少.{0,6}(?:息|率)|调[到至整]|规定|政策|标准|条款"
    r"|\brates?\b|\bfees?\b|\bcharges?\b|\bcosts?\b|\bprices?\b|\blimits?\b|\bpa(?:y|id|ys)\b"
    r"|\binterest\b|\bapr\b|\byields?\b|\bterms\b|\brules?\b"
)
_THEN: Final = re.compile(
    r"当时|那时|那会儿?|的时候|截至|截止到|时点"
    r"|as of\b|as at\b|back (?:then|in)\b|at (?:the|that) time\b"
)
_OWN_RECORDS: Final = re.compile(
    r"账单|流水|明细|余额|收了我|扣了|扣我|被扣|多扣|到账|没收到|还没|我的(?:工资|转账|交易)"
    r"|\b(?:my|a) (?:bill|statement|balance|payment)\b|charged me|was (?:i )?charged"
)
_GOES_ON: Final = re.compile(r"呢\W*$|^(?:那|咁)|^(?:and|then|what about|how about)\b")
_COMING: Final = re.compile(r"会不会|(?<![那这])会(?!儿)|将|以后|之后|\bwill\b|going to|\bnext\b")


@dataclass(frozen=True, slots=True)
class AskedDay:
    """A time a question names.

    Attributes:
        first: First day of it.
        last: Last day of it; the same when a day was named.
        start: Where the words begin in the text.
        end: Where they end.
    """

    first: date
    last: date
    start: int
    end: int

    def is_past(self, today: date) -> bool:
        """Wholly before today."""
        return self.last < today

    def is_future(self, today: date) -> bool:
        """Wholly after today."""
        return self.first > today


def asked_day(text: str, today: date, before: str = "") -> AskedDay | None:
    """The time before or after today whose terms are asked for.

    Args:
        text: The question in its standard form: lower case, Simplified Chinese.
        today: The bank's day.
        before: What was asked just before, which "去年10月呢" goes on from; "" for nothing.

    Returns:
        None when no time is named, today belongs to it, or it belongs to something else than
        the bank's terms.
    """
    whole = f"{before} {text}" if _GOES_ON.search(text) else text
    terms = _TERMS.search(whole) and not _OWN_RECORDS.search(whole)
    if not terms and not _THEN.search(text):
        return None
    coming = _COMING.search(text) is not None
    found = sorted(
        (AskedDay(*one) for one in times_named(text, today, coming=coming)),
        key=lambda one: (one.last - one.first, one.start),
    )
    named = found[0] if found else None
    if named is None or named.first <= today <= named.last:
        return None
    return named


def without_day(text: str, asked: AskedDay) -> str:
    """The question without the words of the day, for searching."""
    rest = f"{text[: asked.start]} {text[asked.end :]}"
    return re.sub(
        r"^[\s的,，、]+|\b(?:in|on|of|at|as of|back|since)\s*(?=$|[?？])", "", rest
    ).strip()
