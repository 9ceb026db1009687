"""The sample bank is exactly the one that was promised, and its books balance."""

import sqlite3
from datetime import date
from itertools import pairwise

import pytest

from actions.bank.sandbox.database import template
from actions.bank.sandbox.ledger import verify
from actions.bank.sandbox.seed.identity import is_card_number, is_id_number

CUSTOMERS = ["C1001", "C1002", "C1003", "C1004", "C1005", "C1006"]
BALANCES = {
    ("C1001", "6688"): "12480.55",
    ("C1001", "3021"): "500.00",
    ("C1002", "2077"): "86300.00",
    ("C1002", "9105"): "6213.40",
    ("C1003", "8818"): "1260000.00",
    ("C1004", "5566"): "203917.20",
    ("C1005", "4312"): "54020.10",
    ("C1006", "1180"): "7905.00",
}
PEOPLE = {
    "C1001": ("林晓", 24, "新芽", ("C2", True)),
    "C1002": ("陈嘉", 33, "锐进", ("C3", True)),
    "C1003": ("赵明远", 47, "达远", ("C5", True)),
    "C1004": ("孙桂兰", 68, "颐泰", ("C1", True)),
    "C1005": ("周海", 41, "锐进", ("C3", False)),
    "C1006": ("马文", 52, "达远", None),
}
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(("customer_id", "last4"), BALANCES)
async def test_balance_is_the_promised_one(state, customer_id, last4):
    accounts = (await state(customer_id))["accounts"]
    account = next(account for account in accounts if account["last4"] == last4)
    assert account["balance"] == {"amount": BALANCES[customer_id, last4], "currency": "CNY"}


@pytest.mark.parametrize("customer_id", CUSTOMERS)
async def test_person_is_the_promised_one(state, customer_id):
    person = await state(customer_id)
    born = date.fromisoformat(person["birth_date"])
    age = TODAY.year - born.year - ((TODAY.month, TODAY.day) < (born.month, born.day))
    risk = person["risk"] and (
        person["risk"]["level"],
        date.fromisoformat(person["risk"]["valid_until"]) >= TODAY,
    )
    assert (person["name"], age, person["segment"], risk) == PEOPLE[customer_id]
    assert person["phone"] == f"1380000{customer_id[1:]}"


@pytest.mark.parametrize("customer_id", CUSTOMERS)
async def test_numbers_pass_the_checks_of_real_ones(state, customer_id):
    person = await state(customer_id)
    assert is_id_number(person["id_number"])
    assert person["id_number"][6:14] == person["birth_date"].replace("-", "")
    is_woman = customer_id in {"C1001", "C1004"}
    assert int(person["id_number"][16]) % 2 == (0 if is_woman else 1)
    for card in person["cards"]:
        assert is_card_number(card["number"])
        assert len(card["number"]) == 19
        assert card["number"].startswith("62")
        assert card["number"].endswith(card["last4"])


async def test_holdings_time_deposits_and_merchant_are_the_promised_ones(state):
    holdings = (await state("C1003"))["holdings"]
    assert sum(int(h["amount"]["amount"].replace(".", "")) for h in holdings) == 480_000_000
    deposits = [a for a in (await state("C1004"))["accounts"] if a["kind"] == "time_deposit"]
    assert sum(int(a["balance"]["amount"].replace(".", "")) for a in deposits) == 60_000_000
    assert (await state("C1005"))["merchant_id"] == "M2001"


async def test_credit_card_bill_is_due_on_the_25th(state):
    accounts = (await state("C1002"))["accounts"]
    bill = next(account["bill"] for account in accounts if account["kind"] == "credit")
    assert bill["amount"]["amount"] == "6213.40"
    assert bill["minimum"]["amount"] == "621.34"
    assert bill["granted"]["amount"] == "50000.00"
    assert bill["due_on"] == "2026-11-25"


async def test_cards_and_payees_are_the_promised_ones(state):
    assert {c["last4"]: c["status"] for c in (await state("C1003"))["cards"]} == {
        "8818": "active",
        "8819": "inactive",
        "7700": "active",
    }
    payees = {}
    for customer_id in CUSTOMERS:
        for payee in (await state(customer_id))["payees"]:
            payees[customer_id] = (payee["name"], payee["note"], payee["last4"])
            assert payee["used_before"]
    assert payees == {
        "C1001": ("林秀芳", "妈妈", "8899"),
        "C1002": ("吴建国", "房东", "3340"),
        "C1004": ("孙丽", "女儿", "7421"),
    }


async def test_books_balance_and_no_deposit_was_ever_below_zero(bank):
    verify(bank.ledger)
    assert bank.ledger.execute("SELECT sum(amount_fen) FROM entries").fetchone()[0] == 0
    assert bank.ledger.execute("SELECT sum(balance_fen) FROM accounts").fetchone()[0] == 0


async def test_history_covers_three_years_up_to_yesterday(bank):
    for customer_id in CUSTOMERS:
        first, last, entries = bank.ledger.execute(
            "SELECT min(booked_on), max(booked_on), count(*) FROM entries"
            " WHERE customer_id = ? AND category <> 'opening'",
            (customer_id,),
        ).fetchone()
        assert first <= "2023-11-22"
        assert "2026-11-10" <= last <= "2026-11-21"
        assert entries > 400


async def test_running_balances_follow_from_each_other(bank):
    rows = bank.ledger.execute(
        "SELECT balance_after_fen, amount_fen FROM entries WHERE account_id = 'A100101'"
        " ORDER BY entry_id"
    ).fetchall()
    for (before, _), (after, amount) in pairwise(tuple(row) for row in rows):
        assert before + amount == after


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 12, 26), date(2027, 1, 1)])
def test_any_seed_date_gives_books_that_balance(tmp_path, day):
    connection = sqlite3.connect(template(tmp_path, day))
    verify(connection)
    connection.close()


def test_the_same_seed_date_gives_the_same_bank(tmp_path):
    dumps = []
    for folder in ("one", "two"):
        connection = sqlite3.connect(template(tmp_path / folder, TODAY))
        dumps.append(list(connection.iterdump()))
        connection.close()
    assert dumps[0] == dumps[1]
