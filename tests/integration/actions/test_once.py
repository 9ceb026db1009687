"""A change happens at most once for each key, whatever breaks and whoever asks again."""

import asyncio
import itertools
from dataclasses import replace

from actions.ledger import Ledger
from actions.ledger_rows import Claim, Intent
from actions.ledger_store import database_time
from actions.settlement import Patience
from assistant.errors import BankUnavailable
from assistant.model.assurance import Assurance
from assistant.model.ids import FrameId
from tests.integration.actions.world import request, slower

LOCK = {"card": "6688"}


async def test_the_same_request_twice_has_one_effect_and_one_answer(world, gateway):
    asked = request("lock_card", LOCK, gateway=gateway)
    first = await gateway.run(asked)
    assert first.outcome == "done"
    assert await gateway.run(asked) == first
    assert len(await world.journal()) == 1


async def test_started_again_it_is_a_new_intent(world, gateway):
    asked = request("lock_card", LOCK, gateway=gateway)
    await gateway.run(asked)
    again = await gateway.run(asked.model_copy(update={"epoch": FrameId("f_2")}))
    assert (again.outcome, again.reason) == ("refused", "reason_card_already_locked")


async def test_twenty_at_once_have_one_effect(world):
    gateways = [world.gateway(owner=f"w{n}") for n in range(4)]
    asked = request("lock_card", LOCK, gateway=gateways[0])
    results = await asyncio.gather(*(gateways[n % 4].run(asked) for n in range(20)))
    assert {result.outcome for result in results} <= {"done", "unknown"}
    assert any(result.outcome == "done" for result in results)
    assert len(await world.journal()) == 1
    assert (await gateways[0].run(asked)).outcome == "done"


async def test_a_lost_answer_is_unknown_and_then_settled_as_done(world, gateway):
    await world.plan("lock_card", "timeout_after_commit")
    asked = request("lock_card", LOCK, gateway=gateway)
    lost = await gateway.run(asked)
    assert lost.outcome == "unknown"
    assert lost.idempotency_key == gateway.key(asked)

    [settled] = await gateway.reconcile(asked.conversation_id)
    assert settled.result.outcome == "done"
    assert settled.result.facts["card_status"] == "locked"
    assert settled.epoch == asked.epoch
    assert await gateway.reconcile() == []
    assert await gateway.run(asked) == settled.result
    assert len(await world.journal()) == 1


async def test_settled_and_heard_at_once_say_the_same(world, gateway):
    asked = request("lock_card", LOCK, gateway=gateway)
    heard = await gateway.run(asked)
    key = gateway.key(asked)
    found = await world.bank.operation_status(key)
    action = gateway.table[asked.action]
    assert action.report(found).facts == heard.facts


async def test_asked_again_after_a_lost_answer_the_bank_does_it_once(world, gateway):
    await world.plan("lock_card", "timeout_after_commit")
    asked = request("lock_card", LOCK, gateway=gateway)
    assert (await gateway.run(asked)).outcome == "unknown"
    assert (await gateway.run(asked)).outcome == "done"
    assert len(await world.journal()) == 1


async def test_killed_between_the_banks_commit_and_ours_it_is_replayed(world, gateway):
    asked = request("lock_card", LOCK, gateway=gateway)
    claim = await _claim_and_send_without_finishing(world, gateway, asked)
    assert isinstance(claim, Claim)
    [row] = await world.rows()
    assert row["state"] == "sending"

    restarted = world.gateway(owner="restarted")
    assert (await restarted.run(asked)).outcome == "unknown"  # the lease may be somebody's
    world.clock.advance(61)
    assert (await restarted.run(asked)).outcome == "done"
    assert len(await world.journal()) == 1


async def test_killed_while_sending_reconciliation_finds_it_after_the_lease(world, gateway):
    asked = request("lock_card", LOCK, gateway=gateway)
    await _claim_and_send_without_finishing(world, gateway, asked)
    assert await gateway.reconcile() == []
    world.clock.advance(61)
    [settled] = await world.gateway().reconcile()
    assert settled.result.outcome == "done"


