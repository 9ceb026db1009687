"""Amounts of money in a message, exact to the fen.

五千 · 1.2万 · 一点五万 · 三千五 · 3千5 · 半百万 · 12,480.55 · ¥88 · 3k · 三块五 · 五毛 · 十块半
A wrong amount is worse than none: approximate words (几百, 二三十), signs, other currencies and
pieces of longer numbers are no amounts, so that the customer is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from assistant.model.numerals import CHINESE_NUMBER, DIGITS, read_chinese
from assistant.understanding.values.found import Found

_D = "零一二三四五六七八九〇壹贰叁肆伍陆柒捌玖两"
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
    rf"(?P<sign>[¥￥]|rmb\s*|cny\s*)?"
    rf"(?:(?P<figure>{_FIGURE})\s*(?P<scale>{_SCALE})?"
    rf"(?P<tail>(?<=[百千万亿])[{_D}1-9](?![\d{_D}十百千万亿年月日号天期%毛角]))?"
    rf"|(?P<whole>{CHINESE_NUMBER})点(?P<part>[{_D}]+)(?P<partscale>[百千万亿])?"
    rf"|(?P<words>{CHINESE_NUMBER})"
    rf"|半(?P<half>百万|千万|[百千万亿]))"
    rf"\s*(?:(?P<jiaoonly>毛|角)(?:钱)?"
    rf"|(?P<unit>{_UNIT})"
    rf"(?:(?P<jiao>[{_D}\d])(?:毛|角|(?![\d.{_D}十百千万亿年月日号天期%张笔个]))"
    rf"(?:(?P<fen>[{_D}\d])分)?|(?P<halfyuan>半))?)?"
    rf"(?P<end>钱|整)?",
    re.IGNORECASE,
)
_NOT_MONEY_AFTER = re.compile(
    r"\s*(?:年|个月|月|日|号|天|期|张|笔|个|位|次|%|点|分钟|小时|岁|类|级|折|g"
    r"|th|st|nd|rd|days?|months?|years?)"
)
_NOT_MONEY_BEFORE = re.compile(
    r"(?:尾号|末[四4]位|后[四4]位|卡号|手机号?|电话|最近|第|近|ending\s*(?:in)?|card|last"
    r"|周|星期|礼拜)\s*(?:是|为|：|:)?\s*$|(?<![a-z])[rc]$"
)
_OWN_BEFORE = re.compile(r"(?:我的|自己的|账户|账号|(?<![a-z])my|account)\s*$")
"""Four bare figures after these are the end of an account number ("转到我的3021")."""
_TAIL_DIGITS = 4
_OTHER_CURRENCY = re.compile(
    r"\s*(?:美元|美金|美刀|刀|港币|港元|日元|日圆|欧元|英镑|澳元|台币"
    r"|dollars?|usd|hkd|jpy|eur|gbp)",
    re.IGNORECASE,
)
_VAGUE_BEFORE = re.compile(r"[几数多上近约]$")
_VAGUE_AFTER = re.compile(r"[多来几](?!钱)|左右|上下")
_VAGUE_WORDS = re.compile(rf"[{_D[1:]}]{{2,}}[十百千万亿]")
_LOOKED_BACK = 24
"""Characters before an amount that can say what it is; the longest such word has 13."""
_LONG_DIGITS = 9
_LONGEST = 18
"""Characters of the longest amount Money takes."""
_TOO_MUCH = 10**15
"""Yuan; from here on an amount has more characters than Money takes."""


def find_amounts(text: str, *, bare: bool = False) -> Iterator[Found]:
    """Amounts in a normalised text, left to right.

    Args:
        text: Normalised message.
        bare: Whether a number without a unit counts (an amount was asked for, or the
            sentence moves money).
    """
    for match in _AMOUNT.finditer(text):
        marked = any(match[name] for name in ("unit", "sign", "jiaoonly", "end"))
        if not marked and not (bare and _stands_alone(text, match)):
            continue
        if _is_other_thing(text, match) or _is_vague(text, match):
            continue
        amount = _amount(match)
        if amount is not None and 0 <= amount < _TOO_MUCH:
            end = match.start() + len(match[0].rstrip())
            yield Found("amount", f"{amount:.2f}", match.start(), end)


def before_amount(text: str, start: int) -> str:
    """The words before an amount that can say what it is: a long message is not read each time."""
    return text[max(0, start - _LOOKED_BACK) : start]


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """A number without a unit is an amount only when nothing else claims it.

    A single Chinese digit is part of a name or a phrase (李四, 改一下) unless it is all that
    was said.
    """
    if _NOT_MONEY_AFTER.match(text, match.end()):
        return False
    words = match["words"]
    return words is None or len(words) > 1 or words == text.strip()


def _is_other_thing(text: str, match: re.Match[str]) -> bool:
    """Card numbers, phones, other currencies, negative numbers, and pieces of longer numbers."""
    before, after = before_amount(text, match.start()), text[match.end() :]
    if _NOT_MONEY_BEFORE.search(before) or _OTHER_CURRENCY.match(after):
        return True
    figure = match["figure"] or ""
    if len(figure) == _TAIL_DIGITS and not match["unit"] and _OWN_BEFORE.search(before):
        return True
    if len(figure) > _LONGEST or ("," not in figure and len(figure.split(".")[0]) > _LONG_DIGITS):
        return True
    last = before[-1:]
    if last and (last.isdigit() or last in ".*-$" or last in DIGITS):
        return True
    if figure and re.search(r"\d(?:,|[a-z])$", before, re.IGNORECASE):
        return True
    return bool(re.match(r"\.?\d|,\d|[a-z]\d" if figure else r"\d", after, re.IGNORECASE))


def _is_vague(text: str, match: re.Match[str]) -> bool:
    """几百块, 二三十块, 五百多: not one amount."""
    if _VAGUE_BEFORE.search(before_amount(text, match.start())) or _VAGUE_AFTER.match(
        text, match.end()
    ):
        return True
    between = text[match.start() : match.end()]
    return bool(re.search("[多来几]", between) or _VAGUE_WORDS.search(match["words"] or ""))


def _amount(match: re.Match[str]) -> Decimal | None:
    if match["figure"]:
        whole = _from_figure(match)
    elif match["whole"]:
        whole = _from_spoken_decimal(match)
    elif match["words"]:
        is_unit_alone = not any(character in DIGITS for character in match["words"])
        whole = (
            None if is_unit_alone and match["words"][0] != "十" else read_chinese(match["words"])
        )
    else:
        whole = Decimal("0.5") * _SCALES[match["half"]]
    if whole is None or match["jiaoonly"]:
        return None if whole is None else whole / 10
    return whole + _small_change(match)


def _from_figure(match: re.Match[str]) -> Decimal | None:
    """1.2万, 3千5, 12,480.55; None when it has more decimals than fen."""
    scale = _SCALES.get((match["scale"] or "").lower(), 1)
    whole = Decimal(match["figure"].replace(",", "")) * scale
    if match["tail"]:
        whole += Decimal(_digit(match["tail"])) * scale / 10
    return whole if whole == whole.quantize(Decimal("0.01")) else None


def _from_words(words: str) -> Decimal | None:
    """五千, 一百二; a unit by itself (百, 万) is no number, 十 is."""
    if words[0] != "十" and not any(character in DIGITS for character in words):
        return None
    return read_chinese(words)


def _from_spoken_decimal(match: re.Match[str]) -> Decimal | None:
    """一点五万: the part after 点 is read digit by digit."""
    whole = read_chinese(match["whole"])
    if whole is None:
        return None
    digits = "".join(str(DIGITS[character]) for character in match["part"])
    number = Decimal(f"{whole}.{digits}") * _SCALES.get(match["partscale"] or "", 1)
    return number if number == number.quantize(Decimal("0.01")) else None


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
