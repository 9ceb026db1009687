"""Several wishes in one message: where it may be cut, what is a wish, and in which order."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.model.commands import ArrangePlan, CancelFlow, Later
from assistant.model.events import Frame, PlanChanged, PlanItem, StackChanged
from assistant.model.ids import ConversationId
from assistant.model.release import Lexicon
from assistant.model.tracker import Tracker
from assistant.ports import IntentScores
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.normalise import normalise
from assistant.understanding.plan_cut import pieces
from assistant.understanding.thresholds import Thresholds
from assistant.understanding.wordrules import WordRules
from knowledge.loader import load
from tests.contract.events import AT
from tests.unit.understanding.reading import TODAY

RELEASE = load(Path(__file__).parents[3] / "knowledge" / "content", gateway_knows=lambda _: True)
RULES = WordRules(RELEASE.lexicon)

WORDS = {
    "违约金": "search_knowledge",
    "利率": "search_knowledge",
    "多久": "search_knowledge",
    "挂失": "report_card_loss",
    "不见": "report_card_loss",
    "锁": "lock_card",
    "lock": "lock_card",
    "转": "transfer_money",
    "send": "transfer_money",
    "电费": "pay_bill",
    "水费": "pay_bill",
    "账单": "credit_card_bill",
    "bill": "credit_card_bill",
    "还掉": "repay_credit_card",
    "pay": "repay_credit_card",
    "余额": "check_balance",
    "流水": "query_transactions",
    "地址": "update_address",
    "手机号": "update_phone",
}


class Keywords:
    """Implements the Classifier port: sure of whatever has one known word, the last of several."""

    def classify(self, text):
        found = [(text.find(word), intent) for word, intent in WORDS.items() if word in text]
        intents = list(dict.fromkeys(intent for _, intent in sorted(found, reverse=True)))
        if not intents:
            return IntentScores(ranked=(("chitchat", 0.6),), known=0.9)
        top = 0.97 if len(intents) == 1 else 0.9
        others = [(intent, 0.05) for intent in intents[1:]]
        return IntentScores(ranked=((intents[0], top), *others), known=0.99)


async def wishes(text):
    understander = LocalUnderstander(Keywords(), Thresholds(), lambda: TODAY)
    understood = await understander.understand(text, Tracker(ConversationId("c1")), RELEASE)
    return [
        getattr(command, "flow", "?")
        for command in understood.commands
        if command.command not in {"set_slot", "correct_slot"}
    ]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("先锁卡，然后查余额", ["先锁卡", "查余额"]),
        ("把卡锁了再查流水", ["把卡锁了", "查流水"]),
        ("查完余额就转五百", ["查完余额", "转五百"]),
        ("查余额转五百给妈妈", ["查余额", "转五百给妈妈"]),
        ("一边查余额一边看流水", ["查余额", "看流水"]),
        ("1.查余额 2.转账 3.锁卡", ["查余额", "转账", "锁卡"]),
        ("转账之前先查余额", ["转账", "先查余额"]),
        ("转50,000给妈妈", ["转50,000给妈妈"]),
        ("提前还贷", ["提前还贷"]),
        ("before you pay, show the bill", ["before you pay", "show the bill"]),
    ],
)
def test_a_message_is_cut_where_people_join_wishes(text, cut):
    assert [piece.said.text for piece in pieces(normalise(text, {}), RULES)] == cut


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("查一下余额和最近交易", ["查一下余额", "查一下最近交易"]),
        ("给妈妈和房东各转500", ["给妈妈各转500", "给房东各转500"]),
        ("手机号跟地址一块儿改了吧", ["手机号一块儿改了吧", "地址一块儿改了吧"]),
        ("锁卡并查余额", ["锁卡", "查余额"]),
        ("lock 6688 and show my balance", ["lock 6688", "show my balance"]),
    ],
)
def test_objects_joined_by_and_are_read_with_the_verb_they_share(text, read):
    assert [piece.read.text.strip() for piece in pieces(normalise(text, {}), RULES)] == read


def test_a_piece_keeps_the_places_of_its_characters_in_the_message():
    text = "先鎖卡，然後查餘額"
    last = pieces(normalise(text, {}), RULES)[1].said
    assert text[slice(*last.span(0, len(last.text)))] == "查餘額"


def test_a_pack_without_lists_cuts_at_marks_only():
    found = pieces(normalise("锁卡，查余额然后转账", {}), WordRules(Lexicon()))
    assert [piece.said.text for piece in found] == ["锁卡", "查余额然后转账"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("先查余额，再给妈妈转五百", ["check_balance", "transfer_money"]),
        ("给妈妈转五百，给爸爸转三百", ["transfer_money", "transfer_money"]),
        ("能转个账吗，给妈妈1000", ["transfer_money"]),
        ("交电费，再交水费", ["pay_bill", "pay_bill"]),
        ("看账单，还掉", ["credit_card_bill", "repay_credit_card"]),
        ("挂失，顺便问问利率多少", ["report_card_loss", "?"]),
        ("转五百之前先看余额", ["check_balance", "transfer_money"]),
        ("send 200 to mum after you show the bill", ["credit_card_bill", "transfer_money"]),
        ("卡不见了，帮我锁一下", ["lock_card"]),
        ("不用锁卡，帮我查余额", ["check_balance"]),
        ("帮我查余额，不用查流水", ["check_balance"]),
        ("转账以后多久能到", ["?"]),
        ("转五百，不对，转六百给妈妈", ["transfer_money"]),
        ("改手机号、地址", ["update_phone", "update_address"]),
    ],
)
async def test_what_is_wished_and_in_which_order(text, expected):
    assert await wishes(text) == expected


def listed(*flows, index=0):
    """A tracker with an announced list whose wish at the index is under way."""
    tracker = Tracker(ConversationId("c1"))
    stamp = {"at": AT, "turn": 1, "release": "r1"}
    frame = Frame(frame_id="f:1", flow=flows[index], step=None)
    items = tuple(PlanItem(flow=flow) for flow in flows)
    tracker.record(StackChanged(**stamp, stack=(frame,)))
    tracker.record(PlanChanged(**stamp, items=items, index=index, frame_id="f:1"))
    return tracker


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第二个不要了", [CancelFlow(item=2)]),
        ("第二個唔要喇", [CancelFlow(item=2)]),
        ("把第三个去掉吧", [CancelFlow(item=3)]),
        ("不要第二个了", [CancelFlow(item=2)]),
        ("第一个和第三个不办了", [CancelFlow(item=1), CancelFlow(item=3)]),
        ("最后一个算了", [CancelFlow(item=3)]),
        ("都不要了", [CancelFlow(everything=True)]),
        ("先做第二个", [ArrangePlan(items=(2,))]),
        ("第三件先办", [ArrangePlan(items=(3,))]),
        ("先做第三个再做第二个", [ArrangePlan(items=(3, 2))]),
        ("就做第一个", [ArrangePlan(items=(1,), only=True)]),
        ("只要第二个", [ArrangePlan(items=(2,), only=True)]),
        ("第一个就行", [ArrangePlan(items=(1,), only=True)]),
        ("剩下的都不要了", [ArrangePlan(items=(), only=True)]),
        ("skip the second one", [CancelFlow(item=2)]),
        ("cancel number 3", [CancelFlow(item=3)]),
        ("just the first one", [ArrangePlan(items=(1,), only=True)]),
        ("do the second one first", [ArrangePlan(items=(2,))]),
    ],
)
async def test_the_announced_list_is_changed_by_the_places_in_it(text, expected):
    understander = LocalUnderstander(Keywords(), Thresholds(), lambda: TODAY)
    tracker = listed("lock_card", "transfer_money", "check_balance")
    understood = await understander.understand(text, tracker, RELEASE)
    assert list(understood.commands) == expected


async def test_a_wish_added_waits_with_its_values():
    understander = LocalUnderstander(Keywords(), Thresholds(), lambda: TODAY)
    tracker = listed("lock_card", "check_balance")
    later, start, *values = (
        await understander.understand("再加一个给妈妈转五百", tracker, RELEASE)
    ).commands
    assert (later, start.flow) == (Later(), "transfer_money")
    assert {value.slot: value.value for value in values} == {"payee": "妈妈", "amount": "500.00"}


@pytest.mark.parametrize("text", ["第二张", "第二个是什么", "我要第二个", "先转第二笔"])
async def test_a_place_without_a_word_of_change_changes_no_list(text):
    understander = LocalUnderstander(Keywords(), Thresholds(), lambda: TODAY)
    tracker = listed("lock_card", "transfer_money")
    understood = await understander.understand(text, tracker, RELEASE)
    assert not any(isinstance(c, ArrangePlan | CancelFlow) for c in understood.commands)


@given(st.lists(st.sampled_from([*WORDS, "，", "然后", "和", "之前", "再", "。", "x"]), max_size=9))
@settings(max_examples=150, deadline=None)
def test_pieces_hold_only_words_of_the_message_and_their_own_places(words):
    message = normalise("".join(words) or "x", {})
    for piece in pieces(message, RULES):
        said = piece.said
        start = said.span(0, len(said.text))[0] if said.text else 0
        assert said.text in message.text
        assert message.text[start : start + len(said.text)] == said.text
