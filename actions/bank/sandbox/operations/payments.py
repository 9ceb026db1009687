"""Transfers: to a payee outside the bank, or between the customer's own accounts."""

import sqlite3
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from actions.bank.sandbox.amounts import AMOUNT_PATTERN, FEN_PER_YUAN, money, read_fen, write_fen
from actions.bank.sandbox.calendar import bank_date, from_iso
from actions.bank.sandbox.ledger import CLEARING, Description, Leg, post
from actions.bank.sandbox.operations.base import ChangeBody, Effect, Finished, Operation, Work
from actions.bank.sandbox.refusals import Refusal, Refused

CLASS_II_DAILY_FEN = 10_000 * FEN_PER_YUAN
"""Most a class II account may send to others in a day.

People's Bank of China, Yinfa (2016) 302: 10,000 yuan a day for payments and for transfers out
to accounts that are not bound. Transfers to the customer's own accounts do not count.
"""

_PAYS = ("current", "private", "merchant")
"""Kinds of account money can be sent from and to."""


class TransferMoneyBody(ChangeBody):
    """A transfer.

    Attributes:
        from_account: Own account id, or its last four digits; the main account when absent.
        payee_id: A payee of the customer, or one of the customer's own account ids.
        to_account: Own account id, instead of `payee_id`.
        amount: Yuan, at most two decimals.
    """

    from_account: str | None = Field(default=None, min_length=1, max_length=64)
    payee_id: str | None = Field(default=None, min_length=1, max_length=64)
    to_account: str | None = Field(default=None, min_length=1, max_length=64)
    amount: str = Field(pattern=AMOUNT_PATTERN, examples=["500.00"])
    currency: Literal["CNY"] = "CNY"
    note: str = Field(default="", max_length=60)

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.payee_id is None) == (self.to_account is None):
            msg = "Give either `payee_id` or `to_account`."
            raise ValueError(msg)
        return self

    @property
    def target(self) -> str:
        """Payee id or own account id, whichever was given."""
        return self.payee_id or self.to_account or ""


@dataclass(frozen=True, slots=True)
class _Target:
    """Where the money goes. `account_id` is the clearing account for a payee outside."""

    account_id: str
    name: str
    last4: str
    is_own: bool


def transfer_money(work: Work, body: TransferMoneyBody) -> Finished:
    """Move money, with both entries or none."""
    fen = read_fen(body.amount)
    if fen <= 0:
        raise Refused(Refusal.AMOUNT_NOT_POSITIVE)
    _check_cool_off(work, body.customer_id)
    source = _source(work, body)
    target = _target(work, body)
    _check_source(work, source, target, fen)
    description = Description(
        target.name, "own_transfer" if target.is_own else "transfer", "assistant", body.note
    )
    legs = (Leg(source["account_id"], -fen), Leg(target.account_id, fen))
    post(work.connection, legs, description, reference=work.reference, at=work.now)
    left = source["balance_fen"] - fen
    effects = [_balance_effect(source["account_id"], source["balance_fen"], left)]
    if target.is_own:
        after = _balance(work, target.account_id)
        effects.append(_balance_effect(target.account_id, after - fen, after))
    else:
        work.connection.execute(
            "UPDATE payees SET used_before = 1 WHERE payee_id = ?", (body.target,)
        )
    result: dict[str, JsonValue] = {
        "from_account": source["account_id"],
        "from_last4": source["last4"],
        "to_name": target.name,
        "to_last4": target.last4,
        "amount": money(fen).model_dump(),
        "balance_after": money(left).model_dump(),
        "note": body.note,
    }
    return Finished(result, tuple(effects))


def _check_cool_off(work: Work, customer_id: str) -> None:
    until = work.connection.execute(
        "SELECT transfer_cool_off_until FROM customers WHERE customer_id = ?", (customer_id,)
    ).fetchone()[0]
    if until is not None and work.now < from_iso(until):
        raise Refused(Refusal.COOL_OFF_ACTIVE)


