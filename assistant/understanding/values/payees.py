"""Who the money goes to, as the customer calls them; the bank's payee list resolves it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from assistant.model.numerals import CHINESE_NUMBER
from assistant.understanding.values.found import Found

_NUMERALS = "零一二三四五六七八九十百千万亿两"
_VERB = "转账|转帐|转钱|转过去|打钱|汇款|汇钱|转|汇|打|寄|发|付|还"
_NAME = r"[^\s,，。；;：:、!！?？\d¥￥]{1,8}?"
_GIVE = re.compile(rf"(?:给|向|往)\s*(?P<who>{_NAME})\s*(?:的?(?:账户|卡|那边))?\s*(?:{_VERB})")
_TO = re.compile(
    r"(?:转账|转帐|转钱|汇款|汇钱|转|汇|打|寄|付)(?P<gap>[^给到,，。]{0,14}?)(?:给|到(?!账))"
    r"\s*(?P<who>[^\s,，。；;、!！?？\d¥￥]{1,8})"
)
_GIVE_AFTER = re.compile(
    r"(?:收款人|对方|payee)\s*(?:是|改成|换成|为|is|:|：)\s*(?P<who>[^\s,，。；;、!！?？\d¥￥]{1,8})"
)
_ENGLISH = re.compile(
    r"(?:transfer|send|pay|give|wire)\b.*?\bto\s+(?:my\s+)?"
    r"(?P<who>[a-z][a-z .'-]{0,30}?)(?=[,.!?]|\s+(?:\d|and\b|please\b)|$)"
    r"|(?:send|pay|give)\s+(?:my\s+)?(?P<direct>[a-z][a-z'-]{1,20})\s+(?=[¥$\d])"
)
_OWN_ACCOUNT = re.compile(
    r"(?:^|到|给|往|进|至|成|\bto)\s*(?:我自己|我|自己|本人|my(?:\s+own)?)\s*的?\s*"
    r"(?:尾号|账户|账号|卡|account|card)?\s*(?:ending(?:\s+in)?)?\s*(?P<who>\d{4})(?!\d)"
)
"""One of the customer's own accounts, by its last four digits."""
_TO_DIGITS = re.compile(
    r"(?:转|打|汇|划|存|transfer|send|move)(?P<gap>[^,。;!?改调提加]{0,16}?)(?:到|给|进|往|\bto)\s*"
    r"(?:尾号|account|card)?\s*(?:ending(?:\s+in)?)?\s*(?P<who>\d{4})"
    r"(?![\d.,]|\s*(?:元|块|万|千|年|月|yuan|rmb))"
)
"""Four digits where a receiver stands: the end of an account, the bank says whose."""
_NOT_PEOPLE = frozenset(
    [
        "我",
        "你",
        "他",
        "她",
        "它",
        "我们",
        "你们",
        "他们",
        "谁",
        "别人",
        "人家",
        "对方",
        "朋友圈",
        "银行",
        "客服",
        "人工",
        "卡",
        "账户",
        "钱",
        "me",
        "you",
        "us",
        "it",
        "一下",
        "人",
        "一笔",
        "一个",
        "个人",
        "另一个",
    ]
)
_REMARK = re.compile(r"(?:备注|附言|留言).*$")
_TRAILING = re.compile(r"(?:吧|呀|啊|了|哦|哈|的账户|的卡|那边|账户|那张卡|一下|一笔)+$")
_AMOUNT_AT_END = re.compile(rf"(?<=.)(?:{CHINESE_NUMBER}(?:块|元)|[{_NUMERALS}]{{2,}})(?:钱)?$")
_AMOUNT_ALONE = re.compile(rf"(?=..){CHINESE_NUMBER}(?:块钱?|元)?")
_LEADING = re.compile(r"^(?:我的|我|俺|咱|my )(?=.)")


_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安"
    "齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛"
)
"""The commonest hundred and fifty or so, for telling a name from other words; not a list of who
there is. Source: Ministry of Public Security, report on names of 2020, first hundred, and more."""
_LIKE_A_NAME = re.compile(
    rf"(?:[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|(?:欧阳|司马|上官|诸葛|皇甫|尉迟|夏侯)[\u4e00-\u9fff]{{1,2}}"
    rf"|[老小阿大][{_SURNAMES}]|[{_SURNAMES}](?:总|姐|哥|叔|姨|伯|爷|奶奶|师傅|老师|医生|老板|先生|女士|小姐|阿姨)"
    r"|[a-z]{2,}(?: [a-z.'-]{1,}){0,2})"
)


