"""Which value a correction means, what it becomes, and what is no correction at all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assistant.model.commands import CorrectSlot
from assistant.model.events import ActionFinished, Frame, PlanChanged, PlanItem, StackChanged
from assistant.model.release import Wordlist
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.thresholds import Thresholds
from tests.contract.events import AT
from tests.unit.understanding.reading import TODAY
from tests.unit.understanding.release import LEXICON, RELEASE, SLOTS
from tests.unit.understanding.test_local import STAMP, SURE, asking

WORDS = {
    "start_over": Wordlist(contains=("都错了", "重新来", "start over")),
    "last_outcome": Wordlist(contains=("转了吗", "did it go through")),
    "undo_done": Wordlist(exact=frozenset({"能撤回吗"}), contains=("转错了", "undo")),
    "question": Wordlist(contains=("吗", "多少", "怎么", "谁", "?")),
    "just_now": Wordlist(contains=("刚才", "just now")),
}
OURS = replace(
    RELEASE,
    lexicon=replace(
        LEXICON,
        commands={**LEXICON.commands, **WORDS},
        relations={**LEXICON.relations, "爸爸": ("老爸", "dad"), "妈妈": ("老妈", "mom")},
    ),
    slots={slot.name: slot for slot in SLOTS}
    | {
        "payee": replace(SLOTS[0], words=("收款人", "payee", "recipient")),
        "amount": replace(SLOTS[1], words=("金额", "amount")),
    },
)


async def read(text, tracker):
    understander = LocalUnderstander(SURE, Thresholds(), lambda: TODAY)
    return (await understander.understand(text, tracker, OURS)).commands


def transfer(**more):
    """A transfer of 500 to P1, whose name is 林秀芳, with the amount as the open question."""
    tracker = asking("amount", "transfer_money", payee="P1", amount="500.00", **more)
    (frame,) = tracker.stack
    known = frame.model_copy(update={"context": {"facts": {"payee_name": "林秀芳"}}})
    tracker.record(StackChanged(**STAMP, stack=(known,)))
    return tracker


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("收款人改成爸爸", {"payee": "爸爸"}),
        ("收款人改為爸爸", {"payee": "爸爸"}),
        ("收款人写错了，应该是爸爸", {"payee": "爸爸"}),
        ("change the recipient to dad", {"payee": "dad"}),
        ("the payee should be dad", {"payee": "dad"}),
        ("收款人改成我的3021账户", {"payee": "3021"}),
        ("change the recipient to my account 3021", {"payee": "3021"}),
        ("不是500，是600", {"amount": "600.00"}),
        ("把500改成600", {"amount": "600.00"}),
        ("把500改為600蚊", {"amount": "600.00"}),
        ("not 500, 600", {"amount": "600.00"}),
        ("change 500 to 1,600", {"amount": "1600.00"}),
        ("不是妈妈，是爸爸", {"payee": "爸爸"}),
        ("不是林秀芳，是爸爸", {"payee": "爸爸"}),
        ("改成600", {"amount": "600.00"}),
        ("那就改成一千二吧", {"amount": "1200.00"}),
        ("make it 600", {"amount": "600.00"}),
        ("改成老爸", {"payee": "老爸"}),
        ("金额改成600，收款人改成我爸爸", {"amount": "600.00", "payee": "爸爸"}),
        ("收款人改成爸爸，金额改成600", {"amount": "600.00", "payee": "爸爸"}),
        ("change the amount to 600 and the recipient to dad", {"amount": "600.00", "payee": "dad"}),
        ("收款人改一下", {"payee": None}),
        ("换个收款人", {"payee": None}),
        ("change the payee", {"payee": None}),
        ("金额和收款人都不对", {"payee": None, "amount": None}),
        ("金额改成那个数", {"amount": None}),
        ("金额没错，收款人不对", {"payee": None}),
        ("除了金额都改", {"payee": None}),
        ("金额不变，其他都改", {"payee": None}),
        ("everything except the amount", {"payee": None}),
        ("都错了重新来", {"payee": None, "amount": None}),
        ("start over", {"payee": None, "amount": None}),
    ],
)
async def test_a_correction_is_read(text, corrected):
    commands = await read(text, transfer())
    assert {c.slot: c.value for c in commands if isinstance(c, CorrectSlot)} == corrected


@pytest.mark.parametrize(
    "text",
    [
        "备注改成生日快乐",
        "把限额改成5000",
        "金额是多少",
        "收款人是谁",
        "好的",
        "不要",
        "手续费改成多少了？",
        "换成美元可以吗",
        "改成明天转",
        "应该是没问题的",
        "金额是对的，转吧",
        "改天再转吧",
    ],
)
async def test_what_is_no_correction_changes_no_value(text):
    commands = await read(text, transfer())
    assert not [c for c in commands if isinstance(c, CorrectSlot)]


async def test_an_account_of_ones_own_is_no_amount():
    commands = await read("我的3021账户", asking("payee", "transfer_money", amount="500.00"))
    assert [(c.slot, c.value) for c in commands] == [("payee", "3021")]


async def test_the_words_of_a_correction_are_told_with_their_place():
    (command,) = await read("收款人改成爸爸", transfer())
    assert command.span == (5, 7)


async def test_a_long_story_is_not_searched_for_corrections():
    story = "你们柜台把我的卡从限额五万改成了三千，我在大厅等了两个小时也没有人来给我解释一句为什么"
    commands = await read(story, asking("story", "file_complaint"))
    assert [c.command for c in commands] == ["set_slot"]


async def test_two_tasks_are_told_apart_by_their_name():
    tracker = transfer()
    lock = Frame(frame_id="lock_card:9", flow="lock_card", step="ask_card")
    tracker.record(StackChanged(**STAMP, stack=(*tracker.stack, lock)))
    assert [(c.command, c.flow) for c in await read("转账不要了", tracker)] == [
        ("cancel_flow", "transfer_money")
    ]
    assert [(c.command, c.flow) for c in await read("锁卡不办了", tracker)] == [
        ("cancel_flow", "lock_card")
    ]


async def test_a_wish_that_did_not_begin_is_dropped_by_its_name():
    tracker = transfer()
    items = (PlanItem(flow="transfer_money"), PlanItem(flow="lock_card"))
    frame_id = tracker.stack[0].frame_id
    tracker.record(PlanChanged(**STAMP, items=items, index=0, frame_id=frame_id))
    assert [(c.command, c.item) for c in await read("锁卡不用了", tracker)] == [("cancel_flow", 2)]


def after(minutes, *, active=False):
    """So long after a transfer that went through."""
    tracker = transfer()
    done = ActionFinished(
        **STAMP, action="transfer_money", outcome="done", idempotency_key="k1", receipt_id="T1"
    )
    tracker.record(done)
    stack = tracker.stack if active else ()
    stamp = {**STAMP, "at": AT + timedelta(minutes=minutes)}
    tracker.record(StackChanged(**stamp, stack=stack))
    return tracker


@pytest.mark.parametrize(
    ("text", "tracker", "command"),
    [
        ("转错了", after(2), "undo_done"),
        ("刚才转错了", after(2, active=True), "undo_done"),
        ("转错了怎么办", after(2), None),
        ("转错了", after(11), None),
        ("能撤回吗？", after(2), "undo_done"),
        ("能撤回吗？", after(11), None),
        ("能撤回吗？", after(2, active=True), None),
        ("转错了", after(2, active=True), None),
        ("转了吗", after(50), "ask_outcome"),
        ("did it go through?", after(50), "ask_outcome"),
        ("转了吗", transfer(), "ask_outcome"),
    ],
)
async def test_words_about_what_was_done(text, tracker, command):
    found = {c.command for c in await read(text, tracker)} & {"undo_done", "ask_outcome"}
    assert found == ({command} if command else set())
