"""Each change does what it says, and each business rule refuses with its own code."""

import pytest


async def refused(answer, code):
    assert answer.status_code == 409, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json()["sandbox"] is True


async def card_of(state, last4="6688", customer_id="C1001"):
    cards = (await state(customer_id))["cards"]
    return next(card for card in cards if card["last4"] == last4)


async def balance_of(state, last4="6688", customer_id="C1001"):
    accounts = (await state(customer_id))["accounts"]
    return next(a["balance"]["amount"] for a in accounts if a["last4"] == last4)


async def test_card_is_locked_and_unlocked(change, state):
    done = await change("lock_card", card="6688")
    assert done.status_code == 200
    assert done.json()["state"] == "done"
    assert done.json()["sandbox"] is True
    assert done.json()["reference"].startswith("HY20261122-")
    assert (await card_of(state))["status"] == "locked"
    await change("unlock_card", card="6688")
    assert (await card_of(state))["status"] == "active"


async def test_locking_refuses_what_cannot_be_locked(change):
    await refused(await change("lock_card", card="0000"), "card_not_found")
    await refused(await change("lock_card", card="2077"), "card_not_found")
    await refused(await change("lock_card", card="8819", customer_id="C1003"), "card_inactive")
    await change("lock_card", card="6688")
    await refused(await change("lock_card", card="6688"), "card_already_locked")


async def test_unlocking_an_active_card_is_refused(change):
    await refused(await change("unlock_card", card="6688"), "card_not_locked")


async def test_lost_card_takes_no_further_change(change, state):
    assert (await change("report_card_loss", card="6688")).status_code == 200
    assert (await card_of(state))["status"] == "lost"
    for operation in ("lock_card", "unlock_card", "report_card_loss", "activate_card"):
        await refused(await change(operation, card="6688"), "card_lost")


async def test_new_card_is_activated_once(change, state):
    assert (await change("activate_card", card="8819", customer_id="C1003")).status_code == 200
    assert (await card_of(state, "8819", "C1003"))["status"] == "active"
    again = await change("activate_card", card="8819", customer_id="C1003")
    await refused(again, "card_already_active")


async def test_card_limit_changes_within_what_the_account_allows(change, state):
    assert (await change("set_card_limit", card="6688", limit="8000")).status_code == 200
    assert (await card_of(state))["limit"]["amount"] == "8000.00"
    again = await change("set_card_limit", card="6688", limit="8000.00")
    await refused(again, "limit_unchanged")
    await refused(await change("set_card_limit", card="6688", limit="0"), "amount_not_positive")
    high = await change("set_card_limit", card="3021", limit="10000.01")
    await refused(high, "limit_exceeded")
    credit = await change("set_card_limit", card="9105", limit="50000.01", customer_id="C1002")
    await refused(credit, "limit_exceeded")


async def test_address_is_changed(change, state):
    assert (await change("update_address", address="浙江省杭州市上城区新街1号")).status_code == 200
    assert (await state())["address"] == "浙江省杭州市上城区新街1号"
    again = await change("update_address", address="浙江省杭州市上城区新街1号")
    await refused(again, "address_unchanged")


async def test_phone_change_stops_transfers_for_a_day(bank, change, state):
    done = await change("update_phone", new_phone="13900002001")
    assert done.json()["result"]["transfer_cool_off_until"] == "2026-11-23T12:00:00Z"
    assert (await state())["phone"] == "13900002001"
    found = await bank.get("/customers", params={"phone": "13900002001"})
    assert found.json() == {"customer_id": "C1001"}
    transfer = {"payee_id": "P100101", "amount": "10.00"}
    await refused(await change("transfer_money", **transfer), "cool_off_active")
    await bank.post("/sandbox/clock", json={"advance_s": 24 * 3600})
    assert (await change("transfer_money", **transfer)).status_code == 200


async def test_phone_change_refuses_the_same_and_a_foreign_number(change):
    await refused(await change("update_phone", new_phone="13800001001"), "phone_unchanged")
    await refused(await change("update_phone", new_phone="13800001002"), "phone_in_use")


