"""Wishes about a card or an account that is another institution's.

The names are the bank's list `other_institutions`. A name makes the wish theirs when it stands
where the card, the account or the money belongs to: "我工行卡的余额", "从农行转过来", "my Alipay
balance". As the far side of a transfer of ours, or in a question, it changes nothing.
"""

from __future__ import annotations

import re

from assistant.model.commands import CannotHandle
from assistant.understanding.moment import Moment
from assistant.understanding.payloads import flow_for_intent

REASON = "other_institution"
_THINGS = (
    r"(?:信用卡|借记卡|储蓄卡|银行卡|金卡|卡|账户|账号|存折|存单|存款|定期|余额|网银|手机银行|app|密码"
    r"|额度|账单|贷款|房贷|车贷|流水|明细|零钱|里|上的?钱|的钱|钱"
    r"|card|account|balance|app|password|pin|bill|statement|loan|mortgage|deposit|wallet)"
)
_OWNED = re.compile(rf"^\s*(?:银行|bank)?\s*(?:的|那张|这张|那个|这个|那边|'s)?\s*{_THINGS}")
_FROM = re.compile(r"(?:从|在|解绑|from(?: my)?)\s*(?:我的?|自己的?)?\s*$")
_TOWARDS = re.compile(
    r"(?:转|打|汇|存|提现|还|充)?(?:到|给|进|往|至|去|回)\s*(?:我的?|他的?|她的?|别人的?|[^\s,，。]{0,4}的)?\s*$"
    r"|\b(?:to|into)\s+(?:my|his|her|an?|the)?\s*$"
)
_BY_WAY_OF = re.compile(r"\s*(?:支付|付款|付的|消费|扣款|扣了|绑|快捷|提现|那笔|转账?给|pay)")
_OPENS = re.compile(
    r"(?:请问|那么?|想问一?下?|问一?下|你好|what's|what is|how much is|does|[\s,])*"
)
_PRICE = re.compile(
    r"利率|利息|年费|手续费|收费|收益|存款|定期|理财|贷款|房贷|\brates?\b|\bfees?\b|\bloans?\b|\bdeposits?\b"
)
_SENDS = ("transfer", "pay_", "analyze", "query_transactions", "dispute", "scam", "complaint")
"""Tasks whose other party may be anywhere."""


def read_elsewhere(moment: Moment) -> CannotHandle | None:
    """That the card, account or money spoken of is another institution's; None when it is not."""
    text = moment.message.text
    for start, end in moment.rules.places("other_institutions", text):
        before, after = text[:start], text[end:]
        if _TOWARDS.search(before) or _BY_WAY_OF.match(after):
            continue
        is_price = moment.asks and _OPENS.fullmatch(before) and _PRICE.search(after)
        is_source = _FROM.search(before) is not None or is_price
        if is_source or (_OWNED.match(after) and not _other_party_may_be_anywhere(moment)):
            about = moment.message.said(start, end)
            return CannotHandle(reason=REASON, about=about)
    return None


def _other_party_may_be_anywhere(moment: Moment) -> bool:
    intent, probability = moment.classify(moment.message.text).ranked[0]
    if intent == "search_knowledge":
        return moment.asks
    flow = flow_for_intent(intent, moment.release)
    is_sure = probability >= moment.thresholds.sure
    return flow is not None and is_sure and any(name in flow.id for name in _SENDS)
