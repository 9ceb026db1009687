"""Cases: a transaction the customer disputes, a scam, a complaint; and holding payments."""

import json
from datetime import date, timedelta
from typing import Literal

from pydantic import Field, JsonValue

from actions.bank.sandbox.amounts import money
from actions.bank.sandbox.calendar import bank_date, from_iso, to_iso
from actions.bank.sandbox.operations.base import (
    ChangeBody,
    Effect,
    Finished,
    Operation,
    VisitorBody,
    Work,
)
from actions.bank.sandbox.operations.orders import place_record, records_of
from actions.bank.sandbox.refusals import Refusal, Refused

DISPUTE_DAYS = 60
"""Days after a transaction within which it may be disputed; document `dispute-transactions`."""

DISPUTE_ANSWER_DAYS = 15
COMPLAINT_DAYS = 15
"""Days within which the bank decides; documents `dispute-transactions` and `complaints`."""

HOLD = timedelta(hours=24)
"""How long outgoing payments are held after a report of a scam; the sample bank's own rule."""

_STORY = Field(default="", max_length=1000)


class DisputeBody(ChangeBody):
    """A transaction the customer does not accept."""

    entry: str = Field(pattern=r"^E\d{8}$")
    dispute_reason: Literal["not_mine", "duplicate", "wrong_amount", "not_received"]


class ScamBody(VisitorBody):
    """What happened; everything but the report itself may be missing."""

    story: str = _STORY
    amount: str | None = Field(default=None, max_length=32)
    phone: str | None = Field(default=None, max_length=32)


class ComplaintBody(VisitorBody):
    """A complaint. `phone` is where the bank answers a visitor."""

    story: str = Field(min_length=2, max_length=1000)
    phone: str | None = Field(default=None, max_length=32)


def dispute_transaction(work: Work, body: DisputeBody) -> Finished:
    """Open a case about one entry."""
    row = work.connection.execute(
        "SELECT * FROM entries WHERE entry_id = ? AND customer_id = ?",
        (int(body.entry[1:]), body.customer_id),
    ).fetchone()
    if row is None:
        raise Refused(Refusal.TRANSACTION_NOT_FOUND)
    if bank_date(work.now) - date.fromisoformat(row["booked_on"]) > timedelta(days=DISPUTE_DAYS):
        raise Refused(Refusal.DISPUTE_TOO_OLD)
    for case in records_of(work, body.customer_id, "case", "dispute_transaction"):
        if json.loads(case["details"])["entry"] == body.entry:
            raise Refused(Refusal.DISPUTE_EXISTS)
    details: dict[str, JsonValue] = {
        "entry": body.entry,
        "reason": body.dispute_reason,
        "counterparty": row["counterparty"],
        "booked_on": row["booked_on"],
        "amount": money(row["amount_fen"]).model_dump(),
        "answer_by": _in_days(work, DISPUTE_ANSWER_DAYS),
    }
    return place_record(work, "case", body.customer_id, "dispute_transaction", "open", details)


def report_scam(work: Work, body: ScamBody) -> Finished:
    """Open a case that somebody looks at first."""
    details: dict[str, JsonValue] = {
        "story": body.story,
        "amount": body.amount,
        "phone": body.phone,
        "priority": "urgent",
    }
    return place_record(work, "case", body.customer_id, "report_scam", "open", details)


def file_complaint(work: Work, body: ComplaintBody) -> Finished:
    """Take a complaint, with the day by which the bank decides."""
    details: dict[str, JsonValue] = {
        "story": body.story,
        "phone": body.phone,
        "contact_by": _in_days(work, 1),
        "deadline": _in_days(work, COMPLAINT_DAYS),
    }
    return place_record(work, "case", body.customer_id, "file_complaint", "open", details)


def hold_payments(work: Work, body: ChangeBody) -> Finished:
    """Let nothing go out of the customer's accounts for a day."""
    before = work.connection.execute(
        "SELECT payments_held_until FROM customers WHERE customer_id = ?", (body.customer_id,)
    ).fetchone()[0]
    if before is not None and work.now < from_iso(before):
        raise Refused(Refusal.PAYMENTS_ALREADY_HELD)
    until = to_iso(work.now + HOLD)
    work.connection.execute(
        "UPDATE customers SET payments_held_until = ? WHERE customer_id = ?",
        (until, body.customer_id),
    )
    effect = Effect(
        entity="customer",
        id=body.customer_id,
        field="payments_held_until",
        before=before,
        after=until,
    )
    return Finished({"payments_held_until": until}, (effect,))


def _in_days(work: Work, days: int) -> str:
    return (bank_date(work.now) + timedelta(days=days)).isoformat()


CASE_OPERATIONS = (
    Operation("dispute_transaction", DisputeBody, dispute_transaction, "Dispute a transaction"),
    Operation("report_scam", ScamBody, report_scam, "Report a scam; nobody need be signed in"),
    Operation("file_complaint", ComplaintBody, file_complaint, "Complain; as above"),
    Operation("hold_payments", ChangeBody, hold_payments, "Hold outgoing payments for a day"),
)
