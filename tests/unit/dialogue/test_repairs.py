"""The five repairs: digression, correction, clarification, cancellation, repetition."""

from datetime import date

import pytest

from assistant.model.commands import (
    Affirm,
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    CorrectSlot,
    Deny,
    Goodbye,
    Greet,
    Repeat,
    SearchKnowledge,
    SkipQuestion,
    Thanks,
    Wait,
)
from assistant.ports import PassageHit, SentenceHit
from tests.unit.dialogue.talk import correct, give, keys, kinds, outcome, start, texts

SENTENCE = "转账不收手续费。"
PASSAGE = PassageHit(
    passage_id="fees@1#s-1",
    document_id="fees",
    title="收费",
    section="转账",
    version="1",
    effective_from=date(2026, 1, 1),
    effective_to=None,
    text=SENTENCE,
    score=0.9,
    sentences=(SentenceHit(text=SENTENCE, score=0.9),),
)


@pytest.fixture
async def at_read_back(talk):
    """A transfer of 500 to mother, waiting for the yes."""
    await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "500.00"))
    assert talk.asked == "confirm_transfer"
    return talk


async def test_a_correction_at_the_read_back_is_read_back_again(at_read_back):
    turn = await at_read_back.say(correct("amount", "600.00"))
    assert keys(turn) == ["corrected", "ask_confirm_transfer"]
    assert "600.00" in texts(turn)[-1]
    assert "slot_corrected" in kinds(turn)
    assert at_read_back.gateway.effects == []


async def test_a_corrected_value_is_what_the_bank_is_asked_for(at_read_back):
    await at_read_back.say(correct("amount", "600.00"))
    turn = await at_read_back.say(Affirm())
    assert outcome(turn) == ["done"]
    assert at_read_back.gateway.requests[-1].slots["amount"] == "600.00"


async def test_a_correction_decides_the_branch_anew(at_read_back):
    turn = await at_read_back.say(correct("amount", "2000.00"))
    assert keys(turn) == ["corrected", "ask_purpose"]
    turn = await at_read_back.say(correct("amount", "20.00"))
    assert keys(turn) == ["corrected", "ask_confirm_transfer"]


async def test_a_correction_to_what_is_not_accepted_is_asked_again(at_read_back):
    turn = await at_read_back.say(correct("amount", "0.00"))
    assert keys(turn)[-2:] == ["amount_invalid", "ask_amount"]


async def test_a_new_value_for_a_filled_slot_is_a_correction_too(at_read_back):
    turn = await at_read_back.say(give("payee", "林秀芳"))
    assert keys(turn) == ["corrected", "ask_confirm_transfer"]
    assert "林秀芳" in texts(turn)[-1]


async def test_the_same_value_again_changes_nothing(at_read_back):
    turn = await at_read_back.say(give("amount", "500.00"))
    assert keys(turn) == ["ask_confirm_transfer"]
    assert "slot_corrected" not in kinds(turn)


async def test_a_correction_without_a_value_asks_for_it(at_read_back):
    turn = await at_read_back.say(CorrectSlot(slot="amount", value=None))
    assert keys(turn) == ["asked_anew", "ask_amount"]


async def test_a_correction_before_the_value_was_given_is_the_value(talk):
    await talk.say(start("transfer_money"))
    turn = await talk.say(correct("amount", "500.00"))
    assert keys(turn) == ["ask_payee"]
    assert talk.slots["amount"] == "500.00"


async def test_a_yes_given_before_a_correction_does_not_count_for_the_new_value(at_read_back):
    at_read_back.gateway.codes.add("transfer_money")
    await at_read_back.say(Affirm())
    await at_read_back.say(correct("amount", "900.00"))
    assert at_read_back.asked == "confirm_transfer"
    assert at_read_back.gateway.effects == []


async def test_a_question_in_the_middle_is_answered_and_the_task_goes_on(at_read_back):
    at_read_back.knowledge.hits = [PASSAGE]
    turn = await at_read_back.say(SearchKnowledge(question="手续费多少"))
    assert keys(turn) == ["answer", "ask_confirm_transfer"]
    assert turn.replies[0].citations[0].quote == SENTENCE
    assert {"type": "answered", "citation_ids": ["fees@1#s-1"]} in turn.events
    turn = await at_read_back.say(Affirm())
    assert outcome(turn) == ["done"]


async def test_without_a_source_no_answer_is_given_and_a_person_is_offered(talk):
    turn = await talk.say(SearchKnowledge(question="月亮上有网点吗"))
    assert (keys(turn), kinds(turn)[0]) == (["no_answer"], "abstained")
    turn = await talk.say(Affirm())
    assert "handoff_requested" in kinds(turn)


async def test_a_no_to_the_offer_of_a_person_goes_back_to_the_task(at_read_back):
    await at_read_back.say(SearchKnowledge(question="月亮上有网点吗"))
    turn = await at_read_back.say(Deny())
    assert keys(turn) == ["all_right", "ask_confirm_transfer"]


async def test_an_offer_passed_over_leaves_the_task_where_it_was(at_read_back):
    await at_read_back.say(SearchKnowledge(question="月亮上有网点吗"))
    turn = await at_read_back.say(give("amount", "600.00"))
    assert keys(turn)[-1] == "ask_confirm_transfer"
    assert "600.00" in texts(turn)[-1]


