"""Rules before values, values before the classifier; a close call becomes a question."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.model.commands import (
    COMMANDS,
    Affirm,
    CannotHandle,
    Clarify,
    CorrectSlot,
    Deny,
    HumanHandoff,
    SearchKnowledge,
    SetSlot,
    StartFlow,
)
from assistant.model.events import Asked, Frame, SlotSet, StackChanged
from assistant.model.ids import ConversationId
from assistant.model.tracker import Tracker
from assistant.ports import IntentScores
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.thresholds import Thresholds
from tests.contract.events import AT
from tests.unit.understanding.reading import TODAY
from tests.unit.understanding.release import RELEASE

STAMP = {"at": AT, "turn": 1, "release": "r1"}


class ScriptedClassifier:
    """Implements the Classifier port: the first key that occurs in the text decides."""

    def __init__(self, **intents):
        self.intents = intents

    def classify(self, text):
        for word, scores in self.intents.items():
            if word in text:
                return IntentScores(ranked=tuple(scores), known=0.9)
        return IntentScores(ranked=(("chitchat", 0.1),), known=0.1)


SURE = ScriptedClassifier(
    转=[("transfer_money", 0.9)],
    锁=[("lock_card", 0.9)],
    余额=[("check_balance", 0.9)],
    手续费=[("search_knowledge", 0.9)],
    天气=[("out_of_scope", 0.9)],
    诗=[("chitchat", 0.9)],
    卡的事=[("lock_card", 0.3), ("check_balance", 0.28)],
    也许=[("lock_card", 0.3)],
    贷款=[("apply_loan", 0.9)],
)


def asking(slot, flow, **filled):
    """A tracker whose open question is for a slot of a flow."""
    tracker = Tracker(ConversationId("c1"))
    frame = Frame(frame_id=f"{flow}:1", flow=flow, step=f"ask_{slot}")
    for name, value in filled.items():
        tracker.record(SlotSet(**STAMP, slot=name, value=value, origin="customer"))
    tracker.record(StackChanged(**STAMP, stack=(frame,)))
    tracker.record(Asked(**STAMP, slot=slot, frame_id=frame.frame_id))
    return tracker


async def read(text, tracker=None):
    understander = LocalUnderstander(SURE, Thresholds(), lambda: TODAY)
    tracker = tracker or Tracker(ConversationId("c1"))
    return (await understander.understand(text, tracker, RELEASE)).commands


def named(commands):
    return [(c.command, getattr(c, "flow", None) or getattr(c, "value", None)) for c in commands]


async def test_a_task_is_started_with_the_values_of_the_sentence_and_their_places():
    text = "请转５００元给老妈"
    start, *values = await read(text)
    assert start == StartFlow(flow="transfer_money", confidence=0.9)
    assert {value.slot: value.value for value in values} == {"amount": "500.00", "payee": "老妈"}
    assert {text[slice(*value.span)] for value in values} == {"５００元", "老妈"}


async def test_a_person_is_a_person_whatever_else_is_said():
    assert await read("转500，不对，转人工") == (HumanHandoff(),)
    assert await read("转人工", asking("one_time_code", "sign_in_again")) == (HumanHandoff(),)


async def test_a_payload_bypasses_the_classifier():
    assert await read("/StartFlow(lock_card)") == (StartFlow(flow="lock_card"),)


@pytest.mark.parametrize("text", ["👍", "。。。", "???"])
async def test_a_message_without_words_is_unreadable(text):
    assert await read(text) == (CannotHandle(reason="unreadable"),)


async def test_a_plain_yes_or_no_is_nothing_else():
    tracker = asking("confirm_lock_card", "lock_card", card="6688")
    assert await read("好的", tracker) == (Affirm(),)
    assert await read("不要，谢谢", tracker) == (Deny(),)


async def test_a_yes_with_a_new_value_is_the_value_and_no_yes():
    tracker = asking("confirm_lock_card", "lock_card", card="6688")
    commands = await read("好的，尾号3021", tracker)
    assert named(commands) == [("set_slot", "3021")]


async def test_the_answer_to_an_open_question_is_its_value():
    assert named(await read("五百", asking("amount", "transfer_money"))) == [("set_slot", "500.00")]
    assert named(await read("林秀芳", asking("payee", "transfer_money"))) == [
        ("set_slot", "林秀芳")
    ]


async def test_of_two_values_for_one_slot_the_later_is_meant():
    commands = await read("五百，不，六百", asking("amount", "transfer_money"))
    assert commands[-1].value == "600.00"


async def test_an_answer_may_bring_the_next_one_with_it():
    commands = await read("给老妈转500", asking("payee", "transfer_money"))
    assert {c.slot: c.value for c in commands} == {
        "payee": "老妈",
        "amount": "500.00",
    }


async def test_a_code_is_read_only_where_one_was_asked_for():
    commands = await read("246810", asking("one_time_code", "sign_in_again"))
    assert [(c.slot, c.value) for c in commands] == [("one_time_code", "246810")]


async def test_figures_that_are_no_value_for_the_question_are_a_slip():
    assert await read("12345678901234567890", asking("amount", "transfer_money")) == (
        CannotHandle(reason="not_a_value"),
    )


async def test_free_text_is_taken_as_it_was_written():
    commands = await read("昨天的客服态度很差！", asking("story", "file_complaint"))
    assert commands == (SetSlot(slot="story", value="昨天的客服态度很差！", span=(0, 10)),)


async def test_a_word_of_correction_with_the_name_of_a_slot_clears_it():
    tracker = asking("amount", "transfer_money", payee="老妈")
    assert await read("收款人不对", tracker) == (CorrectSlot(slot="payee", value=None),)


async def test_a_numeral_in_a_common_word_is_no_amount():
    tracker = asking("amount", "transfer_money", payee="老妈")
    assert await read("收款人改一下", tracker) == (CorrectSlot(slot="payee", value=None),)


async def test_a_question_in_the_middle_of_a_task_is_a_question():
    commands = await read("手续费多少？", asking("amount", "transfer_money"))
    assert commands == (SearchKnowledge(question="手续费多少？", confidence=0.9),)


async def test_another_task_in_the_middle_of_a_task_starts_it():
    commands = await read("先帮我查一下余额", asking("amount", "transfer_money"))
    assert named(commands) == [("start_flow", "check_balance")]


async def test_two_clear_wishes_are_two_tasks_in_order():
    commands = await read("先帮我锁卡，然后查余额")
    assert named(commands) == [("start_flow", "lock_card"), ("start_flow", "check_balance")]


async def test_two_likely_tasks_become_one_question():
    (command,) = await read("卡的事")
    assert isinstance(command, Clarify)
    assert command.options == ("lock_card", "check_balance")


async def test_one_weak_option_is_taken_when_nothing_else_is_near():
    assert named(await read("也许")) == [("start_flow", "lock_card")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("今天天气", "out_of_scope"), ("呜啦啦", "out_of_scope"), ("申请贷款", "not_supported")],
)
async def test_what_the_bank_does_not_do_is_said(text, reason):
    (command,) = await read(text)
    assert isinstance(command, CannotHandle)
    assert command.reason == reason


async def test_an_insult_is_known_as_one():
    (command,) = await read("你这个笨蛋")
    assert command.reason == "insult"


ALPHABET = "转锁余额手续费天气卡的事五百千0123456789.元给老妈好的不要改成收款人算了？，"
QUESTIONS = [
    None,
    ("amount", "transfer_money"),
    ("one_time_code", "sign_in_again"),
    ("confirm_lock_card", "lock_card"),
    ("story", "file_complaint"),
]


@settings(max_examples=150, deadline=None)
@given(
    st.text(ALPHABET + "/(){}=\"' 👍\u200dabc", max_size=16) | st.text(max_size=20),
    st.sampled_from(QUESTIONS),
)
async def test_any_message_gives_commands_of_the_closed_set(text, question):
    tracker = asking(*question) if question else None
    commands = await read(text, tracker)
    assert commands or text == "/continue"
    for command in commands:
        assert COMMANDS.validate_json(COMMANDS.dump_json(command)) == command


async def test_thresholds_of_the_release_win_over_the_defaults():
    assert Thresholds.of(RELEASE) == Thresholds()
    tuned = type(RELEASE)(
        fingerprint="r2",
        flows={},
        slots={},
        responses={},
        settings={"understanding": {"sure": 0.9, "other": 1}},
    )
    assert Thresholds.of(tuned).sure == 0.9
    assert Thresholds.of(tuned).known == Thresholds().known
