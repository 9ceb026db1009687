"""What was done is told as the bank told it, and a mistake is met with what can still be done."""

import pytest

from assistant.model.commands import Affirm, AskOutcome, UndoDone
from assistant.ports import ActionResult, Settled
from tests.unit.dialogue.bank import DOMAIN, FLOWS, RESPONSES
from tests.unit.dialogue.talk import Talk, give, keys, start, texts

UNLOCK = """\
  unlock_card:
    name: 解锁卡片
    description: 客户想解锁。
    steps:
      - collect: card
      - action: utter_done
"""
OURS = FLOWS.replace(
    "    description: 客户想暂时锁住一张卡。\n",
    "    description: 客户想暂时锁住一张卡。\n    metadata: {compensation: unlock_card}\n",
)
SUMMARY = '  utter_summary_lock_card: [{text: "锁住尾号 {card}"}]\n'


@pytest.fixture
def talk(pack, gateway):
    gateway.answers["lock_card"] = ActionResult(
        outcome="done", receipt_id="L1", facts={"card": "6688"}
    )
    return Talk(pack(OURS + UNLOCK, DOMAIN, RESPONSES + SUMMARY), gateway=gateway)


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
