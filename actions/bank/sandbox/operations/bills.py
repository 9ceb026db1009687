"""Household bills: water, electricity, gas, and topping up a mobile number."""

import re
import sqlite3
from typing import Literal

from pydantic import Field

from actions.bank.sandbox.amounts import AMOUNT_PATTERN, FEN_PER_YUAN, money, read_fen
from actions.bank.sandbox.ledger import CLEARING, Description, Leg, post
from actions.bank.sandbox.operations.base import ChangeBody, Finished, Operation, Work
from actions.bank.sandbox.operations.paying import (
    balance_effect,
    check_class_ii,
    check_not_held,
    check_paying,
    find_source,
)
from actions.bank.sandbox.refusals import Refusal, Refused
from actions.bank.sandbox.seed.households import COMPANIES

BillKind = Literal[
    "electricity", "water", "gas", "phone", "property", "cable_tv", "broadband", "heating"
]

HIGHEST_PAYMENT_FEN = 10_000 * FEN_PER_YUAN
"""Most one payment of a bill may be; the sample bank's own rule."""

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)


class PayBillBody(ChangeBody):
    """A payment to a company that bills households.

    Attributes:
        bill_account: Account number at the company, or the mobile number to top up.
        from_account: Own account id, or its last four digits; the main account when absent.
    """

    bill_kind: BillKind
    bill_account: str = Field(pattern=r"^\d{8,13}$")
    amount: str = Field(pattern=AMOUNT_PATTERN, examples=["86.40"])
    from_account: str | None = Field(default=None, min_length=1, max_length=64)


def find_bill(connection: sqlite3.Connection, kind: str, number: str) -> sqlite3.Row | None:
    """The account at the company; a mobile number needs none."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM utility_accounts WHERE kind = ? AND number = ?", (kind, number)
    ).fetchone()
    return row


def is_mobile(number: str) -> bool:
    """Whether this is a mobile number of mainland China."""
    return _MOBILE.fullmatch(number) is not None


def pay_bill(work: Work, body: PayBillBody) -> Finished:
    """Pay the company, and take the payment off what is due."""
    fen = read_fen(body.amount)
    if fen <= 0:
        raise Refused(Refusal.AMOUNT_NOT_POSITIVE)
    if fen > HIGHEST_PAYMENT_FEN:
        raise Refused(Refusal.LIMIT_EXCEEDED)
    bill = find_bill(work.connection, body.bill_kind, body.bill_account)
    if bill is None and not (body.bill_kind == "phone" and is_mobile(body.bill_account)):
        raise Refused(Refusal.BILL_NOT_FOUND)
    check_not_held(work, body.customer_id)
    source = find_source(work, body.customer_id, body.from_account)
    check_paying(work, source, fen)
    if source["account_class"] == "II":
        check_class_ii(work, source["account_id"], fen)
    company = COMPANIES[body.bill_kind]
    category = "phone_bill" if body.bill_kind == "phone" else "utilities"
    description = Description(company, category, "assistant", f"户号{body.bill_account[-4:]}")
    legs = (Leg(source["account_id"], -fen), Leg(CLEARING, fen))
    post(work.connection, legs, description, reference=work.reference, at=work.now)
    if bill is not None:
        work.connection.execute(
            "UPDATE utility_accounts SET due_fen = max(0, due_fen - ?)"
            " WHERE kind = ? AND number = ?",
            (fen, body.bill_kind, body.bill_account),
        )
    left = source["balance_fen"] - fen
    result = {
        "company": company,
        "bill_kind": body.bill_kind,
        "bill_account": body.bill_account,
        "from_account": source["account_id"],
        "from_last4": source["last4"],
        "amount": money(fen).model_dump(),
        "balance_after": money(left).model_dump(),
    }
    return Finished(result, (balance_effect(source["account_id"], source["balance_fen"], left),))


BILL_OPERATIONS = (Operation("pay_bill", PayBillBody, pay_bill, "Pay a household bill"),)
