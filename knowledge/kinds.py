"""What kind of sentence a question asks for, and which kinds a sentence can serve.

The same names on both sides: a question for a price wants a sentence with money in it, "how
long" one with a length of time. Chinese and English are read the same way, so that a folder
of English documents is served too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_NUMERAL: Final = r"(?:\d+|[一二两三四五六七八九十百]+)"

ASKED: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(words)
    for name, words in {
        "figure": r"多少|几多|几[个趴点块元天次张笔倍成克公]|how (?:much|many|long)",
        "price": r"(?:多少|几多|几)钱(?!起)|几块|几元|花多少|掏多少|扣多少|收费|要钱|收钱|加钱"
        r"|罚钱|费用|手续费|年费|工本费|管理费"
        r"|免费|多少手续费|租金|how much|\bfees?\b|\bcosts?\b|\bcharges?\b|\bprice|\bpenalty",
        "rate": r"利率|几个点|几趴|几厘|百分之|费率|年化|收益|基准|几成|折成|利息|多少利"
        r"|(?<!便)利\b"
        r"|\brates?\b|\binterest\b|percent|\bapr\b|\byield",
        "time": r"多久|多长|几耐|几时|几[天日号点时]|[几多]少天|什么时候|何时|啥时|多快|期限"
        r"|能用多少天|哪天|到账时间|有效期|过期"
        r"|几点|几个?小时|几个?月|几年|how (?:long|soon|late|early|quickly|far)|\bwhen\b"
        r"|\bdeadline|what time|\bhours\b",
        "count": r"几次|几回|多少次|几张|几台|几部|几个人|几笔|几种|how (?:many|often)",
        "age": r"多大岁数|几岁|多大年[纪龄]|岁数|年龄|how old|\bage\b",
        "limit": r"最[多高大少低小长]|[多少几][钱元块万]*起(?!来)|上限|限额|起买|起购|起存|起点"
        r"|够得上|额度|门槛|超限|\blimits?\b|\bmaximum|\bminimum|\bup to\b|at (?:most|least)",
        "steps": r"怎么|怎样|如何|咋|点样|(?<![\d几])点[做办算]|流程|步骤|办理方式"
        r"|how (?:do|can|to|should)",
        "place": r"哪里|哪儿|在哪|去哪|边度|什么地方|哪个网点|渠道|\bwhere\b",
        "whether": r"[吗么嘛不没]\W*$|能不能|可不可以|行不行|是不是|要不要|会不会|有没有"
        r"|([可会系要使得])唔\1|系咪|有冇"
        r"|是否|靠谱|真的"
        r"|^(?:can|may|could|is|are|does|do|will|must|should) ",
        "papers": r"带什么|带啥|材料|证件|手续(?!费)|凭什么|证明|资料|documents?|papers"
        r"|paperwork|\bbring\b",
        "who": r"谁|边个|什么人|哪些人|什么样的人|适合|条件|\bwho\b|eligible|qualif",
        "why": r"为什么|点解|为啥|原因|咋回事|怎么回事|\bwhy\b",
        "what": r"是什么|是啥|系乜|系咩|什么意思|啥意思|区别|有啥|哪些|what (?:is|are|does|happens)"
        r"|\bdifference",
    }.items()
}

SERVED: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(words)
    for name, words in {
        "figure": r"\d|免费|不收|随时|即时|立即|实时",
        "price": r"(?:收取?|扣|费|费率|押金).{0,12}\d|\d元?手续费|免费|不收|不?收取|免收"
        r"|免[首次年]|违约金"
        r"|[$€£]\s?\d|\bfree\b|\bfees?\b|\bcharges?\b|\d+ (?:yuan|dollars|euros)",
        "rate": r"\d%|\bpercent",
        "time": rf"{_NUMERAL}个?(?:工作日|交易日|自然日|[天日年月]|小时|分钟|秒)|即时|立即"
        rf"|实时|不设期限|一直有效|当[日场天]|次日|t\+\d"
        r"|\d:\d\d|随时|长期|[末初]|\d (?:\w+ )?(?:days?|hours?|minutes?|weeks?|months?"
        r"|years?)|immediately",
        "count": rf"{_NUMERAL}(?:次|张|台|个|期|笔|只|种|名|项)|\b(?:\d+|once|twice)\b",
        "age": r"\d周?岁|years? old|\baged?\b",
        "limit": r"最[多高低长短少大]|不超过|上限|下限|起[购存点]|限额|不低于|以[上下内]|额度|至\d"
        r"|\b(?:maximum|minimum|limit|up to|at (?:most|least))\b",
        "steps": r"通过|登录|点击|选择|携带|前往|进入|拨打|到.{0,8}网点|办理|申请|提交|输入|联系|请"
        r"|\b(?:open|click|select|go to|call|enter|choose|visit|submit|press|run|use)\b",
        "place": r"网点|手机银行|柜|热线|[“「].+[”」]|\d{3}-\d|官方网站|柜员机|atm|\b(?:at"
        r"|in|under|on) the\b",
        "whether": r"可以|不可|可[在由通凭向]|[^可]能|不得|不支持|支持|无需|需要?|须|不收"
        r"|免|仅|不会|不影响|禁止|不能|不是|都是"
        r"|\b(?:can|cannot|may|must|not|no|required|allowed|only)\b",
        "papers": r"身份证|证件|材料|证明|护照|户口簿|执照|合同|凭|通行证|委托书|\b(?:id"
        r"|passport|documents?|proof)\b",
        "who": r"客户|本人|周岁|适合|面向|申请人|持卡人|须年满|customers?|holders?|applicants?",
        "why": r"因|导致|由于|为了|为防|通常是|原因|because|due to|caused?",
        "what": r"是指|是|称为|即|指|包括|\b(?:is|are|means)\b",
    }.items()
}

HEADED: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(words)
    for name, words in {
        "price": r"收费|费用|年费|[续管]费|费率|减免|收费标准|\bfees?\b|\bprices?\b"
        r"|\bcosts?\b|charges",
        "rate": r"利率|要素|费率|计息|基准|\brates?\b|interest",
        "time": r"时限|时间|期限|有效|到账|时效|多久|有效期|时段|\btimes?\b|hours|deadline|period",
        "count": r"次数|数量|限额|权益|兑换",
        "age": r"条件|要素|对象|规定",
        "limit": r"限额|额度|要素|限制|上限|标准|\blimits?\b|maximum",
        "steps": r"办理|方式|流程|步骤|如何|怎么|怎样|方法|申请|第.步|how to|steps|using",
        "place": r"地点|渠道|方式|网点|where|contact",
        "whether": r"规定|规则|限制|条件|不能|可以|常见问题|要求|rules|policy",
        "papers": r"材料|证件|资料|documents|requirements",
        "who": r"条件|对象|要素|准入|资格|适合|eligib|who",
        "why": r"原因|为什么|why",
        "what": r"是什么|说明|区别|特征|要素|等级|内容|what is|overview|about",
        "figure": r"标准|限额|利率|要素|收费|费用|时限|额度",
    }.items()
}

KINDS: Final = tuple(ASKED)


def kinds_asked(question: str) -> frozenset[str]:
    """Kinds of sentence that would answer a normalised question."""
    return frozenset(kind for kind, pattern in ASKED.items() if pattern.search(question))


def kinds_headed(heading: str) -> frozenset[str]:
    """Kinds of question the text below a normalised heading is likely to answer."""
    return frozenset(kind for kind, pattern in HEADED.items() if pattern.search(heading))


def kinds_served(sentence: str) -> frozenset[str]:
    """Kinds of question a normalised sentence can answer."""
    return frozenset(kind for kind, pattern in SERVED.items() if pattern.search(sentence))
