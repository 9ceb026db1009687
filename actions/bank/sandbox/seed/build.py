"""Writes the sample bank into an empty database."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from actions.bank.sandbox.calendar import add_months, bank_date, to_iso
from actions.bank.sandbox.ledger import CLEARING, TRANSIT, reference_of, verify
from actions.bank.sandbox.seed.credit import open_bill
from actions.bank.sandbox.seed.history import history
from actions.bank.sandbox.seed.households import data_accesses, utility_accounts
from actions.bank.sandbox.seed.identity import card_number, id_number
from actions.bank.sandbox.seed.loans import schedule
from actions.bank.sandbox.seed.movement import Movement
from actions.bank.sandbox.seed.people import PEOPLE, phone_of
from actions.bank.sandbox.seed.person import Person

Row = tuple[str | int | None, ...]


def build(connection: sqlite3.Connection, seed_date: date) -> None:
    """Fill an empty database, inside the caller's database transaction.

    Raises:
        LedgerError: The history does not balance, which is a defect of this package.
    """
    connection.execute("INSERT INTO meta VALUES ('seed_date', ?)", (seed_date.isoformat(),))
    rows = [row for person in PEOPLE for row in _customer(person, seed_date)]
    _insert(connection, "customers", rows)
    accounts = [row for person in PEOPLE for row in _accounts(person)]
    banks: list[Row] = [
        (account_id, None, "", "clearing", None, 0, "", seed_date.isoformat(), "open")
        for account_id in (CLEARING, TRANSIT)
    ]
    _insert(connection, "accounts", [*accounts, *banks])
    for table, make in (
        ("cards", _cards),
        ("payees", _payees),
        ("loans", _loans),
        ("time_deposits", _time_deposits),
        ("credit_bills", _credit_bills),
        ("holdings", _holdings),
        ("utility_accounts", utility_accounts),
        ("data_accesses", data_accesses),
    ):
        _insert(connection, table, [row for person in PEOPLE for row in make(person, seed_date)])
    _ledger(connection, history(seed_date))
    verify(connection)


def _insert(connection: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own table names


def _ledger(connection: sqlite3.Connection, movements: Iterable[Movement]) -> None:
    owners: dict[str, str | None] = dict(
        connection.execute("SELECT account_id, customer_id FROM accounts")
    )
    balances = dict.fromkeys(owners, 0)
    headers: list[Row] = []
    entries: list[Row] = []
    for number, movement in enumerate(movements, start=1):
        booked_at, booked_on = to_iso(movement.at), bank_date(movement.at).isoformat()
        headers.append((number, reference_of(number, movement.at), booked_at))
        said = movement.description
        for leg in movement.legs:
            account = leg.account_id
            balances[account] += leg.amount_fen
            start: Row = (None, number, account, owners[account], booked_at, booked_on)
            what: Row = (said.counterparty, said.category, said.channel, said.note)
            entries.append((*start, leg.amount_fen, balances[account], *what))
    _insert(connection, "bank_transactions", headers)
    _insert(connection, "entries", entries)
    connection.executemany(
        "UPDATE accounts SET balance_fen = ? WHERE account_id = ?",
        [(balance, account) for account, balance in balances.items()],
    )
    connection.execute("INSERT INTO meta VALUES ('sequence', ?)", (len(headers),))


def _customer(person: Person, seed_date: date) -> Iterator[Row]:
    level, assessed_on = None, None
    if person.risk:
        level, months_ago = person.risk
        assessed_on = add_months(seed_date, -months_ago).isoformat()
    preferences = {
        "language": "zh-Hans",
        "elder_mode": person.elder_mode,
        "edition": person.edition,
        "marketing_consent": person.segment != "颐泰",
        "quiet_hours": "21:00-08:00" if person.elder_mode else None,
    }
    yield (
        person.customer_id,
        person.name,
        person.birth_date.isoformat(),
        id_number(person.id_area, person.birth_date, person.id_serial),
        phone_of(person.customer_id),
        person.address,
        person.segment,
        json.dumps(person.editions),
        person.customer_since.isoformat(),
        person.merchant_id,
        json.dumps(preferences),
        level,
        assessed_on,
        None,
        None,
    )


def _accounts(person: Person) -> Iterator[Row]:
    for account in person.accounts:
        yield (
            account.account_id,
            person.customer_id,
            account.name,
            account.kind,
            account.account_class,
            0,
            account.last4,
            account.opened_on.isoformat(),
            "open",
        )


def _cards(person: Person, _: date) -> Iterator[Row]:
    for index, card in enumerate(person.cards):
        number = card_number(int(person.customer_id[1:]) * 10 + index, card.last4)
        what = (card.last4, card.kind, card.status, card.limit_fen)
        yield (number, person.customer_id, card.account_id, *what)


def _payees(person: Person, _: date) -> Iterator[Row]:
    for index, payee in enumerate(person.payees, start=1):
        payee_id = f"P{person.customer_id[1:]}{index:02d}"
        what = (payee.name, payee.note, payee.last4, payee.bank)
        yield (payee_id, person.customer_id, *what, 1)


def _loans(person: Person, seed_date: date) -> Iterator[Row]:
    for loan in person.loans:
        left = [instalment for instalment in schedule(loan) if instalment.due_on >= seed_date]
        yield (
            "L" + loan.account_id[1:],
            person.customer_id,
            loan.account_id,
            person.accounts[0].account_id,
            loan.kind,
            loan.name,
            loan.principal_fen,
            loan.rate_bp,
            loan.drawn_on.isoformat(),
            left[0].total_fen,
            len(left),
            left[0].due_on.isoformat(),
        )


def _time_deposits(person: Person, _: date) -> Iterator[Row]:
    opened = {account.account_id: account.opened_on for account in person.accounts}
    for deposit in person.time_deposits:
        matures_on = add_months(opened[deposit.account_id], deposit.term_months).isoformat()
        yield (deposit.account_id, deposit.rate_bp, deposit.term_months, matures_on)


def _credit_bills(person: Person, seed_date: date) -> Iterator[Row]:
    limits = {card.account_id: card.limit_fen for card in person.cards}
    for account in person.accounts:
        if account.kind == "credit":
            bill = open_bill(account.balance_fen, person.credit_due_day, seed_date)
            yield (
                account.account_id,
                limits[account.account_id],
                bill.amount_fen,
                bill.minimum_fen,
                bill.statement_on.isoformat(),
                bill.due_on.isoformat(),
                0,
                0,
            )


def _holdings(person: Person, seed_date: date) -> Iterator[Row]:
    for index, holding in enumerate(person.holdings, start=1):
        bought_on = add_months(seed_date, -holding.months_ago)
        matures_on = bought_on + timedelta(days=holding.term_days) if holding.term_days else None
        yield (
            f"H{person.customer_id[1:]}{index:02d}",
            person.customer_id,
            holding.product_id,
            holding.name,
            holding.amount_fen,
            holding.risk_rating,
            bought_on.isoformat(),
            matures_on.isoformat() if matures_on else None,
        )