def _source(work: Work, body: TransferMoneyBody) -> sqlite3.Row:
    row: sqlite3.Row | None
    if body.from_account is None:
        # Seeded and later accounts alike: a customer has one class I account at a bank.
        row = work.connection.execute(
            "SELECT * FROM accounts WHERE customer_id = ? AND account_class = 'I'",
            (body.customer_id,),
        ).fetchone()
    else:
        row = work.connection.execute(
            "SELECT * FROM accounts WHERE customer_id = ?1 AND (account_id = ?2 OR last4 = ?2)"
            " ORDER BY account_id = ?2 DESC",
            (body.customer_id, body.from_account),
        ).fetchone()
    if row is None:
        raise Refused(Refusal.ACCOUNT_NOT_FOUND)
    return row


def _target(work: Work, body: TransferMoneyBody) -> _Target:
    payee = work.connection.execute(
        "SELECT name, last4 FROM payees WHERE customer_id = ? AND payee_id = ?",
        (body.customer_id, body.target),
    ).fetchone()
    if payee is not None and body.payee_id is not None:
        return _Target(CLEARING, payee["name"], payee["last4"], is_own=False)
    own = work.connection.execute(
        "SELECT a.*, c.name AS holder FROM accounts AS a JOIN customers AS c USING (customer_id)"
        " WHERE a.customer_id = ? AND a.account_id = ?",
        (body.customer_id, body.target),
    ).fetchone()
    if own is None:
        raise Refused(Refusal.PAYEE_NOT_FOUND)
    if own["kind"] not in _PAYS:
        raise Refused(Refusal.ACCOUNT_NOT_ELIGIBLE)
    return _Target(own["account_id"], own["holder"], own["last4"], is_own=True)


def _check_source(work: Work, source: sqlite3.Row, target: _Target, fen: int) -> None:
    if source["kind"] not in _PAYS:
        raise Refused(Refusal.ACCOUNT_NOT_ELIGIBLE)
    if source["account_id"] == target.account_id:
        raise Refused(Refusal.SAME_ACCOUNT)
    if source["status"] == "frozen":
        raise Refused(Refusal.ACCOUNT_FROZEN)
    _check_cards(work, source["account_id"])
    if source["balance_fen"] < fen:
        raise Refused(Refusal.INSUFFICIENT_FUNDS)
    if source["account_class"] == "II" and not target.is_own:
        _check_class_ii(work, source["account_id"], fen)


def _check_cards(work: Work, account_id: str) -> None:
    """A locked or lost card stops its account from sending: that is what it is for."""
    rows = work.connection.execute(
        "SELECT status FROM cards WHERE account_id = ?", (account_id,)
    ).fetchall()
    stopped = {row["status"] for row in rows}
    if "lost" in stopped:
        raise Refused(Refusal.CARD_LOST)
    if "locked" in stopped:
        raise Refused(Refusal.CARD_LOCKED)


def _check_class_ii(work: Work, account_id: str, fen: int) -> None:
    sent = work.connection.execute(
        "SELECT coalesce(-sum(amount_fen), 0) FROM entries WHERE account_id = ?1"
        " AND booked_on = ?2 AND amount_fen < 0 AND category <> 'own_transfer'"
        " AND customer_id = (SELECT customer_id FROM accounts WHERE account_id = ?1)",
        (account_id, bank_date(work.now).isoformat()),
    ).fetchone()[0]
    if sent + fen > CLASS_II_DAILY_FEN:
        raise Refused(Refusal.LIMIT_EXCEEDED)


def _balance(work: Work, account_id: str) -> int:
    row = work.connection.execute(
        "SELECT balance_fen FROM accounts WHERE account_id = ?", (account_id,)
    ).fetchone()
    return int(row[0])


def _balance_effect(account_id: str, before_fen: int, after_fen: int) -> Effect:
    return Effect(
        entity="account",
        id=account_id,
        field="balance",
        before=write_fen(before_fen),
        after=write_fen(after_fen),
    )


PAYMENT_OPERATIONS = (Operation("transfer_money", TransferMoneyBody, transfer_money, "Send money"),)
