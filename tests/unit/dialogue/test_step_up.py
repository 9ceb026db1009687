"""Proof of identity: the smallest step, bound to a purpose, three tries, then a person."""

from datetime import UTC, datetime

import pytest

from assistant.errors import BankRefused, BankUnavailable
from assistant.model.assurance import Assurance
from assistant.model.commands import Affirm, CancelFlow, Deny
from assistant.model.message import SignIn
from tests.fakes_gateway import CODE
from tests.unit.dialogue.talk import Talk, correct, give, keys, kinds, outcome, start

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PEOPLE = {
    "C1001": {
        "phone": "13800001001",
        "name": "林晓",
        "id_number": "110101200201010011",
        "card_number": "6222020000006688",
    }
}


def signed_in(level):
    return SignIn(customer_id="C1001", level=level, at=AT)


@pytest.fixture
def talk_at(pack, gateway, clock):
    def made(level):
        sign_in = signed_in(level) if level else None
        talk = Talk(pack(), clock=clock, gateway=gateway, sign_in=sign_in)
        talk.identity.people = PEOPLE
        return talk

    return made


@pytest.fixture
async def at_code(talk_at, gateway):
    """A confirmed transfer that waits for its one-time code."""
    gateway.codes.add("transfer_money")
    talk = talk_at(Assurance.BOUND_CARD)
    await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "500.00"))
    turn = await talk.say(Affirm())
    assert keys(turn) == ["ask_one_time_code"]
    return talk


async def code(talk, digits=CODE):
    return await talk.say(give("one_time_code", digits), text=digits)


async def test_a_level_that_is_held_is_not_asked_for(talk_at):
    turn = await talk_at(Assurance.BOUND_CARD).say(start("high_level"))
    assert keys(turn) == ["balance"]
    assert "step_up_requested" not in kinds(turn)


async def test_the_ladder_is_climbed_one_rung_at_a_time(talk_at):
    talk = talk_at(None)
    turn = await talk.say(start("high_level"))
    assert (keys(turn), turn.level) == (["ask_step_up_phone"], 0)
    turn = await talk.say(give("step_up_phone", "13800001001"))
    assert keys(turn) == ["ask_one_time_code"]
    turn = await code(talk)
    assert (keys(turn), turn.level) == (["ask_step_up_name"], 1)
    turn = await talk.say(
        give("step_up_name", "林晓"), give("step_up_id_number", "110101200201010011")
    )
    assert (keys(turn), turn.level) == (["ask_step_up_card_number"], 2)
    turn = await talk.say(give("step_up_card_number", "6222020000006688"))
    assert (keys(turn), turn.level) == (["balance"], 3)
    assert talk.tracker.customer_id == "C1001"
    assert talk.slots == {}


async def test_name_and_number_may_be_given_in_two_turns_as_they_are_asked(talk_at):
    talk = talk_at(Assurance.PHONE)
    await talk.say(start("high_level"))
    turn = await talk.say(give("step_up_name", "林晓"))
    assert keys(turn) == ["ask_step_up_id_number"]
    turn = await talk.say(give("step_up_id_number", "110101200201010011"))
    assert (keys(turn), turn.level) == (["ask_step_up_card_number"], 2)


async def test_only_the_missing_rung_is_asked_for(talk_at):
    turn = await talk_at(Assurance.REAL_NAME).say(start("high_level"))
    assert keys(turn) == ["ask_step_up_card_number"]


async def test_a_wrong_number_is_rejected_before_a_code_is_sent(talk_at):
    talk = talk_at(None)
    await talk.say(start("high_level"))
    turn = await talk.say(give("step_up_phone", "12345"))
    assert keys(turn) == ["phone_invalid", "ask_step_up_phone"]
    assert talk.identity.sent == []


async def test_a_right_code_lets_exactly_this_action_run(at_code):
    turn = await code(at_code)
    assert (outcome(turn), keys(turn)) == (["done"], ["done"])
    (purpose, customer, phone) = at_code.identity.sent[0]
    assert (customer, phone) == ("C1001", None)
    assert purpose.startswith("transfer_money:")


async def test_a_code_is_in_no_event(at_code):
    await code(at_code)
    assert all(CODE not in event.model_dump_json() for event in at_code.tracker.events)