async def test_a_lease_that_lapses_during_the_call_gives_one_effect_and_one_truth(world):
    await world.plan("lock_card", "slow", delay_ms=150)
    slow = world.gateway(bank=slower(world.bank, 2), owner="slow")
    asked = request("lock_card", LOCK, gateway=slow)
    running = asyncio.create_task(slow.run(asked))
    await asyncio.sleep(0.05)
    world.clock.advance(61)
    second = await world.gateway(owner="second").run(asked)
    first = await running
    assert first.outcome == second.outcome == "done"
    assert first.facts == second.facts
    assert len(await world.journal()) == 1
    [row] = await world.rows()
    assert (row["state"], row["fence"], row["attempts"]) == ("done", 2, 2)


async def test_a_worker_that_holds_the_intent_makes_the_second_wait_for_its_end(world):
    await world.plan("lock_card", "slow", delay_ms=100)
    patient = world.gateway(bank=slower(world.bank, 10))
    asked = request("lock_card", LOCK, gateway=patient)
    waiting = world.gateway(patience=type(patient.patience)(polls=1000, poll_s=0.01))
    first, second = await asyncio.gather(patient.run(asked), waiting.run(asked))
    assert first == second
    assert first.outcome == "done"
    assert len(await world.journal()) == 1


async def test_a_cancelled_turn_does_not_cancel_the_action(world):
    await world.plan("lock_card", "slow", delay_ms=100)
    gateway = world.gateway(bank=slower(world.bank, 2))
    asked = request("lock_card", LOCK, gateway=gateway)
    turn = asyncio.create_task(gateway.run(asked))
    await asyncio.sleep(0.05)
    turn.cancel()
    await asyncio.sleep(0.3)
    [row] = await world.rows()
    assert row["state"] == "done"


async def test_nothing_sent_is_refused_and_may_be_tried_again(world, gateway):
    asked = request("lock_card", LOCK, gateway=gateway)
    away = world.gateway(bank=_Unreachable())
    result = await away.run(asked)
    assert (result.outcome, result.reason) == ("refused", "reason_bank_unavailable")
    assert (await world.rows())[0]["state"] == "intended"
    assert (await gateway.run(asked)).outcome == "done"


async def test_unreachable_after_a_lost_answer_stays_unknown(world, gateway):
    await world.plan("lock_card", "timeout_after_commit")
    asked = request("lock_card", LOCK, gateway=gateway)
    await gateway.run(asked)
    assert (await world.gateway(bank=_Unreachable()).run(asked)).outcome == "unknown"
    [settled] = await gateway.reconcile()
    assert settled.result.outcome == "done"


async def test_a_change_the_bank_never_saw_is_told_so_only_after_three_answers(world, gateway):
    await world.plan("lock_card", "timeout_before")
    asked = request("lock_card", LOCK, gateway=gateway)
    assert (await gateway.run(asked)).outcome == "unknown"
    assert await gateway.reconcile() == []
    world.clock.advance(5)
    assert await gateway.reconcile() == []
    world.clock.advance(5)
    assert await gateway.reconcile() == []  # three answers, but too close together
    world.clock.advance(25)
    [settled] = await gateway.reconcile()
    assert settled.result.reason == "reason_not_carried_out"
    assert (await gateway.run(asked)).reason == "reason_not_carried_out"
    assert await world.journal() == []


async def test_the_bank_is_asked_with_growing_pauses(world, gateway):
    await world.plan("lock_card", "timeout_before")
    asked = request("lock_card", LOCK, gateway=gateway)
    await gateway.run(asked)
    asking = Patience(checks=1000, bank_timeout_s=10)
    gateway = world.gateway(patience=asking)
    for _ in range(300):
        await gateway.reconcile()
        world.clock.advance(2)
    [change] = await gateway.ledger.unsettled()
    pauses = [
        (later - earlier).total_seconds()
        for earlier, later in itertools.pairwise(change.not_found_at)
    ]
    assert len(pauses) < 25
    assert pauses[0] <= 2
    assert 40 <= max(pauses) <= 62
    await gateway.reconcile(asked.conversation_id)  # the customer asks: at once
    assert len((await gateway.ledger.unsettled())[0].not_found_at) == len(pauses) + 2


