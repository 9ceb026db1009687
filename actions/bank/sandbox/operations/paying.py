"""What holds whenever money leaves an account: who pays, and what keeps it from paying."""

import sqlite3

from actions.bank.sandbox.amounts import FEN_PER_YUAN, write_fen
from actions.bank.sandbox.calendar import bank_date, from_iso
from actions.bank.sandbox.operations.base import Effect, Work
from actions.bank.sandbox.refusals import Refusal, Refused

CLASS_II_DAILY_FEN = 10_000 * FEN_PER_YUAN
"""Most a class II account may send to others in a day.

People's Bank of China, Yinfa (2016) 302: 10,000 yuan a day for payments and for transfers out
to accounts that are not bound. Transfers to the customer's own accounts do not count.
"""

PAYS = ("current", "private", "merchant")
"""Kinds of account money can be sent from and to."""


def check_may_send(work: Work, customer_id: str) -> None:
    """Whether transfers are possible at all at present.

    Raises:
        Refused: The customer holds payments, or the number that gets codes has just changed.
    """
    check_not_held(work, customer_id)
    until = work.connection.execute(
        "SELECT transfer_cool_off_until FROM customers WHERE customer_id = ?", (customer_id,)
    ).fetchone()[0]
    if until is not None and work.now < from_iso(until):
        raise Refused(Refusal.COOL_OFF_ACTIVE)


def check_not_held(work: Work, customer_id: str) -> None:
    """Whether the customer lets money go out.

    Raises:
        Refused: Payments are held after a report of a scam.
    """
    until = work.connection.execute(
        "SELECT payments_held_until FROM customers WHERE customer_id = ?", (customer_id,)
    ).fetchone()[0]
    if until is not None and work.now < from_iso(until):
        raise Refused(Refusal.PAYMENTS_HELD)


def find_source(work: Work, customer_id: str, wanted: str | None) -> sqlite3.Row:
    """The own account that pays: named by id or last four digits, else the class I account.

    Raises:
        Refused: The customer has no such account.
    """
    row: sqlite3.Row | None
    if wanted is None:
        # Seeded and later accounts alike: a customer has one class I account at a bank.
        row = work.connection.execute(
            "SELECT * FROM accounts WHERE customer_id = ? AND account_class = 'I'",
            (customer_id,),
        ).fetchone()
    else:
        row = work.connection.execute(
            "SELECT * FROM accounts WHERE customer_id = ?1 AND (account_id = ?2 OR last4 = ?2)"
            " ORDER BY account_id = ?2 DESC",
            (customer_id, wanted),
        ).fetchone()
    if row is None:
        raise Refused(Refusal.ACCOUNT_NOT_FOUND)
    return row


def check_paying(work: Work, source: sqlite3.Row, fen: int) -> None:
    """Whether an account can pay an amount.

    Raises:
        Refused: Its kind or state, its card's state, or its balance says no.
    """
    if source["kind"] not in PAYS:
        raise Refused(Refusal.ACCOUNT_NOT_ELIGIBLE)
    if source["status"] == "frozen":
        raise Refused(Refusal.ACCOUNT_FROZEN)
    check_cards(work, source["account_id"])
    if source["balance_fen"] < fen:
        raise Refused(Refusal.INSUFFICIENT_FUNDS)


def check_cards(work: Work, account_id: str) -> None:
    """A locked or lost card stops its account from sending: that is what it is for.

    Raises:
        Refused: It does.
    """
    rows = work.connection.execute(
        "SELECT status FROM cards WHERE account_id = ?", (account_id,)
    ).fetchall()
    stopped = {row["status"] for row in rows}
    if "lost" in stopped:
        raise Refused(Refusal.CARD_LOST)
    if "locked" in stopped:
        raise Refused(Refusal.CARD_LOCKED)


def check_class_ii(work: Work, account_id: str, fen: int) -> None:
    """Hold a payment to others from a class II account to its daily limit.

    Raises:
        Refused: Above it.
    """
    sent = work.connection.execute(
        "SELECT coalesce(-sum(amount_fen), 0) FROM entries WHERE account_id = ?1"
        " AND booked_on = ?2 AND amount_fen < 0 AND category <> 'own_transfer'"
        " AND customer_id = (SELECT customer_id FROM accounts WHERE account_id = ?1)",
        (account_id, bank_date(work.now).isoformat()),
    ).fetchone()[0]
    if sent + fen > CLASS_II_DAILY_FEN:
        raise Refused(Refusal.LIMIT_EXCEEDED)


def balance_of(work: Work, account_id: str) -> int:
    """What an account holds now, fen; below zero is owed."""
    row = work.connection.execute(
        "SELECT balance_fen FROM accounts WHERE account_id = ?", (account_id,)
    ).fetchone()
    return int(row[0])


def balance_effect(account_id: str, before_fen: int, after_fen: int) -> Effect:
    """For the journal: what a change did to a balance; both as amounts without a sign."""
    return Effect(
        entity="account",
        id=account_id,
        field="balance",
        before=write_fen(abs(before_fen)),
        after=write_fen(abs(after_fen)),
    )
