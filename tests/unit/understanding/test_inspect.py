"""A trace shows what the understander saw, and never another reading than its own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.model.commands import CannotHandle, SetSlot, StartFlow
from assistant.model.ids import ConversationId
from assistant.model.tracker import Tracker
from assistant.understanding.inspect import Change, inspect
from assistant.understanding.inspect_reasons import chosen, lost
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.thresholds import Thresholds
from tests.unit.understanding.reading import TODAY
from tests.unit.understanding.release import RELEASE
from tests.unit.understanding.test_local import SURE, asking

OWNER = LocalUnderstander(SURE, Thresholds(), lambda: TODAY)


async def trace_of(text, tracker=None):
    return await inspect(OWNER, text, tracker or Tracker(ConversationId("c1")), RELEASE)


async def test_changes_name_the_words_their_place_and_the_cause():
    trace = await trace_of("幫我掛矢，６６")
    assert trace.normalised == "帮我挂失,66"
    assert trace.changes == (
        Change("幫", "帮", (0, 1), "script"),
        Change("掛", "挂", (2, 3), "script"),
        Change("矢", "失", (3, 4), "lexicon"),
        Change("，６６", ",66", (4, 7), "form"),
    )


async def test_a_value_shows_its_words_and_the_slot_it_goes_to():
    (value,) = (await trace_of("锁卡６６８８")).values
    assert (value.kind, value.value, value.words, value.slot) == (
        "card",
        "6688",
        "６６８８",
        "card",
    )


async def test_a_value_no_task_wants_has_no_slot():
    (phone,) = (await trace_of("我的号码是13800001001，看下余额")).values
    assert (phone.kind, phone.slot) == ("phone", None)


async def test_a_rule_that_went_first_is_named_before_the_classifier():
    trace = await trace_of("锁卡太慢，转人工")
    assert trace.by == "rules"
    assert "human_handoff" in chosen(trace)
    assert lost(trace) == (
        "`transfer_money` 0.90: a rule went first; the classifier is not asked.",
    )


async def test_words_that_are_the_whole_message_are_marked():
    trace = await trace_of("算了")
    assert [one.name for one in trace.listed if one.is_whole] == ["cancel"]
    assert chosen(trace) == "The whole message stands for `cancel`."


async def test_an_open_question_is_why_a_value_wins():
    trace = await trace_of("500", asking("amount", "transfer_money"))
    assert [type(command) for command in trace.commands] == [SetSlot]
    assert "`amount` is open" in chosen(trace)


async def test_pieces_show_their_own_scores_and_make_the_plan():
    trace = await trace_of("先锁卡，再看余额")
    assert trace.is_plan
    assert [piece.scores.ranked[0][0] for piece in trace.pieces] == ["lock_card", "check_balance"]
    assert [c.flow for c in trace.commands if isinstance(c, StartFlow)] == [
        "lock_card",
        "check_balance",
    ]
    assert "several wishes" in chosen(trace)


async def test_a_piece_too_weak_for_a_plan_is_why_the_message_was_not_cut():
    trace = await trace_of("也许可以，看余额吧")
    assert not trace.is_plan
    assert any(reason.startswith("Not cut") for reason in lost(trace))


async def test_a_close_call_says_which_limits_it_missed():
    trace = await trace_of("卡的事")
    assert "below sure" in chosen(trace)
    assert lost(trace) == ()


async def test_what_is_about_nothing_the_bank_does_says_so():
    trace = await trace_of("呼啦呼啦")
    assert isinstance(trace.commands[0], CannotHandle)
    assert "known 0.10 is below" in chosen(trace)


async def test_a_button_is_not_read_as_words():
    trace = await trace_of("/affirm")
    assert (trace.by, trace.scores, trace.listed, trace.pieces) == ("button", None, (), ())
    assert "not read" in chosen(trace)
    assert lost(trace) == ()


@pytest.mark.parametrize("slot", [None, "amount", "card", "one_time_code", "story"])
@settings(max_examples=40, deadline=None)
@given(text=st.text(alphabet="转锁余额卡的事算了好吗，, ５0元a幫/#1", max_size=14))
async def test_a_trace_has_the_commands_of_the_understander_and_explains_them(text, slot):
    tracker = asking(slot, "transfer_money") if slot else Tracker(ConversationId("c1"))
    trace = await trace_of(text, tracker)
    assert trace.commands == (await OWNER.understand(text, tracker, RELEASE)).commands
    assert chosen(trace)
    assert all(lost(trace))
    for change in trace.changes:
        assert text[slice(*change.span)] == change.words


async def test_a_correction_is_named_as_one():
    tracker = asking("amount", "transfer_money", payee="妈妈")
    trace = await trace_of("收款人改一下", tracker)
    assert chosen(trace) == "The words correct `payee`."