async def test_a_wrong_code_may_be_given_again(at_code):
    turn = await code(at_code, "111111")
    assert keys(turn) == ["code_wrong", "ask_code_again"]
    assert {"type": "step_up_failed", "reason": "wrong", "attempts_left": 2} in turn.events
    assert outcome(await code(at_code)) == ["done"]


async def test_three_wrong_codes_end_the_task_and_offer_a_person(at_code):
    await code(at_code, "111111")
    await code(at_code, "222222")
    turn = await code(at_code, "333333")
    assert keys(turn) == ["step_up_failed"]
    assert "flow_cancelled" in kinds(turn)
    assert at_code.gateway.effects == []
    turn = await at_code.say(Affirm())
    assert "handoff_requested" in kinds(turn)


async def test_after_three_wrong_codes_a_no_just_ends_it(at_code):
    for digits in ("111111", "222222", "333333"):
        await code(at_code, digits)
    turn = await at_code.say(Deny())
    assert keys(turn) == ["all_right"]
    assert at_code.stack == []


async def test_a_code_for_one_amount_does_not_serve_another(at_code):
    turn = await at_code.say(correct("amount", "900.00"))
    assert keys(turn)[-1] == "ask_confirm_transfer"
    turn = await at_code.say(Affirm())
    assert keys(turn) == ["ask_one_time_code"]
    assert len({purpose for purpose, _, _ in at_code.identity.sent}) == 2
    assert at_code.gateway.effects == []
    assert outcome(await code(at_code)) == ["done"]


async def test_a_task_may_be_cancelled_where_a_code_is_asked_for(at_code):
    turn = await at_code.say(CancelFlow())
    assert keys(turn) == ["flow_cancelled"]
    assert at_code.stack == []
    await code(at_code)
    assert at_code.gateway.effects == []


async def test_a_code_that_cannot_be_sent_ends_the_task_with_the_reason(at_code):
    at_code.identity.refusal = BankRefused("reason_balance")
    await at_code.say(correct("amount", "900.00"))
    turn = await at_code.say(Affirm())
    assert keys(turn) == ["code_not_sent", "step_up_failed"]
    assert at_code.gateway.effects == []


async def test_a_bank_that_does_not_answer_leaves_the_task_open(at_code):
    at_code.identity.refusal = BankUnavailable()
    await at_code.say(correct("amount", "900.00"))
    turn = await at_code.say(Affirm())
    assert keys(turn) == ["bank_unavailable"]
    at_code.identity.refusal = None
    turn = await at_code.say()
    assert keys(turn) == ["ask_one_time_code"]


async def test_an_identity_that_does_not_match_is_asked_three_times(talk_at):
    talk = talk_at(Assurance.PHONE)
    await talk.say(start("high_level"))
    for _ in range(2):
        await talk.say(give("step_up_name", "别人"))
        turn = await talk.say(give("step_up_id_number", "110101200201010011"))
        assert keys(turn) == ["identity_not_matched", "ask_step_up_name"]
    await talk.say(give("step_up_name", "别人"))
    turn = await talk.say(give("step_up_id_number", "110101200201010011"))
    assert keys(turn) == ["step_up_failed"]
    assert talk.gateway.requests == []


async def test_a_sign_in_meanwhile_makes_the_question_needless(talk_at):
    talk = talk_at(None)
    await talk.say(start("high_level"))
    talk.sign_in = signed_in(Assurance.BOUND_CARD)
    turn = await talk.say()
    assert keys(turn) == ["balance"]


async def test_an_action_may_ask_for_a_higher_level_than_its_flow(talk_at, gateway):
    gateway.levels["transfer_money"] = Assurance.FULL
    talk = talk_at(Assurance.BOUND_CARD)
    await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "500.00"))
    turn = await talk.say(Affirm())
    assert keys(turn) == ["ask_one_time_code"]
    turn = await code(talk)
    assert (outcome(turn), turn.level) == (["done"], 4)


async def test_a_level_lost_to_time_is_asked_for_again(talk_at, clock):
    talk = talk_at(Assurance.BOUND_CARD)
    assert keys(await talk.say(start("high_level"))) == ["balance"]
    clock.advance(31 * 60)
    turn = await talk.say(start("high_level"))
    assert keys(turn) == ["ask_step_up_card_number"]
