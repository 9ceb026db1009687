"""A visit to a branch: a half-hour, and a number in the queue."""

import json
from datetime import datetime, time, timedelta

from pydantic import Field, JsonValue

from actions.bank.sandbox.branches import BOOKABLE_DAYS, SLOT, find_branch
from actions.bank.sandbox.calendar import BANK_ZONE, bank_date
from actions.bank.sandbox.operations.base import (
    ChangeBody,
    Effect,
    Finished,
    Operation,
    VisitorBody,
    Work,
)
from actions.bank.sandbox.operations.orders import place_record
from actions.bank.sandbox.refusals import Refusal, Refused

CANCELLED_BEFORE = timedelta(hours=2)
"""The sample bank's own rule, see its document `branch-hours`."""


class CancelVisitBody(ChangeBody):
    """The visit to give back, by its id."""

    appointment: str = Field(max_length=64, examples=["A-HY20261122-000001"])


class BookBranchBody(VisitorBody):
    """A visit. `starts_at` is a half-hour of China Standard Time, "2026-11-23T10:00"."""

    branch: str = Field(pattern=r"^B\d{4}$", examples=["B0101"])
    starts_at: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d$", examples=["2026-11-23T10:00"])
    service: str = Field(default="", max_length=60)
    phone: str = Field(pattern=r"^1[3-9]\d{9}$")


def book_branch(work: Work, body: BookBranchBody) -> Finished:
    """Book a half-hour at a branch and give a number in its queue."""
    branch = find_branch(body.branch)
    if branch is None:
        raise Refused(Refusal.BRANCH_NOT_FOUND)
    starts_at = _half_hour(work, body.starts_at)
    if not branch.is_open_at(starts_at):
        raise Refused(Refusal.BRANCH_CLOSED)
    same_time = work.connection.execute(
        "SELECT json_extract(details, '$.branch') AS branch,"
        " json_extract(details, '$.phone') AS phone FROM requests WHERE record = 'appointment'"
        " AND status = 'booked' AND json_extract(details, '$.starts_at') = ?",
        (body.starts_at,),
    ).fetchall()
    if any(row["phone"] == body.phone for row in same_time):
        raise Refused(Refusal.APPOINTMENT_EXISTS)
    place = sum(row["branch"] == body.branch for row in same_time) + 1
    local = starts_at.astimezone(BANK_ZONE)
    begin = datetime.combine(local.date(), time(8, 30), BANK_ZONE)
    half_hour = (local - begin) // SLOT
    details: dict[str, JsonValue] = {
        "branch": branch.branch_id,
        "branch_name": branch.name,
        "address": f"{branch.city}{branch.address}" if not branch.is_rural else branch.address,
        "starts_at": body.starts_at,
        "service": body.service,
        "phone": body.phone,
        "queue_number": f"{chr(ord('A') + half_hour)}{place:03d}",
    }
    return place_record(work, "appointment", body.customer_id, "book_branch", "booked", details)


def _half_hour(work: Work, text: str) -> datetime:
    """The instant, which must be to come and within the days that can be booked.

    Raises:
        Refused: It is not such an instant.
    """
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=BANK_ZONE)
    except ValueError as error:
        raise Refused(Refusal.VISIT_TIME_INVALID) from error
    last = bank_date(work.now) + timedelta(days=BOOKABLE_DAYS)
    if at.minute % 30 or at <= work.now or at.date() > last:
        raise Refused(Refusal.VISIT_TIME_INVALID)
    return at


def cancel_visit(work: Work, body: CancelVisitBody) -> Finished:
    """Give a booked half-hour back, at the latest two hours before it begins."""
    row = work.connection.execute(
        "SELECT * FROM requests WHERE request_id = ? AND record = 'appointment'"
        " AND customer_id = ? AND status = 'booked'",
        (body.appointment, body.customer_id),
    ).fetchone()
    if row is None:
        raise Refused(Refusal.VISIT_NOT_FOUND)
    starts_at = str(json.loads(row["details"])["starts_at"])
    if datetime.fromisoformat(starts_at).replace(tzinfo=BANK_ZONE) - work.now < CANCELLED_BEFORE:
        raise Refused(Refusal.VISIT_TOO_CLOSE)
    work.connection.execute(
        "UPDATE requests SET status = 'cancelled' WHERE request_id = ?", (body.appointment,)
    )
    effect = Effect(
        entity="appointment",
        id=body.appointment,
        field="status",
        before="booked",
        after="cancelled",
    )
    result: dict[str, JsonValue] = {
        "cancelled_id": body.appointment,
        "cancelled_starts_at": starts_at,
        "status": "cancelled",
    }
    return Finished(result, (effect,))


VISIT_OPERATIONS = (
    Operation("cancel_visit", CancelVisitBody, cancel_visit, "Give a booked visit back"),
    Operation("book_branch", BookBranchBody, book_branch, "Book a visit; nobody need be signed in"),
)
