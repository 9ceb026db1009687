"""Actions end done, refused or unknown, and each is told as what it is."""

from datetime import UTC, datetime

import pytest

from assistant.model.commands import Affirm
from assistant.model.message import SignIn
from assistant.model.outcome import HALF_DONE
from assistant.ports import ActionResult, ActionSay, Settled
from tests.unit.dialogue.talk import Talk, give, keys, kinds, outcome, start, texts

SIGN_IN = SignIn(customer_id="C1001", level=3, at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC))


async def pay(talk):
    await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "500.00"))
    return await talk.say(Affirm())


async def test_a_refusal_is_told_in_the_banks_words(talk):
    talk.gateway.answers["transfer_money"] = ActionResult(
        outcome="refused", reason="reason_balance"
    )
    turn = await pay(talk)
    assert (outcome(turn), keys(turn)) == (["refused"], ["action_refused"])
    assert "余额不足。" in texts(turn)[0]


async def test_a_reason_without_wording_is_told_in_general_words(talk):
    talk.gateway.answers["transfer_money"] = ActionResult(outcome="refused", reason="reason_odd")
    turn = await pay(talk)
    assert keys(turn) == ["action_refused"]
    assert "reason_odd" not in texts(turn)[0]
    assert texts(turn)[0].strip("没有办成：")


async def test_an_unknown_outcome_is_never_told_as_done(talk):
    talk.gateway.answers["transfer_money"] = ActionResult(outcome="unknown")
    turn = await pay(talk)
    assert (outcome(turn), keys(turn)) == (["unknown"], ["action_unknown"])
    assert len(talk.tracker.unsettled) == 1


@pytest.mark.parametrize("now_known", ["done", "refused"])
async def test_an_unknown_outcome_is_told_as_soon_as_it_is_known(talk, now_known):
    talk.gateway.answers["transfer_money"] = ActionResult(outcome="unknown")
    await pay(talk)
    (key,) = talk.tracker.unsettled
    result = ActionResult(outcome=now_known, idempotency_key=key, receipt_id="T9")
    talk.gateway.settled = [
        Settled(
            conversation_id=talk.conversation_id,
            action="transfer_money",
            epoch="transfer_money:1",
            result=result,
        )
    ]
    turn = await talk.say(start("lock_card"))
    assert keys(turn) == [f"settled_{now_known}", "ask_card"]
    assert talk.tracker.unsettled == {}


async def test_what_is_half_done_is_told_and_a_colleague_called_once(talk):
    talk.gateway.answers["transfer_money"] = ActionResult(outcome="unknown", reason=HALF_DONE)
    turn = await pay(talk)
    assert (outcome(turn), keys(turn)) == (["unknown"], ["half_done"])
    assert "handoff_requested" in kinds(turn)
    assert talk.stack == []
    talk.gateway.settled = [still_half_done(talk)]
    assert await talk.assistant.settle_unknown() == 0


async def test_what_is_found_half_done_later_is_told_once(talk):
    talk.gateway.answers["transfer_money"] = ActionResult(outcome="unknown")
    await pay(talk)
    found = still_half_done(talk)
    told = []
    for _ in range(2):
        talk.gateway.settled = [found]
        told.append(await talk.assistant.settle_unknown())
    assert told == [1, 0]
    assert talk.tracker.ticket is not None
    assert talk.tracker.last_deed().reason == HALF_DONE


def still_half_done(talk):
    """What housekeeping finds when it carries the task on."""
    (key,) = talk.tracker.unsettled
    return Settled(
        conversation_id=talk.conversation_id,
        action="transfer_money",
        epoch="transfer_money:1",
        result=ActionResult(outcome="unknown", reason=HALF_DONE, idempotency_key=key),
    )


async def test_the_bank_settles_in_the_background_too(talk):
    talk.gateway.answers["transfer_money"] = ActionResult(outcome="unknown")
    await pay(talk)
    (key,) = talk.tracker.unsettled
    talk.gateway.settled = [
        Settled(
            conversation_id=talk.conversation_id,
            action="transfer_money",
            epoch="transfer_money:1",
            result=ActionResult(outcome="done", idempotency_key=key),
        )
    ]
    assert await talk.assistant.settle_unknown() == 1
    assert talk.tracker.unsettled == {}


async def test_an_action_sees_who_speaks_and_never_a_slots_word_for_it(pack, gateway, clock):
    talk = Talk(pack(), clock=clock, gateway=gateway, sign_in=SIGN_IN)
    await talk.say(start("high_level"), give("note", "C9999"))
    (request,) = gateway.asked_for("check_balance")
    assert (request.customer_id, request.assurance) == ("C1001", 3)


async def test_the_words_of_an_action_come_before_those_of_the_flow(talk):
    talk.gateway.answers["check_balance"] = ActionResult(
        outcome="done", facts={"balance": "1.00"}, says=(ActionSay(text="查到了。"),)
    )
    talk.sign_in = SIGN_IN
    turn = await talk.say(start("high_level"))
    assert texts(turn) == ["查到了。", "余额 1.00。"]


async def test_outcome_and_reason_are_forgotten_with_the_task_and_never_shown(talk):
    turn = await pay(talk)
    assert talk.slots == {}
    assert all(event.get("slot") not in {"outcome", "reason"} for event in turn.events)
    assert kinds(turn)[-1] == "flow_completed"
