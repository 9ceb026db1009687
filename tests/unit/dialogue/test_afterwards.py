"""What was done is told as the bank told it, and a mistake is met with what can still be done."""

from datetime import timedelta

import pytest

from assistant.model.commands import Affirm, AskOutcome, UndoDone
from assistant.ports import ActionResult, Outlook, Settled
from tests.unit.dialogue.bank import DOMAIN, FLOWS, RESPONSES
from tests.unit.dialogue.talk import Talk, give, keys, outcome, start, texts

UNLOCK = """\
  unlock_card:
    name: 解锁卡片
    description: 客户想解锁。
    steps:
      - collect: card
      - action: utter_done
"""
POLICIES = """\
actions:
  lock_card: {level: 0, confirm: true, undo: {by: unlock_card, within: 2h}}
  transfer_money: {level: 0, confirm: true, undo: {never: true}}
"""
SUMMARY = '  utter_summary_lock_card: [{text: "锁住尾号 {card}"}]\n'


@pytest.fixture
def talk(pack, gateway):
    gateway.answers["lock_card"] = ActionResult(
        outcome="done", receipt_id="L1", facts={"card": "6688"}
    )
    return Talk(pack(FLOWS + UNLOCK, DOMAIN, RESPONSES + SUMMARY, POLICIES), gateway=gateway)


async def lock(talk):
    await talk.say(start("lock_card"), give("card", "6688"))
    return await talk.say(Affirm())


async def test_a_done_action_is_told_with_its_receipt(talk):
    await lock(talk)
    turn = await talk.say(AskOutcome())
    assert keys(turn) == ["last_done"]
    assert "锁住尾号 6688" in texts(turn)[0]
    assert "L1" in texts(turn)[0]


async def test_a_refused_action_is_told_as_not_done(talk):
    talk.gateway.answers["lock_card"] = ActionResult(outcome="refused", reason="reason_balance")
    await lock(talk)
    turn = await talk.say(AskOutcome())
    assert keys(turn) == ["last_refused"]
    assert "余额不足" in texts(turn)[0]


async def test_an_unknown_action_stays_unknown_until_the_bank_says(talk):
    talk.gateway.answers["lock_card"] = ActionResult(outcome="unknown")
    await lock(talk)
    assert keys(await talk.say(AskOutcome())) == ["last_unknown"]
    assert keys(await talk.say(UndoDone())) == ["last_unknown"]
    asked = talk.gateway.requests[-1]
    result = ActionResult(outcome="done", receipt_id="L9", idempotency_key=talk.gateway.key(asked))
    talk.gateway.settled = [
        Settled(
            conversation_id=talk.conversation_id,
            action="lock_card",
            epoch=asked.epoch,
            result=result,
        )
    ]
    assert keys(await talk.say(AskOutcome())) == ["settled_done"]
    assert keys(await talk.say(AskOutcome())) == ["last_done"]


async def test_before_anything_is_done_nothing_is_claimed(talk):
    assert keys(await talk.say(AskOutcome())) == ["nothing_done"]


async def test_a_task_that_waits_for_its_yes_is_told_as_not_done_yet(talk):
    await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "5.00"))
    turn = await talk.say(AskOutcome())
    assert keys(turn) == ["not_done_yet", "ask_confirm_transfer"]
    assert talk.gateway.effects == []


async def test_a_mistake_is_met_with_the_task_that_undoes_it(talk):
    await lock(talk)
    turn = await talk.say(UndoDone())
    assert keys(turn) == ["undo_offer"]
    payloads = [button.payload for button in turn.replies[0].buttons]
    assert payloads == ["/StartFlow(unlock_card)", "/human_handoff"]
    assert "锁住尾号 6688" in texts(turn)[0]
    assert len(talk.gateway.effects) == 1


async def test_what_cannot_be_undone_is_said_and_a_person_offered(talk):
    await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "5.00"))
    await talk.say(Affirm())
    turn = await talk.say(UndoDone())
    assert keys(turn) == ["undo_impossible"]
    assert [button.payload for button in turn.replies[0].buttons] == ["/human_handoff"]


async def test_the_read_back_and_the_receipt_say_until_when_it_can_be_undone(talk):
    asked = await talk.say(start("lock_card"), give("card", "6688"))
    assert "2小时内" in texts(asked)[0]
    done = await talk.say(Affirm())
    assert "22:00前撤销" in texts(done)[0]  # 20:00 at the bank when it was done
    assert talk.tracker.last_deed().undo.until == talk.clock.now() + timedelta(hours=2)


async def test_what_cannot_be_undone_is_said_before_the_yes(talk):
    asked = await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "5.00"))
    assert "不可撤销" in texts(asked)[0]
    assert "不可撤销" in texts(await talk.say(Affirm()))[0]


async def test_after_its_time_an_undo_is_refused_with_another_way(talk):
    await lock(talk)
    talk.clock.advance(2 * 3600)
    turn = await talk.say(UndoDone())
    assert keys(turn) == ["undo_too_late"]
    assert [button.payload for button in turn.replies[0].buttons] == ["/human_handoff"]
    assert talk.stack == []


async def test_the_last_second_of_its_time_still_counts(talk):
    await lock(talk)
    talk.clock.advance(2 * 3600 - 1)
    assert keys(await talk.say(UndoDone())) == ["undo_offer"]


async def test_what_the_bank_would_refuse_is_told_instead_of_read_back(talk):
    talk.gateway.outlooks["transfer_money"] = Outlook(obstacle="reason_balance")
    turn = await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "5.00"))
    assert keys(turn) == ["action_refused"]
    assert outcome(turn) == ["refused"]
    assert "余额不足" in texts(turn)[0]
    assert talk.stack == []
