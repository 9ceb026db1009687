"""The figures of the bank's documents hold: limits of a transfer, a day, a night; the delay."""

import pytest

from actions.bank.sandbox.ledger import verify
from tests.integration.sandbox.test_operations import balance_of, refused

NIGHT_IN_S = 2 * 3600  # the clock of the tests stands at 20:00 of the bank's day
DAY_S = 24 * 3600


async def payee_of(state, customer_id):
    return (await state(customer_id))["payees"][0]["payee_id"]


@pytest.fixture
def send(change, state):
    async def ask(customer_id, amount, **more):
        payee = more.pop("payee_id", None) or await payee_of(state, customer_id)
        return await change(
            "transfer_money", customer_id=customer_id, payee_id=payee, amount=amount, **more
        )

    return ask


async def orders_of(state, customer_id="C1004"):
    return [o for o in (await state(customer_id))["orders"] if o["kind"] == "transfer_money"]


async def ahead(bank, seconds):
    assert (await bank.post("/sandbox/clock", json={"advance_s": seconds})).is_success


async def test_one_transfer_may_be_fifty_thousand_and_no_more(send, state):
    await refused(await send("C1002", "50000.01"), "transfer_single_limit")
    assert await balance_of(state, "2077", "C1002") == "86300.00"
    assert (await send("C1002", "50000.00")).is_success


async def test_at_night_one_transfer_may_be_twenty_thousand(bank, send):
    assert (await send("C1002", "20000.01")).is_success  # before 22:00
    await ahead(bank, NIGHT_IN_S)
    await refused(await send("C1002", "20000.01"), "transfer_night_limit")
    assert (await send("C1002", "20000.00")).is_success
    await ahead(bank, 8 * 3600 - 1)
    await refused(await send("C1002", "20000.01"), "transfer_night_limit")
    await ahead(bank, 1)
    assert (await send("C1002", "20000.01")).is_success  # 6:00


async def test_a_day_holds_two_hundred_thousand(bank, send):
    for _ in range(4):
        assert (await send("C1004", "50000.00")).is_success
    await refused(await send("C1004", "0.01"), "transfer_daily_limit")
    await ahead(bank, 4 * 3600)  # past midnight
    assert (await send("C1004", "0.01")).is_success


async def test_between_own_accounts_there_are_no_such_limits(change, state):
    accounts = (await state("C1003"))["accounts"]
    own = next(a["account_id"] for a in accounts if a["kind"] == "private")
    moved = await change("transfer_money", customer_id="C1003", to_account=own, amount="60000.00")
    assert moved.is_success
    assert moved.json()["result"]["is_own"] is True


async def test_above_ten_thousand_a_senior_s_money_waits_a_day(bank, send, state):
    before = await balance_of(state, "5566", "C1004")
    now = await send("C1004", "10000.00")
    assert now.json()["result"]["is_delayed"] is False
    later = (await send("C1004", "10000.01")).json()["result"]
    assert later["is_delayed"] is True
    assert later["releases_at"] == "2026-11-23T12:00:00Z"
    assert before == "203917.20"
    assert await balance_of(state, "5566", "C1004") == "183917.19"  # it has left the account
    assert [o["status"] for o in await orders_of(state)] == ["delayed"]
    await ahead(bank, DAY_S - 1)
    assert [o["status"] for o in await orders_of(state)] == ["delayed"]
    await ahead(bank, 1)
    assert [o["status"] for o in await orders_of(state)] == ["sent"]


async def test_somebody_younger_s_money_does_not_wait(send, state):
    assert (await send("C1002", "10000.01")).json()["result"]["is_delayed"] is False
    assert await orders_of(state, "C1002") == []


async def test_what_waits_is_called_back_once_to_where_it_came_from(bank, change, send, state):
    order = (await send("C1004", "20000.00")).json()["result"]["order_id"]
    await ahead(bank, DAY_S - 1)
    back = await change("cancel_transfer", customer_id="C1004", order=order)
    assert back.json()["result"]["balance_after"]["amount"] == "203917.20"
    assert await balance_of(state, "5566", "C1004") == "203917.20"
    again = await change("cancel_transfer", customer_id="C1004", order=order)
    await refused(again, "transfer_already_cancelled")
    await ahead(bank, 10)
    assert [o["status"] for o in await orders_of(state)] == ["cancelled"]


async def test_what_has_gone_out_cannot_be_called_back(bank, change, send):
    order = (await send("C1004", "20000.00")).json()["result"]["order_id"]
    await ahead(bank, DAY_S)
    late = await change("cancel_transfer", customer_id="C1004", order=order)
    await refused(late, "transfer_already_sent")


async def test_nobody_calls_back_somebody_else_s(change, send):
    order = (await send("C1004", "20000.00")).json()["result"]["order_id"]
    other = await change("cancel_transfer", customer_id="C1002", order=order)
    await refused(other, "transfer_not_found")


async def test_a_hold_on_payments_keeps_it_longer(bank, change, send, state):
    await send("C1004", "20000.00")
    await ahead(bank, DAY_S - 60)
    assert (await change("hold_payments", customer_id="C1004")).is_success
    await ahead(bank, 60)
    assert [o["status"] for o in await orders_of(state)] == ["delayed"]
    await ahead(bank, DAY_S)
    assert [o["status"] for o in await orders_of(state)] == ["sent"]


async def test_the_books_balance_through_delay_release_and_return(bank, change, send):
    first = (await send("C1004", "20000.00")).json()["result"]["order_id"]
    await send("C1004", "30000.00")
    await change("cancel_transfer", customer_id="C1004", order=first)
    await ahead(bank, DAY_S)
    await bank.get("/customers/C1004")
    connection = bank._transport.app.state.bank.connection
    verify(connection)
    transit = "SELECT balance_fen FROM accounts WHERE account_id = 'TRANSIT'"
    assert connection.execute(transit).fetchone()[0] == 0


@pytest.mark.parametrize(
    ("customer_id", "amount", "delay_hours", "obstacle"),
    [
        ("C1001", "10.00", 0, None),
        ("C1004", "10000.01", 24, None),
        ("C1002", "50000.01", 0, "transfer_single_limit"),
    ],
)
async def test_the_terms_are_told_beforehand(bank, customer_id, amount, delay_hours, obstacle):
    answer = await bank.get(f"/customers/{customer_id}/transfer-terms", params={"amount": amount})
    assert answer.json() == {"delay_hours": delay_hours, "obstacle": obstacle}
