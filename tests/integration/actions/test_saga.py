"""A task of several changes ends with all of them or with none, wherever its worker is killed."""

import asyncio
from datetime import timedelta

import pytest

from actions.catalogue import ACTIONS
from actions.registry import slot_names
from actions.saga import Step, saga
from assistant.errors import BankUnavailable
from assistant.model.assurance import Assurance
from assistant.model.ids import ActionName
from assistant.model.outcome import HALF_DONE
from assistant.model.release import ActionPolicy
from tests.integration.actions.world import POLICIES, request

NAME = ActionName("guard_cards")
TASK = saga(
    NAME,
    slot_names("card", "note_text", "card_limit"),
    (
        Step(
            does=ACTIONS[ActionName("lock_card")],
            slots=lambda slots, _: {"card": slots["card"]},
            undoes=ACTIONS[ActionName("unlock_card")],
            undo_slots=lambda slots, _: {"card": slots["card"]},
        ),
        Step(
            does=ACTIONS[ActionName("set_card_limit")],
            slots=lambda slots, _: {"card": slots["note_text"], "card_limit": slots["card_limit"]},
        ),
    ),
)
"""Locks one card and lowers the limit of the other."""

SLOTS = {"card": "6688", "note_text": "3021", "card_limit": "800"}
POLICY = {**POLICIES, NAME: ActionPolicy(action=NAME, level=Assurance.BOUND_CARD, confirmed=True)}


class Killed(BaseException):
    """The process is no more."""


class Deadly:
    """A bank at whose n-th change the worker dies, before or after the commit."""

    def __init__(self, bank, call, *, after):
        self.bank, self.left, self.after = bank, call, after

    def __getattr__(self, name):
        return getattr(self.bank, name)

    async def operation(self, *given):
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        answer = await self.bank.operation(*given)
        if self.left == 0:
            raise Killed
        return answer


class Unreachable(Deadly):
    """A bank that cannot be reached for its n-th change."""

    async def operation(self, *given):
        self.left -= 1
        if self.left == 0:
            raise BankUnavailable
        return await self.bank.operation(*given)


def gateway(world, **changes):
    return world.gateway(table={**ACTIONS, NAME: TASK}, policies=POLICY, **changes)


def confirmed(world):
    return request(NAME, SLOTS, gateway=gateway(world), confirmed_at=world.clock.now())


async def kill(world, call, *, after):
    dying = gateway(world, bank=Deadly(world.bank, call, after=after), owner="dying")
    asked = confirmed(world)
    with pytest.raises(Killed):
        await dying.run(asked)
    world.clock.advance(61)
    return asked


async def operations(world):
    return [entry["operation"] for entry in await world.journal()]


async def limit_of(world, last4):
    cards = (await world.state())["cards"]
    return next(card["limit"]["amount"] for card in cards if card["last4"] == last4)


async def test_all_of_it_is_done_once(world):
    asked = confirmed(world)
    result = await gateway(world).run(asked)
    assert result.outcome == "done"
    assert result.facts["card_status"] == "locked"
    assert result.facts["limit"]["amount"] == "800.00"
    assert await gateway(world).run(asked) == result
    assert await operations(world) == ["lock_card", "set_card_limit"]


async def test_a_refused_part_takes_back_what_went_before(world):
    await world.plan("set_card_limit", "refuse")
    before = await limit_of(world, "3021")
    asked = confirmed(world)
    result = await gateway(world).run(asked)
    assert result.outcome == "refused"
    assert result.reason
    assert await operations(world) == ["lock_card", "unlock_card"]
    assert (await world.status_of("6688"), await limit_of(world, "3021")) == ("active", before)
    assert await gateway(world).run(asked) == result
    assert await gateway(world).reconcile() == []


async def test_a_bank_out_of_reach_half_way_takes_back_what_went_before(world):
    result = await gateway(world, bank=Unreachable(world.bank, 2, after=False)).run(
        confirmed(world)
    )
    assert (result.outcome, result.reason) == ("refused", "reason_bank_unavailable")
    assert await operations(world) == ["lock_card", "unlock_card"]


async def test_a_bank_out_of_reach_from_the_start_may_be_asked_again(world):
    asked = confirmed(world)
    result = await gateway(world, bank=Unreachable(world.bank, 1, after=False)).run(asked)
    assert (result.outcome, result.reason) == ("refused", "reason_bank_unavailable")
    assert (await gateway(world).run(asked)).outcome == "done"


