"""The credit card: repayment, and instalments of a bill or of one purchase."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from pydantic import Field, JsonValue

from actions.bank.sandbox.amounts import AMOUNT_PATTERN, FEN_PER_YUAN, money, read_fen
from actions.bank.sandbox.calendar import add_months, bank_date
from actions.bank.sandbox.ledger import Description, Leg, post
from actions.bank.sandbox.operations.base import CardBody, Effect, Finished, Operation, Work
from actions.bank.sandbox.operations.cards import find_card
from actions.bank.sandbox.operations.orders import place_order, records_of
from actions.bank.sandbox.operations.paying import (
    balance_effect,
    check_paying,
    find_source,
)
from actions.bank.sandbox.refusals import Refusal, Refused

FEE_RATES: dict[int, tuple[Decimal, Decimal]] = {
    3: (Decimal("0.75"), Decimal("13.45")),
    6: (Decimal("0.65"), Decimal("13.25")),
    12: (Decimal("0.60"), Decimal("13.03")),
    24: (Decimal("0.58"), Decimal("12.84")),
}
"""Instalments to the fee for each, percent of the principal, and the yearly rate that amounts to.

Source: the sample bank's document `credit-card-instalment`, version 2026-07-01.
"""

SMALLEST_FEN = 500 * FEN_PER_YUAN
LARGEST_PERCENT_OF_BILL = 90
"""Same document."""

_PERCENT = 100


class RepayBody(CardBody):
    """A repayment in yuan, from an own account; the main account when none is named."""

    amount: str = Field(pattern=AMOUNT_PATTERN, examples=["6213.40"])
    from_account: str | None = Field(default=None, min_length=1, max_length=64)


class InstalmentBody(CardBody):
    """Instalments.

    Attributes:
        entry: The purchase; the open bill when absent.
        amount: Principal in yuan; of a purchase always the whole of it.
    """

    amount: str = Field(pattern=AMOUNT_PATTERN, examples=["3000.00"])
    term: Literal[3, 6, 12, 24]
    entry: str | None = Field(default=None, pattern=r"^E\d{8}$")


@dataclass(frozen=True, slots=True)
class Terms:
    """What instalments cost. Fen; the last instalment takes the odd fen of the principal."""

    principal_fen: int
    term: int
    each_fen: int
    fee_each_fen: int
    yearly_percent: Decimal

    @property
    def fee_fen(self) -> int:
        """All fees together."""
        return self.fee_each_fen * self.term

    def as_json(self) -> dict[str, JsonValue]:
        """For answers and records."""
        return {
            "principal": money(self.principal_fen).model_dump(),
            "term": self.term,
            "principal_each": money(self.each_fen).model_dump(),
            "fee_each": money(self.fee_each_fen).model_dump(),
            "fee_total": money(self.fee_fen).model_dump(),
            "total": money(self.principal_fen + self.fee_fen).model_dump(),
            "fee_rate": f"{FEE_RATES[self.term][0]}%",
            "yearly_rate": f"{self.yearly_percent}%",
        }


def terms_of(principal_fen: int, term: int) -> Terms:
    """What so much costs in so many instalments; fees to the fen, half up."""
    rate, yearly = FEE_RATES[term]
    fee = (Decimal(principal_fen) * rate / _PERCENT).quantize(Decimal(1), ROUND_HALF_UP)
    return Terms(principal_fen, term, principal_fen // term, int(fee), yearly)


def left_of_bill(bill: sqlite3.Row) -> int:
    """What is still to be paid of the open bill, fen."""
    return max(0, int(bill["bill_fen"] - bill["repaid_fen"] - bill["instalment_fen"]))


def repay_credit_card(work: Work, body: RepayBody) -> Finished:
    """Pay what is owed, or a part of it, from an own account; both entries or none."""
    fen = read_fen(body.amount)
    if fen <= 0:
        raise Refused(Refusal.AMOUNT_NOT_POSITIVE)
    account, bill = _credit_account(work, body)
    owed = -account["balance_fen"]
    if owed <= 0:
        raise Refused(Refusal.NOTHING_OWED)
    if fen > owed:
        raise Refused(Refusal.AMOUNT_ABOVE_DEBT)
    source = find_source(work, body.customer_id, body.from_account)
    check_paying(work, source, fen)
    description = Description("海岳银行信用卡", "credit_repayment", "assistant", "信用卡还款")
    legs = (Leg(source["account_id"], -fen), Leg(account["account_id"], fen))
    post(work.connection, legs, description, reference=work.reference, at=work.now)
    work.connection.execute(
        "UPDATE credit_bills SET repaid_fen = repaid_fen + ? WHERE account_id = ?",
        (fen, account["account_id"]),
    )
    after = source["balance_fen"] - fen
    result = {
        "card": body.card,
        "amount": money(fen).model_dump(),
        "from_account": source["account_id"],
        "from_last4": source["last4"],
        "balance_after": money(after).model_dump(),
        "owed_after": money(owed - fen).model_dump(),
        "bill_left": money(max(0, left_of_bill(bill) - fen)).model_dump(),
    }
    effects = (
        balance_effect(source["account_id"], source["balance_fen"], after),
        balance_effect(account["account_id"], -owed, fen - owed),
    )
    return Finished(result, effects)


def credit_card_installment(work: Work, body: InstalmentBody) -> Finished:
    """Turn a part of the open bill, or one purchase, into instalments."""
    account, bill = _credit_account(work, body)
    fen = read_fen(body.amount)
    if body.entry is None:
        _check_bill(work, bill, fen)
    else:
        fen = _purchase_fen(work, body, account["account_id"])
    if fen < SMALLEST_FEN:
        raise Refused(Refusal.INSTALMENT_TOO_SMALL)
    for order in records_of(work, body.customer_id, "order", "credit_card_installment"):
        details = json.loads(order["details"])
        if (details["card"], details["statement_on"], details["entry"]) == (
            body.card,
            bill["statement_on"],
            body.entry,
        ):
            raise Refused(Refusal.INSTALMENT_EXISTS)
    if body.entry is None or _is_billed(work, body.entry, bill):
        work.connection.execute(
            "UPDATE credit_bills SET instalment_fen = instalment_fen + ? WHERE account_id = ?",
            (fen, account["account_id"]),
        )
    details = {
        "card": body.card,
        "statement_on": bill["statement_on"],
        "entry": body.entry,
        **terms_of(fen, body.term).as_json(),
    }
    placed = place_order(work, body.customer_id, "credit_card_installment", "active", details)
    effect = Effect(
        entity="instalment_plan",
        id=str(placed.result["order_id"]),
        field="principal",
        before=None,
        after=body.amount,
    )
    return Finished(placed.result, (*placed.effects, effect))


def _check_bill(work: Work, bill: sqlite3.Row, fen: int) -> None:
    if left_of_bill(bill) == 0:
        raise Refused(Refusal.NOTHING_OWED)
    if bank_date(work.now) >= date.fromisoformat(bill["due_on"]):
        raise Refused(Refusal.INSTALMENT_TOO_LATE)
    if fen > min(largest_part(bill), left_of_bill(bill)):
        raise Refused(Refusal.INSTALMENT_TOO_LARGE)


def largest_part(bill: sqlite3.Row) -> int:
    """The most of a bill that may be paid by instalments, fen."""
    return int(bill["bill_fen"]) * LARGEST_PERCENT_OF_BILL // _PERCENT


def _purchase_fen(work: Work, body: InstalmentBody, account_id: str) -> int:
    row = work.connection.execute(
        "SELECT amount_fen FROM entries WHERE entry_id = ? AND account_id = ?",
        (int((body.entry or "E0")[1:]), account_id),
    ).fetchone()
    if row is None or row["amount_fen"] >= 0:
        raise Refused(Refusal.NOT_A_PURCHASE)
    return -int(row["amount_fen"])


def _is_billed(work: Work, entry: str, bill: sqlite3.Row) -> bool:
    """Whether a purchase is part of the open bill; it is taken off that bill then."""
    statement_on = date.fromisoformat(bill["statement_on"])
    row = work.connection.execute(
        "SELECT booked_on FROM entries WHERE entry_id = ?", (int(entry[1:]),)
    ).fetchone()
    return add_months(statement_on, -1) < date.fromisoformat(row["booked_on"]) <= statement_on


def _credit_account(work: Work, body: CardBody) -> tuple[sqlite3.Row, sqlite3.Row]:
    card = find_card(work, body)
    if card["kind"] != "credit":
        raise Refused(Refusal.ACCOUNT_NOT_ELIGIBLE)
    account = work.connection.execute(
        "SELECT * FROM accounts WHERE account_id = ?", (card["account_id"],)
    ).fetchone()
    bill = work.connection.execute(
        "SELECT * FROM credit_bills WHERE account_id = ?", (card["account_id"],)
    ).fetchone()
    return account, bill


CREDIT_OPERATIONS = (
    Operation("repay_credit_card", RepayBody, repay_credit_card, "Repay a credit card"),
    Operation(
        "credit_card_installment",
        InstalmentBody,
        credit_card_installment,
        "Turn a bill or a purchase into instalments",
    ),
)
