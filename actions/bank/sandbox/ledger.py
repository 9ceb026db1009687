"""Double entry: money moves between accounts and is never made or lost.

Every bank transaction has two or more entries that sum to zero, and an account's balance
is the sum of its entries. `post` is the only way a balance changes.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actions.bank.sandbox.calendar import bank_date, to_iso

CLEARING = "CLEARING"
"""Account that stands for everybody outside the sample bank."""

TRANSIT = "TRANSIT"
"""Holds transfers that are kept back; like the clearing account it has no customer."""

_UNBALANCED = (
    "SELECT transaction_id FROM entries GROUP BY transaction_id HAVING sum(amount_fen) <> 0"
)
_DRIFTED = (
    "SELECT account_id FROM accounts AS a WHERE balance_fen <> "
    "(SELECT coalesce(sum(amount_fen), 0) FROM entries AS e WHERE e.account_id = a.account_id)"
)
_OVERDRAWN = (
    "SELECT entry_id FROM entries JOIN accounts USING (account_id) "
    "WHERE balance_after_fen < 0 AND kind NOT IN ('loan', 'credit', 'clearing')"
)


@dataclass(frozen=True, slots=True)
class Description:
    """What a statement says about one bank transaction.

    Attributes:
        category: Stable English code, see `categories`.
        channel: How it came about: `mobile_bank`, `alipay`, `atm`, …
    """

    counterparty: str
    category: str
    channel: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """One account's part. `amount_fen` above zero adds to the account."""

    account_id: str
    amount_fen: int


OPENING_DESCRIPTION = Description("海岳银行", "opening", "system", "期初余额")
"""Starts the books of an account; not shown among a customer's transactions."""


class LedgerError(Exception):
    """Entries that do not balance: a defect of the caller, never a customer's doing."""


def next_number(connection: sqlite3.Connection) -> int:
    """Take the next number of the bank's one running sequence."""
    row = connection.execute(
        "UPDATE meta SET value = value + 1 WHERE name = 'sequence' RETURNING value"
    ).fetchone()
    return int(row[0])


def reference_of(number: int, at: datetime) -> str:
    """Write a receipt reference: "HY20261122-000123"."""
    return f"HY{bank_date(at):%Y%m%d}-{number:06d}"


def post(
    connection: sqlite3.Connection,
    legs: Sequence[Leg],
    description: Description,
    *,
    reference: str,
    at: datetime,
) -> int:
    """Book one bank transaction inside the caller's database transaction.

    Returns:
        Its number.

    Raises:
        LedgerError: The legs do not sum to zero, or an account does not exist.
        sqlite3.IntegrityError: A deposit would fall below zero; callers check first, the
            database is the second line.
    """
    if sum(leg.amount_fen for leg in legs) != 0:
        msg = "The legs of a bank transaction must sum to zero."
        raise LedgerError(msg)
    booked_at, booked_on = to_iso(at), bank_date(at).isoformat()
    number = connection.execute(
        "INSERT INTO bank_transactions (reference, booked_at) VALUES (?, ?)",
        (reference, booked_at),
    ).lastrowid
    for leg in legs:
        row = connection.execute(
            "UPDATE accounts SET balance_fen = balance_fen + ? WHERE account_id = ? "
            "RETURNING customer_id, balance_fen",
            (leg.amount_fen, leg.account_id),
        ).fetchone()
        if row is None:
            msg = f"There is no account `{leg.account_id}`."
            raise LedgerError(msg)
        connection.execute(
            "INSERT INTO entries (transaction_id, account_id, customer_id, booked_at, booked_on,"
            " amount_fen, balance_after_fen, counterparty, category, channel, note)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                leg.account_id,
                row[0],
                booked_at,
                booked_on,
                leg.amount_fen,
                row[1],
                description.counterparty,
                description.category,
                description.channel,
                description.note,
            ),
        )
    return int(number or 0)


def verify(connection: sqlite3.Connection) -> None:
    """Prove the books: each bank transaction, each balance, no overdraft.

    Raises:
        LedgerError: Naming what is wrong.
    """
    for query, what in (
        (_UNBALANCED, "Bank transactions that do not sum to zero"),
        (_DRIFTED, "Accounts whose balance is not the sum of their entries"),
        (_OVERDRAWN, "Entries that left a deposit below zero"),
    ):
        wrong = [row[0] for row in connection.execute(query)]
        if wrong:
            msg = f"{what}: {wrong[:5]}"
            raise LedgerError(msg)