@pytest.mark.parametrize("after", [False, True], ids=["before commit", "after commit"])
@pytest.mark.parametrize("call", [1, 2])
@pytest.mark.parametrize("by", ["the turn", "housekeeping"])
async def test_killed_at_any_part_another_worker_carries_on(world, call, after, by):
    asked = await kill(world, call, after=after)
    restarted = gateway(world, owner="restarted")
    if by == "the turn":
        assert (await restarted.run(asked)).outcome == "done"
    else:
        settled = {each.action: each.result for each in await restarted.reconcile()}
        assert settled[NAME].outcome == "done"
        assert settled[NAME].idempotency_key == restarted.key(asked)
    assert await operations(world) == ["lock_card", "set_card_limit"]
    assert (await restarted.run(asked)).outcome == "done"
    assert await restarted.reconcile() == []


@pytest.mark.parametrize("after", [False, True], ids=["before commit", "after commit"])
@pytest.mark.parametrize("by", ["the turn", "housekeeping"])
async def test_killed_while_taking_back_another_worker_takes_it_back(world, after, by):
    await world.plan("set_card_limit", "refuse")
    asked = await kill(world, 3, after=after)
    restarted = gateway(world, owner="restarted")
    if by == "the turn":
        assert (await restarted.run(asked)).outcome == "refused"
    else:
        settled = {each.action: each.result for each in await restarted.reconcile()}
        assert settled[NAME].outcome == "refused"
    assert await operations(world) == ["lock_card", "unlock_card"]
    assert await world.status_of("6688") == "active"


async def test_a_lost_answer_half_way_is_unknown_and_then_carried_on(world):
    await world.plan("set_card_limit", "timeout_after_commit")
    asked = confirmed(world)
    assert (await gateway(world).run(asked)).outcome == "unknown"
    settled = {each.action: each.result for each in await gateway(world).reconcile()}
    assert settled[NAME].outcome == "done"
    assert await operations(world) == ["lock_card", "set_card_limit"]


async def test_the_day_after_nothing_more_is_begun(world):
    """The yes has lapsed: what was begun is taken back instead."""
    asked = await kill(world, 1, after=True)
    world.clock.advance(timedelta(days=1).total_seconds())
    await gateway(world).reconcile()  # what became of the first part
    settled = {each.action: each.result for each in await gateway(world).reconcile()}
    assert (settled[NAME].outcome, settled[NAME].reason) == (
        "refused",
        "reason_confirmation_expired",
    )
    assert await operations(world) == ["lock_card", "unlock_card"]
    assert (await gateway(world).run(asked)).outcome == "refused"


async def test_what_cannot_be_taken_back_is_unknown_and_for_a_colleague(world):
    await world.plan("set_card_limit", "refuse")
    await world.plan("unlock_card", "refuse")
    asked = confirmed(world)
    result = await gateway(world).run(asked)
    assert (result.outcome, result.reason) == ("unknown", HALF_DONE)
    assert await world.status_of("6688") == "locked"
    [settled] = await gateway(world).reconcile()
    assert (settled.result.outcome, settled.result.reason) == ("unknown", HALF_DONE)
    assert await operations(world) == ["lock_card"]


@pytest.mark.parametrize("after", [False, True], ids=["before commit", "after commit"])
@pytest.mark.parametrize("call", [1, 2])
async def test_a_visit_is_moved_once_wherever_its_worker_is_killed(world, call, after):
    visit = {
        "branch": "B0101",
        "visit_day": "2026-11-24",
        "visit_time": "15:00",
        "contact_phone": "13800001001",
    }
    booked = await world.gateway().run(request("book_branch", visit, gateway=world.gateway()))
    moved = {
        **visit,
        "visit_time": "16:00",
        "old_visit": booked.facts["appointment_id"],
    }
    asked = request("move_visit", moved, gateway=world.gateway(), confirmed_at=world.clock.now())
    dying = world.gateway(bank=Deadly(world.bank, call, after=after), owner="dying")
    with pytest.raises(Killed):
        await dying.run(asked)
    world.clock.advance(61)
    result = await world.gateway(owner="restarted").run(asked)
    assert result.outcome == "done"
    assert result.facts["starts_at"] == "2026-11-24 16:00"
    assert result.facts["cancelled_starts_at"] == "2026-11-24 15:00"
    assert await operations(world) == ["book_branch", "book_branch", "cancel_visit"]
    states = [each["status"] for each in (await world.state())["appointments"]]
    assert states == ["cancelled", "booked"]


async def test_two_workers_come_to_the_same_end(world):
    asked = confirmed(world)
    workers = [gateway(world, owner=f"w{n}") for n in range(3)]
    results = await asyncio.gather(*(each.run(asked) for each in workers))
    assert {result.outcome for result in results} <= {"done", "unknown"}
    assert (await gateway(world).run(asked)).outcome == "done"
    assert await operations(world) == ["lock_card", "set_card_limit"]


def test_a_step_that_cannot_be_taken_back_must_be_the_last():
    step = Step(does=ACTIONS[ActionName("lock_card")], slots=lambda slots, _: slots)
    with pytest.raises(ValueError, match="takes it back"):
        saga("twice", slot_names("card"), (step, step))
