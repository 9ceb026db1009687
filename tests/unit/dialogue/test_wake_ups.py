"""What is due later: kept, claimed by one, told once and honestly, not within quiet hours."""

from dataclasses import replace

import pytest

from assistant.adapters.database import open_engine
from assistant.adapters.schema import upgrade
from assistant.adapters.wake_ups import SqlWakeUps
from assistant.model.commands import Affirm
from assistant.model.events import SlotSet
from assistant.ports import ActionResult
from assistant.wake_ups import LEASE_S, WakeUps
from tests.unit.dialogue.bank import DOMAIN, FLOWS, RESPONSES
from tests.unit.dialogue.talk import Talk, Watched, give, keys, start

POLICIES = """\
actions:
  lock_card: {level: 0, confirm: true, undo: {never: true}, wake: {at: due}}
  transfer_money:
    level: 0
    confirm: true
    undo: {never: true}
    wake: {at: due, protective: true}
"""
SAID = """\
  utter_wake_lock_card: [{text: "尾号 {card}：{news}。"}]
  utter_wake_transfer_money: [{text: "{news}。"}]
"""
DUE = "2026-11-23T12:00:00Z"
DAY_S = 24 * 3600


@pytest.fixture
async def store(tmp_path):
    url = f"sqlite:///{tmp_path}/guitai.db"
    await upgrade(url)
    engine = open_engine(url)
    yield SqlWakeUps(engine)
    await engine.dispose()


@pytest.fixture
def talk(pack, gateway, store):
    for action in ("lock_card", "transfer_money"):
        gateway.answers[action] = ActionResult(
            outcome="done", receipt_id="L1", facts={"card": "6688", "due": DUE}
        )
        gateway.answers[f"wake_{action}"] = ActionResult(outcome="done", facts={"news": "已到期"})
    made = Talk(pack(FLOWS, DOMAIN, RESPONSES + SAID, POLICIES), gateway=gateway)
    made.assistant = replace(made.assistant, ports=replace(made.assistant.ports, wake_ups=store))
    return made


def process(talk):
    """As after a restart: nothing is known but what is stored."""
    return WakeUps(ports=talk.assistant.ports, conversations=talk.assistant.conversations)


async def lock(talk):
    await talk.say(start("lock_card"), give("card", "6688"))
    return await talk.say(Affirm())


def told(talk):
    events = Watched.logs[-1].tracker.events
    return [e.part.text for e in events if e.type == "said" and "已到期" in e.part.text]


async def test_it_is_told_when_it_is_due_once_by_one_process(talk):
    assert keys(await lock(talk)) == ["done"]
    talk.clock.advance(DAY_S - 1)
    assert await process(talk).ring() == 0
    talk.clock.advance(1)
    assert [await process(talk).ring() for _ in range(3)] == [1, 0, 0]
    assert told(talk) == ["尾号 6688：已到期。"]


async def test_two_processes_never_claim_the_same(talk, store):
    await lock(talk)
    talk.clock.advance(DAY_S)
    (mine,) = await store.claim(talk.clock.now(), LEASE_S)
    assert await store.claim(talk.clock.now(), LEASE_S) == ()
    talk.clock.advance(LEASE_S)
    (theirs,) = await store.claim(talk.clock.now(), LEASE_S)  # the first one vanished
    assert not await store.end(mine, talk.clock.now())
    assert await store.end(theirs, talk.clock.now())


async def test_who_vanished_after_telling_does_not_tell_again(talk, store):
    await lock(talk)
    talk.clock.advance(DAY_S)
    (mine,) = await store.claim(talk.clock.now(), LEASE_S)
    async with talk.assistant.conversations.hold_any(talk.conversation_id) as held:
        assert (await process(talk)._tell(held, mine))[0]
    talk.clock.advance(LEASE_S)
    assert await process(talk).ring() == 0
    assert len(told(talk)) == 1


async def test_what_the_bank_does_not_confirm_is_not_said_and_asked_again(talk):
    await lock(talk)
    talk.gateway.answers["wake_lock_card"] = ActionResult(outcome="refused", reason="reason_x")
    talk.clock.advance(DAY_S)
    assert await process(talk).ring() == 0
    assert told(talk) == []
    talk.gateway.answers["wake_lock_card"] = ActionResult(outcome="done", facts={"news": "已到期"})
    assert await process(talk).ring() == 0
    talk.clock.advance(60)
    assert await process(talk).ring() == 1


async def test_what_no_longer_holds_is_never_said(talk):
    await lock(talk)
    talk.gateway.answers["wake_lock_card"] = ActionResult(outcome="done", skip=True)
    talk.clock.advance(DAY_S)
    assert await process(talk).ring() == 0
    talk.clock.advance(DAY_S)
    assert await process(talk).ring() == 0
    assert told(talk) == []


async def quiet(talk, hours):
    async with talk.assistant.conversations.hold_any(talk.conversation_id) as held:
        held.log.add(SlotSet, slot="quiet_hours", value=hours, origin="action")
        await held.flush()


async def test_quiet_hours_put_it_off_until_their_end(talk):
    await lock(talk)
    await quiet(talk, "19:00-08:00")  # it is due at 20:00 of the bank's day
    talk.clock.advance(DAY_S)
    assert await process(talk).ring() == 0
    talk.clock.advance(12 * 3600 - 1)
    assert await process(talk).ring() == 0
    talk.clock.advance(1)
    assert await process(talk).ring() == 1


async def test_what_protects_is_told_within_quiet_hours_too(talk):
    await talk.say(start("transfer_money"), give("payee", "妈妈"), give("amount", "5.00"))
    await talk.say(Affirm())
    await quiet(talk, "19:00-08:00")
    talk.clock.advance(DAY_S)
    assert await process(talk).ring() == 1


@pytest.mark.parametrize("hours", ["21:00-08:00", "08:00-19:59", None, ""])
async def test_outside_of_them_it_is_told_at_once(talk, hours):
    await lock(talk)
    await quiet(talk, hours)
    talk.clock.advance(DAY_S)
    assert await process(talk).ring() == 1
