"""Which of the customer's own accounts money leaves, and how many entries are wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.model.numerals import CHINESE_NUMBER, read_chinese
from assistant.understanding.values.found import Found

_MINE = r"(?:我的?|自己的?|本人的?|my\s+)?\s*(?:那张|这张|那个|这个)?\s*"
_NAMED = r"[一二]类(?:户|卡|账户|电子账户)|电子账户|活期(?:账户)?|工资卡"
_MARK = r"(?:尾号|账户|账号|卡|account|card)?\s*(?:是|为|ending(?:\s+in)?)?\s*"
_NO_AMOUNT = r"(?![\d.,]|\s*(?:元|块|万|千|百|改|换|变|调|到(?!账)|加|减|yuan|rmb|to\b))"
_SOURCE = (
    re.compile(rf"(?:从|由|用|拿)\s*{_MINE}{_MARK}(?P<own>\d{{4}}{_NO_AMOUNT}|{_NAMED})"),
    re.compile(
        rf"(?<![\d.])(?P<own>\d{{4}}|{_NAMED})\s*(?:那张|这张|的)?\s*(?:卡|账户|账号)?\s*(?:里面?|上)?"
        r"的?钱?\s*(?:走账|走|扣款|扣|出账|出钱|转出|付款|付)(?![多少])"
    ),
    re.compile(
        rf"\b(?:from|out of|using|use)\s+{_MINE}(?:the\s+)?(?:account|card|one)?\s*"
        r"(?:ending\s+(?:in\s+)?|number\s+)?(?P<own>\d{4})(?![\d.,]|\s*(?:yuan|rmb|to\b))"
    ),
)
_FIGURE = rf"(?P<many>\d{{1,3}}|{CHINESE_NUMBER})"
_ENTRIES = re.compile(
    rf"(?P<lately>最近|最后|最新|近|前|头)?\s*的?\s*{_FIGURE}\s*"
    r"(?:笔|条(?:交易|记录|流水|明细)|次(?:交易|消费|转账))"
    rf"|(?P<late>(?:last|latest|recent|past)\s+)(?P<few>\d{{1,3}}|{{words}})?\s*"
    r"(?:transactions?|payments?|entries|records|purchases)\b".replace(
        "{words}", "one|two|three|four|five|six|seven|eight|nine|ten"
    )
    + r"|(?P<before>上)一笔"
)
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def find_sources(text: str) -> Iterator[Found]:
    """Accounts the customer wants to pay from: "从6688走", "用二类户付", "from my 3021"."""
    taken: list[tuple[int, int]] = []
    for pattern in _SOURCE:
        for match in pattern.finditer(text):
            start, end = match.span("own")
            if not any(start < other and first < end for first, other in taken):
                taken.append((start, end))
                yield Found("own_account", match["own"], start, end)


def find_counts(text: str) -> Iterator[Found]:
    """How many entries are wanted: "最近三笔", "last 5 transactions"; "一笔" alone is no number."""
    for match in _ENTRIES.finditer(text):
        many = _how_many(match)
        if many is not None:
            yield Found("count", str(many), match.start(), match.end())


def _how_many(match: re.Match[str]) -> int | None:
    if match["before"]:
        return 1
    if match["late"]:
        words = match["few"]
        if words is None:
            return None if match[0].rstrip().endswith("s") else 1
        return int(words) if words.isdigit() else _WORDS.index(words) + 1
    words = match["many"]
    read = int(words) if words.isdigit() else read_chinese(words)
    if not read or read != int(read) or (read == 1 and not match["lately"]):
        return None
    return int(read)