_CLAUSE = re.compile(r"(?:[^,，。.!！?？;；…]|(?<=[a-z])\.(?=\s?[a-z]))+")
_FILLER = re.compile(
    r"(?:不[是对要行]?|错了?|哦|噢|喔|嗯|呃|额|啊|唔系|那个|这个|等等|等一?下|稍等|好的?|对|no|oh|wait|sorry|well|um)+"
)
"""A clause that names nobody: taking back, hesitating, agreeing."""
_LEAD_IN = re.compile(
    r"^(?:(?:不是.{1,6}?|不是|不|就|应该|唔系)?(?:是|系|改成|换成|改为|换|要给|要)"
    r"|转给|转到|打给|汇给|给|to |it's |i mean )\s*(?=.)"
)
_AMOUNT_AFTER = re.compile(rf"\s*(?:{_VERB})?\s*[¥￥$]?\d.*$")
_OF_THE_TASK = re.compile(
    r"改|换|先|取消|等|算了|怎么|为什么|什么|多少|能|可以|今天|明天|后天|下周|下个?月|\d{1,2}[号点]"
)
"""How what is said about the task itself begins, which is no name."""
_CHANGES = re.compile(r"[把将].+[改换调设]|改[成为到]|换成")


def is_like_a_name(words: str) -> bool:
    """Whether words by themselves look like what somebody is called."""
    return _LIKE_A_NAME.fullmatch(words.strip()) is not None


def find_receiving_accounts(text: str) -> Iterator[Found]:
    """Four digits that can only be a receiver: "到我的3021", or "转200到3021" after an amount."""
    for match in _OWN_ACCOUNT.finditer(text):
        yield Found("payee", match["who"], *match.span("who"))
    for match in _TO_DIGITS.finditer(text):
        clause = re.split(r"[,，。;；]", text[: match.start()])[-1]
        if re.search(rf"\d|{CHINESE_NUMBER}", clause + match["gap"]):
            yield Found("payee", match["who"], *match.span("who"))


def find_payees(text: str, relations: Mapping[str, tuple[str, ...]]) -> Iterator[Found]:
    """People named as receivers, left to right.

    Args:
        text: Normalised message.
        relations: Relation to the words for it; a word found alone is enough.
    """
    spans: list[tuple[int, int]] = []
    for own in (*_OWN_ACCOUNT.finditer(text), *_TO_DIGITS.finditer(text)):
        account = Found("payee", own["who"], *own.span("who"))
        if not _overlaps(account, spans):
            spans.append(own.span())  # the words before the digits name nobody else
            yield account
    for pattern in (_GIVE, _TO, _GIVE_AFTER, _ENGLISH):
        for match in pattern.finditer(text):
            group = next(name for name in match.groupdict() if name != "gap" and match[name])
            found = _clean(match[group], match.start(group))
            if found is not None and not _overlaps(found, spans):
                spans.append((found.start, found.end))
                yield found
    if not spans:
        yield from _relation(text, relations)


def whole_as_payee(text: str) -> Found | None:
    """A short message as a receiver, when a receiver was asked for.

    Of several clauses ("不，是王芳，转800") the one that looks like a name, else the only one that
    is more than a filler.
    """
    clauses = [
        found
        for match in _CLAUSE.finditer(text)
        if not _FILLER.fullmatch(match[0].strip())
        and (found := _receiver_in(match[0], match.start())) is not None
    ]
    named = [found for found in clauses if is_like_a_name(found.value)]
    if named:
        return named[-1]  # "给王芳，不，李四": the later is meant
    return clauses[0] if len(clauses) == 1 else None


def _receiver_in(clause: str, start: int) -> Found | None:
    said = _LEAD_IN.sub("", clause.strip())
    if not re.fullmatch(r"\d{4}", said):
        said = _AMOUNT_AFTER.sub("", said)
    said = re.sub(rf"(?:{_VERB})$", "", said).strip()
    if not said or _OF_THE_TASK.match(said) or _CHANGES.search(said):
        return None
    return _clean(said, start + clause.find(said))


def _relation(text: str, relations: Mapping[str, tuple[str, ...]]) -> Iterator[Found]:
    """The longest word for a relative; a single character is too little to go by."""
    words = sorted(
        (word for key, variants in relations.items() for word in (key, *variants)),
        key=len,
        reverse=True,
    )
    for word in words:
        at = _find_word(text, word)
        if len(word) > 1 and at >= 0:
            yield Found("payee", word, at, at + len(word))
            return


def _find_word(text: str, word: str) -> int:
    if word.isascii():
        match = re.search(rf"\b{re.escape(word)}\b", text)
        return match.start() if match else -1
    return text.find(word)


def _clean(words: str, start: int) -> Found | None:
    if _AMOUNT_ALONE.fullmatch(words.strip()):
        return None
    name = _AMOUNT_AT_END.sub("", _TRAILING.sub("", _REMARK.sub("", words.strip())))
    lead = _LEADING.match(name)
    if lead:
        start += lead.end()
        name = name[lead.end() :]
    if not name or name in _NOT_PEOPLE:
        return None
    return Found("payee", name, start, start + len(name))


def _overlaps(found: Found, spans: list[tuple[int, int]]) -> bool:
    return any(found.start < end and start < found.end for start, end in spans)
