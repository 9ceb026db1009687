"""Planned faults strike exactly where and as often as planned."""

import asyncio
from time import perf_counter

import pytest


@pytest.fixture
def plan(bank):
    async def ask(kind, operation="lock_card", **more):
        body = {"operation": operation, "kind": kind, **more}
        assert (await bank.post("/sandbox/faults", json=body)).status_code == 201

    return ask


async def test_timeout_before_has_no_effect(plan, change, effects):
    await plan("timeout_before", delay_ms=20)
    assert (await change("lock_card", key="k", card="6688")).status_code == 500
    assert await effects() == 0
    assert (await change("lock_card", key="k", card="6688")).status_code == 200


async def test_timeout_after_commit_has_its_effect_once(bank, plan, change, effects):
    await plan("timeout_after_commit", delay_ms=20)
    assert (await change("lock_card", key="k", card="6688")).status_code == 500
    assert await effects() == 1
    status = (await bank.get("/operations/status", params={"key": "k"})).json()
    assert status["state"] == "done"
    again = await change("lock_card", key="k", card="6688")
    assert again.headers["idempotent-replayed"] == "true"
    assert await effects() == 1


async def test_effect_stands_when_the_caller_gives_up_waiting(plan, change, effects):
    await plan("timeout_after_commit")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await change("lock_card", card="6688")
    assert await effects() == 1


async def test_error_500_strikes_before_the_effect_or_after_it_on_request(plan, change, effects):
    await plan("error_500")
    assert (await change("lock_card", card="6688")).json()["code"] == "fault_error_500"
    assert await effects() == 0
    await plan("error_500", after_commit=True)
    assert (await change("lock_card", card="6688")).status_code == 500
    assert await effects() == 1


async def test_refusal_by_fault_is_final_under_its_key(plan, change, effects):
    await plan("refuse")
    for _ in range(2):
        answer = await change("lock_card", key="k", card="6688")
        assert (answer.status_code, answer.json()["code"]) == (409, "refused_by_fault")
    assert (await change("lock_card", card="6688")).status_code == 200
    assert await effects() == 1


async def test_refusal_by_fault_does_not_undo_what_was_done(plan, change):
    await change("lock_card", key="k", card="6688")
    await plan("refuse")
    assert (await change("lock_card", key="k", card="6688")).status_code == 200


async def test_slow_works_after_its_delay(plan, change):
    await plan("slow", delay_ms=60)
    started = perf_counter()
    assert (await change("lock_card", card="6688")).status_code == 200
    assert perf_counter() - started >= 0.06


async def test_holding_one_call_does_not_hold_up_others(bank, plan, change):
    await plan("timeout_before", delay_ms=400)
    held = asyncio.create_task(change("lock_card", card="6688"))
    await asyncio.sleep(0.01)
    started = perf_counter()
    assert (await bank.get("/customers/C1001/cards")).status_code == 200
    assert perf_counter() - started < 0.2
    assert (await held).status_code == 500


async def test_fault_strikes_as_often_as_planned_and_only_its_operation(bank, plan, change):
    await plan("error_500", times=2)
    assert (await change("report_card_loss", card="3021")).status_code == 200
    answers = [(await change("lock_card", card="6688")).status_code for _ in range(3)]
    assert answers == [500, 500, 200]
    assert (await bank.get("/sandbox/faults")).json() == {"faults": []}


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("check_balance", "/customers/C1001/accounts"),
        ("query_transactions", "/customers/C1001/transactions"),
        ("operation_status", "/operations/status?key=k"),
    ],
)
async def test_reads_have_faults_too(bank, plan, operation, path):
    await plan("error_500", operation)
    await plan("refuse", operation)
    assert (await bank.get(path)).status_code == 500
    assert (await bank.get(path)).json()["code"] == "refused_by_fault"


async def test_forgotten_faults_strike_no_more(bank, plan, change):
    await plan("error_500", times=9)
    listed = (await bank.get("/sandbox/faults")).json()["faults"]
    assert [(fault["operation"], fault["times"]) for fault in listed] == [("lock_card", 9)]
    assert (await bank.delete("/sandbox/faults")).status_code == 204
    assert (await change("lock_card", card="6688")).status_code == 200


async def test_unknown_kind_of_fault_is_invalid(bank):
    answer = await bank.post("/sandbox/faults", json={"operation": "lock_card", "kind": "flood"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
