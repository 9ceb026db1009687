"""Questions of a flow: what is asked, accepted, rejected, validated and forgotten."""

import pytest

from assistant.model.commands import Affirm, Deny
from assistant.model.message import Button
from assistant.ports import ActionResult, ActionSay
from tests.unit.dialogue.talk import give, keys, kinds, outcome, start, texts


async def test_a_flow_asks_for_what_is_missing_and_for_nothing_else(talk):
    turn = await talk.say(start("transfer_money"), give("payee", "妈妈"))
    assert (keys(turn), talk.asked) == (["ask_amount"], "amount")
    turn = await talk.say(give("amount", "500.00"))
    assert keys(turn) == ["ask_confirm_transfer"]
    assert texts(turn) == ["确认给 妈妈 转 500.00元 吗？"]


async def test_a_branch_decides_what_is_asked_next(talk):
    turn = await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "1000.01"))
    assert keys(turn) == ["ask_purpose"]


@pytest.mark.parametrize(
    ("amount", "key"), [("0.00", "amount_invalid"), ("50000.01", "amount_too_big")]
)
async def test_a_rejected_value_is_forgotten_said_why_and_asked_again(talk, amount, key):
    turn = await talk.say(start("transfer_money"), give("payee", "妈"), give("amount", amount))
    assert keys(turn) == [key, "ask_amount"]
    assert "amount" not in talk.slots
    turn = await talk.say(give("amount", "50000.00"))
    assert keys(turn) == ["ask_purpose"]


async def test_a_rejection_may_quote_what_was_rejected(talk):
    turn = await talk.say(start("transfer_money"), give("payee", "妈"), give("amount", "0.00"))
    assert texts(turn)[0] == "0.00 不是一个可以转的金额。"


async def test_a_confirmation_is_asked_even_when_its_slot_was_filled_before(talk):
    turn = await talk.say(start("lock_card"), give("card", "6688"), give("confirm_lock_card", True))
    assert keys(turn) == ["ask_confirm_lock_card"]
    assert talk.gateway.effects == []


async def test_a_yes_to_the_read_back_carries_it_out_once(talk):
    await talk.say(start("lock_card"), give("card", "6688"))
    turn = await talk.say(Affirm())
    assert (keys(turn), outcome(turn)) == (["done"], ["done"])
    assert texts(turn) == ["办好了，回执 L1。"]
    assert len(talk.gateway.effects) == 1
    assert talk.stack == []


async def test_a_no_to_the_read_back_does_nothing(talk):
    await talk.say(start("lock_card"), give("card", "6688"))
    turn = await talk.say(Deny())
    assert (keys(turn), outcome(turn)) == (["declined"], [])
    assert talk.gateway.requests == []


async def test_a_yes_together_with_a_new_value_is_no_yes(talk):
    await talk.say(start("lock_card"), give("card", "6688"))
    turn = await talk.say(Affirm(), give("card", "3021"))
    assert talk.gateway.effects == []
    assert keys(turn)[-1] == "ask_confirm_lock_card"
    assert "3021" in texts(turn)[-1]
    turn = await talk.say(Affirm())
    assert outcome(turn) == ["done"]
    assert talk.gateway.requests[-1].slots["card"] == "3021"


async def test_setting_the_slot_of_a_confirmation_is_no_yes_either(talk):
    await talk.say(start("lock_card"), give("card", "6688"))
    turn = await talk.say(give("confirm_lock_card", True))
    assert outcome(turn) == ["refused"]
    assert talk.gateway.effects == []


async def test_a_yes_to_a_question_that_is_no_yes_or_no_asks_it_again(talk):
    await talk.say(start("lock_card"))
    turn = await talk.say(Affirm())
    assert (keys(turn), talk.asked) == (["ask_card"], "card")


async def test_a_yes_or_no_to_nothing_is_taken_kindly(talk):
    assert keys(await talk.say(Affirm())) == ["nothing_asked"]
    assert keys(await talk.say(Deny())) == ["nothing_asked"]


async def test_a_no_to_an_open_question_leaves_the_task(talk):
    await talk.say(start("lock_card"))
    turn = await talk.say(Deny())
    assert "flow_cancelled" in kinds(turn)
    assert talk.stack == []


async def test_slots_of_a_task_are_forgotten_when_it_ends(talk):
    await talk.say(start("lock_card"), give("card", "6688"))
    await talk.say(Affirm())
    assert talk.slots == {}


async def test_persisted_slots_stay_and_the_others_go(talk):
    await talk.say(start("home_address"), give("city", "上海"), give("note", "x"))
    assert talk.slots == {"city": "上海"}
    assert talk.stack == []


async def test_a_slot_that_must_be_asked_by_an_action_is_asked_by_it(talk):
    offer = ActionSay(response_key="utter_ask_city", buttons=(Button(title="北京", payload="/x"),))
    talk.gateway.answers["action_ask_city"] = ActionResult(outcome="done", says=(offer,))
    turn = await talk.say(start("home_address"))
    assert (keys(turn), talk.asked) == (["ask_city"], "city")
    assert [button.title for button in turn.replies[0].buttons] == ["北京"]


async def test_a_validator_may_refuse_a_value_and_then_it_is_asked_again(talk):
    talk.gateway.answers["validate_payee"] = lambda asked: (
        ActionResult(outcome="done", slots={"payee": "林秀芳"})
        if asked.slots["payee"] == "妈妈"
        else ActionResult(
            outcome="done", slots={"payee": None}, says=(ActionSay(text="没有这个收款人。"),)
        )
    )
    turn = await talk.say(start("transfer_money"), give("payee", "鬼"))
    assert texts(turn) == ["没有这个收款人。", "转给谁？"]
    turn = await talk.say(give("payee", "妈妈"))
    assert (keys(turn), talk.slots["payee"]) == (["ask_amount"], "林秀芳")


async def test_a_value_is_validated_once(talk):
    talk.gateway.answers["validate_payee"] = ActionResult(outcome="done")
    await talk.say(start("transfer_money"), give("payee", "妈妈"))
    await talk.say(give("amount", "5.00"))
    assert len(talk.gateway.asked_for("validate_payee")) == 1


async def test_a_prefill_spares_the_question_and_is_tried_once(talk):
    talk.gateway.answers["prefill_card"] = ActionResult(outcome="done", slots={"card": "6688"})
    turn = await talk.say(start("lock_card"))
    assert keys(turn) == ["ask_confirm_lock_card"]
    talk.gateway.answers["prefill_payee"] = ActionResult(outcome="done")
    turn = await talk.say(start("transfer_money"))
    assert keys(turn) == ["ask_payee"]
    assert len(talk.gateway.asked_for("prefill_payee")) == 1


async def test_the_usual_answer_does_not_replace_one_that_is_not_possible(talk):
    talk.gateway.answers["prefill_card"] = ActionResult(outcome="done", slots={"card": "6688"})
    talk.gateway.answers["validate_card"] = ActionResult(
        outcome="done", slots={"card": None}, says=(ActionSay(text="没有这张卡。"),)
    )
    turn = await talk.say(start("lock_card"), give("card", "7777"))
    assert keys(turn)[-1] == "ask_card"
    assert not talk.gateway.asked_for("prefill_card")


async def test_the_same_message_again_gives_the_same_turn_and_no_second_effect(talk):
    await talk.say(start("lock_card"), give("card", "6688"))
    first = await talk.say(Affirm(), message_id="yes")
    events = len(talk.tracker.events)
    again = await talk.say(Affirm(), message_id="yes")
    assert again == first
    assert len(talk.tracker.events) == events
    assert len(talk.gateway.effects) == 1