async def test_transfer_books_both_entries(bank, change, state):
    done = await change("transfer_money", payee_id="P100101", amount="500.00", note="买菜")
    result = done.json()["result"]
    assert (result["to_name"], result["to_last4"]) == ("林秀芳", "8899")
    assert result["balance_after"] == {"amount": "11980.55", "currency": "CNY"}
    assert await balance_of(state) == "11980.55"
    entries = bank.ledger.execute(
        "SELECT account_id, amount_fen FROM entries JOIN bank_transactions USING (transaction_id)"
        " WHERE reference = ? ORDER BY amount_fen",
        (done.json()["reference"],),
    ).fetchall()
    assert [tuple(entry) for entry in entries] == [("A100101", -50000), ("CLEARING", 50000)]
    newest = (await bank.get("/customers/C1001/transactions?limit=1")).json()["items"][0]
    assert newest["reference"] == done.json()["reference"]
    assert (newest["counterparty"], newest["note"]) == ("林秀芳", "买菜")


@pytest.mark.parametrize("target", [{"payee_id": "A100102"}, {"to_account": "A100102"}])
async def test_own_account_is_a_valid_payee(change, state, target):
    assert (await change("transfer_money", amount="100", **target)).status_code == 200
    assert await balance_of(state, "6688") == "12380.55"
    assert await balance_of(state, "3021") == "600.00"


async def test_transfer_refuses_for_each_reason(change):
    async def transfer(**body):
        body = {"payee_id": "P100101", "amount": "10.00", **body}
        return await change("transfer_money", **body)

    await refused(await transfer(amount="12480.56"), "insufficient_funds")
    await refused(await transfer(amount="0.00"), "amount_not_positive")
    await refused(await transfer(amount="-5"), "amount_not_positive")
    await refused(await transfer(payee_id="P100201"), "payee_not_found")
    await refused(await transfer(payee_id="A100201"), "payee_not_found")
    await refused(await transfer(from_account="A100201"), "account_not_found")
    await refused(await transfer(payee_id="A100101"), "same_account")
    loan = await transfer(payee_id="A100203", customer_id="C1002")
    await refused(loan, "account_not_eligible")
    credit = await transfer(from_account="9105", payee_id="P100201", customer_id="C1002")
    await refused(credit, "account_not_eligible")


async def test_frozen_account_sends_nothing(bank, change):
    await bank.put("/sandbox/accounts/A100101/status", json={"status": "frozen"})
    answer = await change("transfer_money", payee_id="P100101", amount="1")
    await refused(answer, "account_frozen")


@pytest.mark.parametrize(
    ("operation", "code"), [("lock_card", "card_locked"), ("report_card_loss", "card_lost")]
)
async def test_stopped_card_stops_its_account_from_sending(change, operation, code):
    await change(operation, card="6688")
    await refused(await change("transfer_money", payee_id="P100101", amount="1"), code)


async def test_class_ii_account_sends_at_most_10000_a_day_to_others(bank, change):
    await change("transfer_money", to_account="A100102", amount="12000")
    outside = {"from_account": "3021", "payee_id": "P100101"}
    assert (await change("transfer_money", amount="9999.99", **outside)).status_code == 200
    await refused(await change("transfer_money", amount="0.02", **outside), "limit_exceeded")
    own = await change("transfer_money", from_account="3021", to_account="A100101", amount="1000")
    assert own.status_code == 200
    await bank.post("/sandbox/clock", json={"advance_s": 24 * 3600})
    assert (await change("transfer_money", amount="0.02", **outside)).status_code == 200


@pytest.mark.parametrize(
    ("operation", "body", "field"),
    [
        ("lock_card", {"card": "66888"}, "card"),
        ("update_phone", {"new_phone": "23800001001"}, "new_phone"),
        ("transfer_money", {"payee_id": "P100101", "amount": "1.001"}, "amount"),
        ("transfer_money", {"payee_id": "P100101", "amount": "1", "currency": "USD"}, "currency"),
        ("transfer_money", {"payee_id": "P100101", "amount": "1", "colour": "red"}, "colour"),
    ],
)
async def test_invalid_request_names_the_field(change, effects, operation, body, field):
    answer = await change(operation, **body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert await effects() == 0


async def test_transfer_without_or_with_two_targets_is_invalid(change):
    for target in ({}, {"payee_id": "P100101", "to_account": "A100102"}):
        answer = await change("transfer_money", amount="1", **target)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_unknown_customer_and_unknown_change_are_404(change):
    answer = await change("lock_card", card="6688", customer_id="C9999")
    assert (answer.status_code, answer.json()["code"]) == (404, "customer_not_found")
    answer = await change("print_money")
    assert (answer.status_code, answer.json()["code"]) == (404, "operation_unknown")
