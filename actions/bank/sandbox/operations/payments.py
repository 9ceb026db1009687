"""Transfers: to a payee outside the bank, or between the customer's own accounts."""

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from actions.bank.sandbox.amounts import AMOUNT_PATTERN, money, read_fen
from actions.bank.sandbox.ledger import CLEARING, TRANSIT, Description, Leg, post
from actions.bank.sandbox.operations.base import ChangeBody, Finished, Operation, Work
from actions.bank.sandbox.operations.delayed import keep_back
from actions.bank.sandbox.operations.paying import (
    PAYS,
    balance_effect,
    balance_of,
    check_class_ii,
    check_may_send,
    check_paying,
    find_source,
)
from actions.bank.sandbox.operations.transfer_rules import check_limits
from actions.bank.sandbox.refusals import Refusal, Refused

_KEPT = ("from_account", "from_last4", "to_name", "to_last4", "amount", "note")
"""What the order of a delayed transfer repeats of the transfer."""


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
    check_may_send(work, body.customer_id)
    source = find_source(work, body.customer_id, body.from_account)
    target = _target(work, body)
    _check_source(work, source, target, fen)
    description = Description(
        target.name, "own_transfer" if target.is_own else "transfer", "assistant", body.note
    )
    delay = timedelta() if target.is_own else check_limits(work, body.customer_id, fen)
    legs = (Leg(source["account_id"], -fen), Leg(TRANSIT if delay else target.account_id, fen))
    post(work.connection, legs, description, reference=work.reference, at=work.now)
    left = source["balance_fen"] - fen
    effects = [balance_effect(source["account_id"], source["balance_fen"], left)]
    if target.is_own:
        after = balance_of(work, target.account_id)
        effects.append(balance_effect(target.account_id, after - fen, after))
    elif not delay:
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
        "is_own": target.is_own,
        "is_delayed": bool(delay),
    }
    if delay:
        details = {
            **{name: result[name] for name in _KEPT},
            "payee": body.target,
            "fen": fen,
        }
        kept = keep_back(work, body.customer_id, delay, details)
        result |= {name: kept.result[name] for name in ("order_id", "releases_at")}
        effects += kept.effects
    return Finished(result, tuple(effects))


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
    if own["kind"] not in PAYS:
        raise Refused(Refusal.ACCOUNT_NOT_ELIGIBLE)
    return _Target(own["account_id"], own["holder"], own["last4"], is_own=True)


def _check_source(work: Work, source: sqlite3.Row, target: _Target, fen: int) -> None:
    if source["account_id"] == target.account_id:
        raise Refused(Refusal.SAME_ACCOUNT)
    check_paying(work, source, fen)
    if source["account_class"] == "II" and not target.is_own:
        check_class_ii(work, source["account_id"], fen)


PAYMENT_OPERATIONS = (Operation("transfer_money", TransferMoneyBody, transfer_money, "Send money"),)
