"""What cannot be taken back is asked twice, in two messages, about exactly the same values."""

import pytest

from assistant.model.commands import Affirm, Deny
from tests.unit.dialogue.talk import correct, give, keys, outcome, start, texts


@pytest.fixture
def asked(talk):
    talk.gateway.twice.add("transfer_money")
    return talk


async def read_back(talk):
    return await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "5.00"))


async def test_the_second_question_repeats_the_values(asked):
    await read_back(asked)
    turn = await asked.say(Affirm())
    assert keys(turn) == ["ask_again"]
    assert "妈妈" in texts(turn)[0]
    assert "5.00" in texts(turn)[0]
    assert asked.gateway.effects == []


async def test_the_second_yes_carries_it_out_once(asked):
    await read_back(asked)
    await asked.say(Affirm())
    assert outcome(await asked.say(Affirm())) == ["done"]
    assert len(asked.gateway.effects) == 1


async def test_several_yes_in_one_message_are_one_yes(asked):
    await read_back(asked)
    turn = await asked.say(Affirm(), Affirm(), Affirm())
    assert keys(turn) == ["ask_again"]
    assert asked.gateway.effects == []


async def test_a_no_to_the_second_question_ends_the_task(asked):
    await read_back(asked)
    await asked.say(Affirm())
    turn = await asked.say(Deny())
    assert keys(turn) == ["flow_cancelled"]
    assert asked.stack == []
    assert asked.gateway.effects == []


async def test_other_values_are_read_back_and_asked_twice_anew(asked):
    await read_back(asked)
    await asked.say(Affirm())
    turn = await asked.say(correct("amount", "6.00"))
    assert keys(turn)[-1] == "ask_confirm_transfer"
    assert keys(await asked.say(Affirm())) == ["ask_again"]
    assert outcome(await asked.say(Affirm())) == ["done"]
    assert asked.gateway.asked_for("transfer_money")[-1].slots["amount"] == "6.00"
    assert len(asked.gateway.effects) == 1


async def test_an_ordinary_task_is_asked_once(talk):
    await read_back(talk)
    assert outcome(await talk.say(Affirm())) == ["done"]
