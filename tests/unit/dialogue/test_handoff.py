"""A person on the first request, from any state; the assistant is quiet while one is there."""

import pytest

from assistant.colleagues import Colleagues
from assistant.model.assurance import Assurance
from assistant.model.commands import Affirm, Clarify, HumanHandoff, SearchKnowledge, SetSlot
from tests.unit.dialogue.talk import give, keys, kinds, start

STATES = {
    "nothing": [],
    "a question": [(start("lock_card"),)],
    "a read-back": [(start("lock_card"), give("card", "6688"))],
    "two tasks": [(start("lock_card"),), (start("transfer_money"),)],
    "an offer": [(SearchKnowledge(question="x"),)],
    "a clarification": [(Clarify(options=("lock_card", "linked")),)],
    "a proof": [(start("high_level"),)],
    "a called flow": [(start("calling"),)],
    "a circle": [(start("going_round"), give("note", "x"))],
    "a handoff": [(HumanHandoff(),)],
}


@pytest.mark.parametrize("before", STATES.values(), ids=STATES)
async def test_a_person_is_asked_for_once_from_any_state(talk, before):
    for commands in before:
        await talk.say(*commands)
    turn = await talk.say(HumanHandoff())
    assert keys(turn) == ["handoff_queued"]
    asked = [event for event in turn.events if event["type"] == "handoff_requested"]
    assert [(event["position"], event["ticket"]) for event in asked] == [(1, "h_00001")]
    assert len(await talk.desk.open_tickets()) == 1


async def test_a_person_is_a_person_whatever_else_was_understood(talk):
    turn = await talk.say(start("lock_card"), SetSlot(slot="card", value="1"), HumanHandoff())
    assert keys(turn) == ["handoff_queued"]


async def test_the_task_is_still_there_while_the_customer_waits(talk):
    await talk.say(start("lock_card"), give("card", "6688"))
    await talk.say(HumanHandoff())
    turn = await talk.say()
    assert keys(turn) == ["ask_confirm_lock_card"]
    assert "action_executed" in kinds(await talk.say(Affirm()))


async def test_the_colleague_hears_what_was_begun_and_said(talk):
    await talk.say(start("lock_card"), text="锁卡")
    await talk.say(HumanHandoff(), text="转人工")
    (ticket,) = await talk.desk.open_tickets()
    assert "临时锁卡" in ticket.summary
    assert "锁卡；转人工" in ticket.summary


async def test_the_assistant_is_silent_while_a_colleague_has_the_conversation(talk):
    await talk.say(HumanHandoff())
    colleagues = Colleagues(desk=talk.desk, conversations=talk.assistant.conversations)
    await colleagues.accept("h_00001", "李雷")
    turn = await talk.say(start("lock_card"))
    assert (turn.replies, turn.events) == ((), ())
    await colleagues.close("h_00001", "李雷")
    assert keys(await talk.say(start("lock_card"))) == ["ask_card"]


async def test_level_and_customer_are_not_touched_by_a_handoff(talk):
    turn = await talk.say(HumanHandoff())
    assert turn.level == Assurance.VISITOR