async def test_a_missing_index_is_an_abstention_and_no_error(talk):
    talk.knowledge.hits = None
    turn = await talk.say(SearchKnowledge(question="手续费多少"))
    assert turn.events[0] == {"type": "abstained", "reason": "knowledge_unavailable"}


async def test_a_cancelled_task_is_gone_with_its_values(at_read_back):
    turn = await at_read_back.say(CancelFlow())
    assert keys(turn) == ["flow_cancelled"]
    assert "转账" in texts(turn)[0]
    assert (at_read_back.stack, at_read_back.slots, at_read_back.asked) == ([], {}, None)


async def test_a_yes_after_a_cancellation_carries_nothing_out(at_read_back):
    await at_read_back.say(CancelFlow())
    turn = await at_read_back.say(Affirm())
    assert outcome(turn) == []
    assert at_read_back.gateway.effects == []


async def test_with_nothing_in_progress_there_is_nothing_to_cancel(talk):
    assert keys(await talk.say(CancelFlow())) == ["nothing_to_cancel"]


async def test_a_named_task_is_cancelled_and_the_other_goes_on(at_read_back):
    await at_read_back.say(start("lock_card"))
    turn = await at_read_back.say(CancelFlow(flow="transfer_money"))
    assert "转账" in texts(turn)[0]
    assert keys(turn)[-1] == "ask_card"
    assert at_read_back.stack == ["lock_card"]


async def test_a_close_call_is_one_question_with_a_button_for_each_option(talk):
    turn = await talk.say(Clarify(options=("lock_card", "transfer_money")))
    assert keys(turn) == ["clarification_options"]
    assert [button.payload for button in turn.replies[0].buttons] == [
        "/StartFlow(lock_card)",
        "/StartFlow(transfer_money)",
    ]
    turn = await talk.say(start("lock_card"))
    assert keys(turn) == ["ask_card"]
    assert talk.stack == ["lock_card"]


@pytest.mark.parametrize("command", [Affirm(), Deny()])
async def test_a_yes_or_no_to_which_of_these_answers_no_read_back(at_read_back, command):
    await at_read_back.say(Clarify(options=("lock_card", "transfer_money")))
    turn = await at_read_back.say(command)
    assert keys(turn) == ["ask_confirm_transfer"]
    assert outcome(turn) == []
    turn = await at_read_back.say(Affirm())
    assert outcome(turn) == ["done"]


async def test_the_last_reply_is_said_again_word_for_word(at_read_back):
    before = texts(await at_read_back.say(give("amount", "700.00")))
    turn = await at_read_back.say(Repeat())
    assert texts(turn) == before
    turn = await at_read_back.say(Affirm())
    assert outcome(turn) == ["done"]


async def test_a_wait_keeps_the_question_open_without_pressing(at_read_back):
    turn = await at_read_back.say(Wait())
    assert keys(turn) == ["take_your_time"]
    turn = await at_read_back.say(Affirm())
    assert outcome(turn) == ["done"]


async def test_a_question_that_must_be_answered_cannot_be_skipped(at_read_back):
    turn = await at_read_back.say(SkipQuestion())
    assert keys(turn) == ["cannot_skip", "ask_confirm_transfer"]


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (ChitChat(), "chitchat"),
        (Greet(), "greet"),
        (Thanks(), "thanks"),
        (Goodbye(), "goodbye"),
        (CannotHandle(), "no_answer_to_question"),
        (CannotHandle(reason="unreadable"), "unreadable"),
    ],
)
async def test_small_talk_is_answered_and_the_open_question_asked_again(at_read_back, command, key):
    turn = await at_read_back.say(command)
    assert keys(turn) == [key, "ask_confirm_transfer"]
    assert at_read_back.stack == ["transfer_money"]


@pytest.mark.parametrize(
    ("reason", "key"),
    [
        ("not_understood", "ask_rephrase"),
        ("out_of_scope", "out_of_scope"),
        ("unreadable", "unreadable"),
        ("insult", "calm"),
    ],
)
async def test_what_cannot_be_handled_is_said_for_what_it_is(talk, reason, key):
    turn = await talk.say(CannotHandle(reason=reason))
    assert keys(turn) == [key]
    assert turn.events == ({"type": "cannot_handle", "reason": reason},)


async def test_twice_in_a_row_not_understood_leads_to_a_person(talk):
    await talk.say(CannotHandle())
    turn = await talk.say(CannotHandle())
    assert keys(turn) == ["not_understood_twice", "handoff_queued"]
    assert "handoff_requested" in kinds(turn)


async def test_a_task_begun_between_two_failures_is_no_row(talk):
    await talk.say(CannotHandle())
    await talk.say(start("lock_card"))
    turn = await talk.say(CannotHandle())
    assert "handoff_requested" not in kinds(turn)


async def test_a_repetition_asked_for_before_anything_was_said_is_answered_too(talk):
    turn = await talk.say(Repeat())
    assert turn.replies


async def test_a_value_for_no_task_is_answered_and_starts_nothing(talk):
    turn = await talk.say(give("amount", "500.00"))
    assert keys(turn) == ["nothing_asked"]
    assert talk.asked is None
    again = await talk.say(give("amount", "500.00"))
    assert keys(again) == ["nothing_asked"]


async def test_a_value_given_with_its_task_belongs_to_the_task(talk):
    turn = await talk.say(start("transfer_money"), give("amount", "500.00"))
    assert "nothing_asked" not in keys(turn)
