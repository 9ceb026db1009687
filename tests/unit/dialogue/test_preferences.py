"""What the bank keeps about how a customer wants to be served takes effect in the conversation."""

import pytest

from assistant.model.assurance import Assurance
from assistant.model.commands import Greet
from assistant.model.message import SignIn
from assistant.ports import ActionResult
from tests.unit.dialogue.talk import Talk, keys, kinds, start

KNOWN = {"preferences_known": True, "marketing_consent": False, "quiet_hours": None}


@pytest.fixture
def talk(pack, gateway):
    def made(*, elder, level=Assurance.BOUND_CARD):
        gateway.answers["read_preferences"] = ActionResult(
            outcome="done", slots={**KNOWN, "elder_mode": elder}
        )
        talk = Talk(pack(), gateway=gateway)
        talk.sign_in = SignIn(customer_id="C1004", level=level, at=talk.clock.now())
        return talk

    return made


def payloads(part):
    return [button.payload for button in part.buttons]


async def test_elder_mode_shows_larger_text_and_a_person_below_every_reply(talk):
    elder = talk(elder=True)
    for turn in (await elder.say(start("lock_card")), await elder.say(Greet())):
        assert {part.display for part in turn.replies} == {"elder"}
        assert all("/human_handoff" in payloads(part) for part in turn.replies)


async def test_without_it_replies_are_as_usual(talk):
    turn = await talk(elder=False).say(start("lock_card"))
    assert {part.display for part in turn.replies} == {"standard"}
    assert not any("/human_handoff" in payloads(part) for part in turn.replies)


async def test_the_bank_is_asked_once_and_nothing_of_it_is_told(talk):
    elder = talk(elder=True)
    first = await elder.say(start("lock_card"))
    await elder.say(Greet())
    assert len(elder.gateway.asked_for("read_preferences")) == 1
    assert "slot_set" not in kinds(first)


async def test_a_visitor_s_preferences_are_not_known(talk):
    visitor = talk(elder=True)
    visitor.sign_in = None
    turn = await visitor.say(start("lock_card"))
    assert {part.display for part in turn.replies} == {None}
    assert visitor.gateway.asked_for("read_preferences") == []


async def test_a_bank_that_does_not_tell_is_asked_with_the_next_message(talk):
    elder = talk(elder=True)
    good = elder.gateway.answers["read_preferences"]
    elder.gateway.answers["read_preferences"] = ActionResult(outcome="refused", reason="reason_x")
    assert keys(await elder.say(start("lock_card"))) == ["ask_card"]
    elder.gateway.answers["read_preferences"] = good
    turn = await elder.say(Greet())
    assert {part.display for part in turn.replies} == {"elder"}