async def test_a_bank_without_idempotency_is_sent_nothing_again_and_believed_nothing(world):
    await world.plan("lock_card", "timeout_before")
    gateway = world.gateway(bank_honours_keys=False)
    asked = request("lock_card", LOCK, gateway=gateway)
    assert (await gateway.run(asked)).outcome == "unknown"
    assert (await gateway.run(asked)).outcome == "unknown"
    for _ in range(6):
        world.clock.advance(30)
        assert await gateway.reconcile(asked.conversation_id) == []
    assert await world.journal() == []


async def test_a_worker_that_waits_for_the_bank_keeps_its_lease(world):
    await world.plan("lock_card", "slow", delay_ms=600)
    slow = world.gateway(bank=slower(world.bank, 2), owner="slow", lease_s=0.15)
    slow = replace(slow, ledger=replace(slow.ledger, lease_time=database_time))
    asked = request("lock_card", LOCK, gateway=slow)
    running = asyncio.create_task(slow.run(asked))
    await asyncio.sleep(0.4)
    other = world.gateway(owner="other")
    other = replace(other, ledger=replace(other.ledger, lease_time=database_time))
    assert (await other.run(asked)).outcome in {"unknown", "done"}
    assert (await running).outcome == "done"
    [row] = await world.rows()
    assert (row["state"], row["fence"], row["attempts"]) == ("done", 1, 1)


async def test_a_level_that_decayed_does_not_hide_how_it_ended(world, gateway):
    await world.plan("lock_card", "timeout_after_commit")
    asked = request("lock_card", LOCK, gateway=gateway)
    assert (await gateway.run(asked)).outcome == "unknown"
    later = asked.model_copy(update={"assurance": Assurance.VISITOR, "confirmed_digest": None})
    assert (await gateway.run(later)).outcome == "done"
    assert len(await world.journal()) == 1


async def test_a_bank_that_is_down_settles_nothing(world, gateway):
    await world.plan("lock_card", "timeout_after_commit")
    asked = request("lock_card", LOCK, gateway=gateway)
    await gateway.run(asked)
    await world.plan("operation_status", "error_500")
    assert await gateway.reconcile() == []
    assert len(await gateway.reconcile()) == 1


async def test_a_refusal_whose_answer_was_lost_is_settled_as_refused(world, gateway):
    await gateway.run(request("lock_card", LOCK, gateway=gateway))
    again = request("lock_card", LOCK, gateway=gateway, epoch=FrameId("f_9"))
    claim = await _claim_and_send_without_finishing(world, gateway, again)
    assert isinstance(claim, Claim)
    world.clock.advance(61)
    [settled] = await gateway.reconcile()
    assert settled.result.reason == "reason_card_already_locked"


async def test_secret_slots_never_reach_the_ledger(world):
    gateway = world.gateway()
    asked = request("lock_card", {**LOCK, "code": "246810"}, gateway=gateway)
    await gateway.run(asked)
    assert "246810" not in str(await world.rows())


class _Unreachable:
    """A bank behind a cut cable."""

    def __getattr__(self, name):
        async def fail(*_, **__):
            raise BankUnavailable

        return fail


async def _claim_and_send_without_finishing(world, gateway, asked):
    """What a killed worker leaves behind: the bank has done it, our row says `sending`."""
    digest = gateway.digest(asked.action, asked.slots)
    key = gateway.key(asked)
    intent = Intent(
        key=key,
        conversation_id=asked.conversation_id,
        customer_id=asked.customer_id,
        action=asked.action,
        epoch=asked.epoch,
        arguments=LOCK,
        arguments_sha256=digest,
    )
    ledger = Ledger(engine=world.engine, clock=world.clock, owner="killed")
    claim = await ledger.begin(intent)
    await world.control.post(
        f"/operations/{asked.action}",
        json={"customer_id": asked.customer_id, "card": "6688"},
        headers={"Idempotency-Key": key},
    )
    return claim
