"""Same key, same effect, once."""

import asyncio

TRANSFER = {"payee_id": "P100101", "amount": "500.00"}


async def test_same_key_returns_the_first_result(change, state, effects):
    first = await change("transfer_money", key="once", **TRANSFER)
    again = await change("transfer_money", key="once", **TRANSFER)
    assert again.json() == first.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (await state())["accounts"][0]["balance"]["amount"] == "11980.55"
    assert await effects() == 1


async def test_same_key_with_another_body_is_refused_and_changes_nothing(change, effects):
    await change("transfer_money", key="once", **TRANSFER)
    for operation, body in (
        ("transfer_money", {**TRANSFER, "amount": "500.01"}),
        ("lock_card", {"card": "6688"}),
    ):
        answer = await change(operation, key="once", **body)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await effects() == 1


async def test_refusal_is_stored_and_replayed(change):
    first = await change("unlock_card", key="once", card="6688")
    await change("lock_card", card="6688")
    again = await change("unlock_card", key="once", card="6688")
    assert again.status_code == first.status_code == 409
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"


async def test_twenty_at_once_with_one_key_have_one_effect(change, effects, state):
    answers = await asyncio.gather(
        *(change("transfer_money", key="once", **TRANSFER) for _ in range(20))
    )
    assert {answer.json()["reference"] for answer in answers} == {answers[0].json()["reference"]}
    assert await effects() == 1
    assert (await state())["accounts"][0]["balance"]["amount"] == "11980.55"


async def test_change_without_a_key_is_refused(bank, effects):
    answer = await bank.post("/operations/lock_card", json={"customer_id": "C1001", "card": "6688"})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert await effects() == 0


async def test_status_tells_how_a_change_ended(bank, change):
    done = await change("lock_card", key="done", card="6688")
    await change("lock_card", key="refused", card="6688")
    status = (await bank.get("/operations/status", params={"key": "done"})).json()
    assert (status["state"], status["reference"]) == ("done", done.json()["reference"])
    assert status["result"] == {"card": "6688", "status": "locked"}
    status = (await bank.get("/operations/status", params={"key": "refused"})).json()
    assert (status["state"], status["code"]) == ("refused", "card_already_locked")
    missing = await bank.get("/operations/status", params={"key": "never"})
    assert (missing.status_code, missing.json()["code"]) == (404, "operation_not_found")


async def test_journal_lists_each_effect_once_with_its_key(bank, change):
    for _ in range(2):
        await change("lock_card", key="first", card="6688")
    await change("lock_card", key="refused", card="6688")
    entries = (await bank.get("/sandbox/journal")).json()["entries"]
    assert [entry["key"] for entry in entries] == ["first"]
    assert entries[0]["effects"] == [
        {"entity": "card", "id": "6688", "field": "status", "before": "active", "after": "locked"}
    ]
