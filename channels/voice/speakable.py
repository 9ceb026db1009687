"""Replies as they are said: no digit, no Latin letter, no link reaches the synthesiser.

Rules are tried in one order; each turns what it knows into Chinese characters, so that a later
rule cannot misread it. What no rule knows is left out, never guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from assistant.model.spoken import SpokenWords
from channels.voice import numbers

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_NUMBER: Final = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_SIGNED: Final = rf"([+\-−]?){_NUMBER}"
_MINUS: Final = r"(?P<s>(?<![\w\u4e00-\u9fff])[-−])?"
_TO: Final = r"\s?[-~—–～至到]\s?"
_BIG: Final = r"(万亿|亿|万|千)?"
_CURRENCIES: Final = {"$": "美元", "US$": "美元", "HK$": "港元", "€": "欧元", "£": "英镑",
                      "USD": "美元", "HKD": "港元", "EUR": "欧元", "JPY": "日元"}  # fmt: skip
_CLASSES: Final = {"Ⅰ": "一", "Ⅱ": "二", "Ⅲ": "三", "Ⅳ": "四", "Ⅴ": "五"}
_COUNTED: Final = "个笔张天年次种款位名家元块倍层项条份部件节期步样成折周岁人口位小条"
_TOLD_SINGLY: Final = "验证码|动态码|单号|编号|卡号|账号|流水号|电话|热线|客服|拨打|致电|号码|代码"
_LONG: Final = 9
"""Digits from which a bare number is an identifier, not a count."""
_ID_DIGITS: Final = 17
_CARD: Final = (16, 19)
_TAIL: Final = 4
_KEPT: Final = re.compile(r"[^\u4e00-\u9fff，。！？；：、…（）《》“”]")
_ENDS: Final = re.compile(r"[^，。！？；]*[，。！？；]*")
_SHORTEST: Final = 5
_LONGEST: Final = 60
"""Characters of a clause; the synthesiser takes 509 phonemes, at most seven a character."""


def spoken(text: str, words: SpokenWords) -> str:
    """What is said for a text in Simplified Chinese.

    Args:
        text: A reply's text; figures, dates, letters and signs in any common form.
        words: Letters and abbreviations of the lexicon.

    Returns:
        Chinese characters and punctuation only. Identity numbers are left out and of a card
        number the last four digits are told.
    """
    said = "".join(_CLASSES.get(sign, sign) for sign in text)
    said = unicodedata.normalize("NFKC", said).replace("¥", "￥")
    for pattern, replacement in _RULES:
        said = pattern.sub(replacement, said)
    said = _letters(said, words)
    said = said.translate(_PUNCTUATION)
    return re.sub(r"、*([，。！？；：])[，、：；]*", r"\1", _KEPT.sub("", said)).strip("，、；：")


def clauses(text: str) -> list[str]:
    """The pieces of a spoken text that are synthesised one by one, punctuation kept.

    A piece under 5 characters joins the one before, because very short ones sound clipped.
    """
    pieces: list[str] = []
    for found in _ENDS.findall(text):
        for piece in _cut(found):
            short = len(piece.strip("，。！？；")) < _SHORTEST
            if pieces and short and len(pieces[-1]) + len(piece) <= _LONGEST:
                pieces[-1] += piece
            elif piece.strip("，。！？；：、… "):
                pieces.append(piece)
    return pieces


def _cut(piece: str) -> Iterator[str]:
    while len(piece) > _LONGEST:
        at = max(piece.rfind("、", 1, _LONGEST) + 1, piece.rfind("：", 1, _LONGEST) + 1) or _LONGEST
        yield piece[:at]
        piece = piece[at:]
    if piece:
        yield piece


def _plain(number: str) -> str:
    return number.replace(",", "")


def _sign(sign: str) -> str:
    return "负" if sign in {"-", "−"} and sign else ""


def _identity(_: re.Match[str]) -> str:
    return ""


def _card(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    low, high = _CARD
    if not low <= len(digits) <= high:
        return found[0]
    return numbers.on_the_phone(digits[-_TAIL:])


def _codes(found: re.Match[str]) -> str:
    return found[1] + numbers.grouped(found[2])


def _tail(found: re.Match[str]) -> str:
    return found[1] + numbers.on_the_phone(found[2])


def _phone(found: re.Match[str]) -> str:
    parts = [part for part in re.split(r"\D+", found[0]) if part]
    if len(parts) == 1:
        return numbers.grouped(parts[0])
    return "、".join(map(numbers.on_the_phone, parts))


def _reference(found: re.Match[str]) -> str:
    return found[1] + "、".join(numbers.grouped(part) for part in found[2].split("-"))


def _amount(found: re.Match[str]) -> str:
    number, big = _plain(found["n"]), found["big"] or ""
    said = numbers.decimal(number) + big + "元" if big else numbers.yuan(number)
    return _sign(found["s"] or "") + said


def _amounts(found: re.Match[str]) -> str:
    low, high = _plain(found[1]), _plain(found[2])
    big = found[3] or ""
    if big:
        return f"{numbers.decimal(low)}到{numbers.decimal(high)}{big}元"
    return f"{numbers.yuan(low)}到{numbers.yuan(high)}"


def _foreign(found: re.Match[str]) -> str:
    number = _plain(found["n"])
    short = number.rstrip("0").rstrip(".") if "." in number else number
    return numbers.decimal(short) + (found["big"] or "") + _CURRENCIES[found["c"].upper()]


def _date(found: re.Match[str]) -> str:
    month, day = numbers.cardinal(found[2]), numbers.cardinal(found[3])
    return f"{numbers.singly(found[1])}年{month}月{day}日"


def _year(found: re.Match[str]) -> str:
    return numbers.singly(found[1]) + "年"


def _time(found: re.Match[str]) -> str:
    hour, minute = numbers.cardinal(found[1]), int(found[2])
    said = f"{'两' if int(found[1]) == 2 else hour}点"  # noqa: PLR2004 - two o'clock
    if not minute:
        return said if found[1] != "0" else "零点"
    lead = "零" if minute < 10 else ""  # noqa: PLR2004 - one digit
    return f"{said}{lead}{numbers.cardinal(found[2])}分"


def _shares(found: re.Match[str]) -> str:
    share = _SHARE[found[3]]
    return f"{share}{numbers.decimal(found[1])}到{share}{numbers.decimal(found[2])}"


def _share(found: re.Match[str]) -> str:
    return f"{_SHARE[found[3]]}{_sign(found[1])}{numbers.decimal(_plain(found[2]))}"


def _range(found: re.Match[str]) -> str:
    return f"{_counted(found[1], found[3])}到{_counted(found[2], found[3])}{found[3]}"


def _fraction(found: re.Match[str]) -> str:
    return f"{numbers.cardinal(found[2])}分之{numbers.cardinal(found[1])}"


def _short(found: re.Match[str]) -> str:
    return numbers.decimal(_plain(found[1])) + {"w": "万", "k": "千"}[found[2].lower()]


def _coded(found: re.Match[str]) -> str:
    digits = found[2]
    return found[1] + (numbers.singly(digits) if len(digits) == 1 else numbers.on_the_phone(digits))


def _bare(found: re.Match[str]) -> str:
    sign, number, unit = found[1], found[2], found[3]
    grouped, number = "," in number, _plain(number)
    if not grouped and "." not in number and (
        len(number) >= _LONG or (len(number) > 1 and number.startswith("0"))
    ):  # fmt: skip
        return numbers.grouped(number) + unit
    if grouped and "." in number:
        number = number.rstrip("0").rstrip(".")
    return _sign(sign) + _counted(number, unit) + unit


def _counted(number: str, unit: str) -> str:
    if number == "2" and unit and unit[0] in _COUNTED:
        return "两"
    return numbers.decimal(number)


def _ordinal(found: re.Match[str]) -> str:
    return "第" + numbers.cardinal(found[1])


def _letters(text: str, words: SpokenWords) -> str:
    """Known Latin words by what is said for them, others letter by letter."""
    known = {word.upper(): said for word, said in words.words.items()}

    def said(found: re.Match[str]) -> str:
        word = found[0].upper()
        return known.get(word) or "".join(words.letters.get(sign, "") for sign in word)

    return re.sub(r"[A-Za-z]+", said, text)


_SHARE: Final = {"%": "百分之", "‰": "千分之"}
_PUNCTUATION: Final = str.maketrans({
    ",": "，", ".": "。", "!": "！", "?": "？", ";": "；", ":": "：", "(": "，", ")": "，",
    "（": "，", "）": "，", "/": "、", "\n": "。", "|": "，", "—": "，", "–": "，", "·": "、",
    "%": "", "+": "加", "=": "等于",
})  # fmt: skip

_RULES: Final[tuple[Rule, ...]] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"https?://[^\s\u4e00-\u9fff]+|www\.[^\s\u4e00-\u9fff]+", lambda _: ""),
        (r"\d{3,4}\*{2,}(\d{4})", lambda found: "尾号" + numbers.on_the_phone(found[1])),
        (r"\*{2,}\s?(\d{4})", lambda found: "尾号" + numbers.on_the_phone(found[1])),
        (r"\[\d+\]|\*\*|`", lambda _: ""),
        # 还 before a person is read hái; money given back is 归还.
        (r"(?<!归)还(?=[您你他她它我]\s?[￥\d零一二两三四五六七八九十百千万]+)", lambda _: "归还"),
        (rf"(?<!\d)[1-9]\d{{{_ID_DIGITS - 1}}}[\dXx](?!\d)", _identity),
        (r"(?<![A-Za-z\d])([A-Za-z]{1,4})(\d{5,}(?:-\d+)*)(?![\d.])", _reference),
        (r"(?<!\d)\d{4}(?:[ -]?\d{4}){2,3}[ -]?\d{1,4}(?!\d)", _card),
        (r"(?<!\d)\d{16,19}(?!\d)", _card),
        (r"(尾号(?:为|是)?[:：]?\s?)(\d{3,4})(?!\d)", _tail),
        (rf"((?:{_TOLD_SINGLY})(?:为|是)?[:：]?\s?)(\d{{4,}})(?![\d元万%.-])", _codes),
        (r"(?<![\d.-])(?:400|800)-?\d{3}-?\d{4}(?!\d)|(?<!\d)0\d{2,3}-\d{5,8}(?!\d)", _phone),
        (r"(?<![\d.])1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)|(?<![\d￥$])(?<!\d[.,])9[56]\d{3}"
         r"(?![\d元万])(?![.,]\d)", _phone),
        (r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", _date),
        (r"(?<!\d)(\d{4})\s?年(?!期)", _year),
        (rf"(?<!\d)(\d{{1,2}}):(\d{{2}})(?::\d{{2}})?(?=(?:{_TO})\d{{1,2}}:\d{{2}})",
         lambda found: _time(found) + "到"),
        (r"(?<=到)\s?[-~—–～至到]\s?(?=\d)", lambda _: ""),
        (r"(?<!\d)(\d{1,2}):(\d{2})(?::\d{2})?(?!\d)", _time),
        (rf"{_NUMBER}[%‰]?{_TO}{_NUMBER}([%‰])", _shares),
        (rf"{_SIGNED}\s?([%‰])", _share),
        (rf"￥?\s?{_NUMBER}\s?元?{_TO}￥?\s?{_NUMBER}\s?{_BIG}元", _amounts),
        (rf"{_MINUS}(?:￥|CNY|RMB)\s?{_NUMBER.replace('(', '(?P<n>', 1)}"
         r"\s?(?P<big>万亿|亿|万|千)?元?", _amount),
        (rf"{_MINUS}{_NUMBER.replace('(', '(?P<n>', 1)}\s?(?P<big>万亿|亿|万|千)?元", _amount),
        (rf"(?P<c>US\$|HK\$|\$|€|£|USD|HKD|EUR|JPY)\s?{_NUMBER.replace('(', '(?P<n>', 1)}"
         r"\s?(?P<big>亿|万)?", _foreign),
        (r"T\+(\d)", lambda found: "T加" + numbers.cardinal(found[1])),
        (r"(\d+)\s?[*×xX]\s?(\d+)",
         lambda found: f"{numbers.cardinal(found[1])}乘{numbers.cardinal(found[2])}"),
        (rf"{_NUMBER}\s?([wWkK])(?![A-Za-z])", _short),
        (r"第\s?(\d+)", _ordinal),
        (r"(?<![\d/])(\d{1,2})/(\d{1,3})(?![\d/])", _fraction),
        (rf"{_NUMBER}{_TO}{_NUMBER}\s?([\u4e00-\u9fff]?)", _range),
        (r"([A-Za-z]+)(\d+)(?![.\d])", _coded),
        (rf"([+\-−]?){_NUMBER}\s?([\u4e00-\u9fff]?)", _bare),
    )
)  # fmt: skip
