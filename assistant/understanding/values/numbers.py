"""Phones, one-time codes, card tails and numbers, ID numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.model.numerals import spoken_digits
from assistant.understanding.values.found import Found

_PHONE = re.compile(r"(?<!\d)(?:\+?86[-\s]?)?(1[3-9]\d(?:[-\s]?\d{4}){2})(?!\d)")
_CODE = re.compile(r"(?<!\d)(\d{3}[-\s]?\d{3}|\d{4,8})(?!\d)")
_TAIL = re.compile(
    r"(?:尾号|尾数|末尾|末[四4]位|后[四4]位|最后[四4]位"
    r"|ending\s*(?:in|with)?|tail|last four(?: digits)?)"
    r"\s*(?:是|为|：|:|are|is|的)?\s*(\d{4})(?!\d)"
)
_TAIL_AFTER = re.compile(
    r"(?<!\d)(\d{4})\s*(?:那张|这张|的卡|那个卡|这个卡|的那张|的银行卡|结尾|card"
    r"|(?:的|'s)?\s?(?:每日|每天|每笔|单日|单笔|日|支付|消费|刷卡|交易|取现|转账|daily|payment|spending|\s)*"
    r"(?:限额|额度|上限|密码|limit|pin(?![a-z])))"
)
"""What a card has and an amount has not: its limit, its PIN."""

_TAIL_OF = re.compile(
    r"(?:(?:limit|pin)\s+(?:on|for)\s+(?:my\s+)?(?:card\s+)?|(?<![a-z])cards?\s+|卡\s?)"
    r"(\d{4})(?![\d.,]|\s*(?:元|块|万|千|yuan|rmb))"
)
_CARD_NUMBER = re.compile(r"(?<!\d)(\d(?:[\s-]?\d){15,18})(?!\d)")
_ID_NUMBER = re.compile(r"(?<!\d)(\d{6}\s?\d{8}\s?\d{3}[\dx])(?![\dx])")
_PLACE = re.compile(
    r"(?:第[一二三四五六七八九1-9]|最后一?)[张个]|(?:first|second|third|last) (?:one|card)"
)
_FOUR = re.compile(
    r"(?<![\d.¥])(?<!\d,)(?<![还還转付交充存打])(?<![还還转付交充存打]\s)(?<!pay\s)(?<!send\s)"
    r"(\d{4})(?![\d.,]|\s*(?:元|块|年|yuan|rmb|万|千))"
)
"""Any four digits, unless they are what is paid ("还1200") or count something."""


def find_phones(text: str) -> Iterator[Found]:
    """Mainland mobile numbers, also with 86, spaces or hyphens, or spoken digits."""
    for match in _PHONE.finditer(spoken_digits(text)):
        digits = re.sub(r"\D", "", match[1])
        yield Found("phone", digits, match.start(), match.end())


def find_codes(text: str) -> Iterator[Found]:
    """One-time codes: six digits, or four to eight; the bank says which are right."""
    for match in _CODE.finditer(spoken_digits(text)):
        yield Found("code", re.sub(r"\D", "", match[1]), match.start(), match.end())


def find_cards(text: str, *, bare: bool) -> Iterator[Found]:
    """Last four digits of a card; `bare` takes any four digits standing alone."""
    if bare:
        for match in _PLACE.finditer(text):
            yield Found("card", match[0], match.start(), match.end())
    spoken = spoken_digits(text)
    seen: set[int] = set()
    patterns = (_TAIL, _TAIL_AFTER, _TAIL_OF, *((_FOUR,) if bare else ()))
    for pattern in patterns:
        for match in pattern.finditer(spoken):
            if match.start(1) not in seen:
                seen.add(match.start(1))
                yield Found("card", match[1], match.start(), match.end(1), match.span(1))


def find_card_numbers(text: str) -> Iterator[Found]:
    """Whole card numbers of 16 to 19 digits."""
    for match in _CARD_NUMBER.finditer(spoken_digits(text)):
        yield Found("card_number", re.sub(r"\D", "", match[1]), match.start(), match.end())


def find_id_numbers(text: str) -> Iterator[Found]:
    """Resident identity numbers of 18 places (GB 11643); the bank checks them."""
    for match in _ID_NUMBER.finditer(spoken_digits(text)):
        yield Found("id_number", re.sub(r"\s", "", match[1]).upper(), match.start(), match.end())
