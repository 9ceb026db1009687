"""Transfers that are kept back: on their way out after a day, called back before that.

While it waits the money is in transit, an account of the bank's own: it has left the customer's
and nobody else has it. What becomes due is sent with the next thing anybody asks of the bank.
"""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import Field, JsonValue

from actions.bank.sandbox.amounts import money
from actions.bank.sandbox.calendar import from_iso, to_iso
from actions.bank.sandbox.ledger import (
    CLEARING,
    TRANSIT,
    Description,
    Leg,
    next_number,
    post,
    reference_of,
)
from actions.bank.sandbox.operations.base import (
    ChangeBody,
    Effect,
    Finished,
    Operation,
    Work,
)
from actions.bank.sandbox.operations.orders import place_order, records_of
from actions.bank.sandbox.operations.paying import balance_effect, balance_of
from actions.bank.sandbox.refusals import Refusal, Refused

KIND = "transfer_money"
DELAYED, SENT, CANCELLED = "delayed", "sent", "cancelled"


class CancelTransferBody(ChangeBody):
    """A transfer that is still kept back, by the id of its order."""

    order: str = Field(min_length=1, max_length=64)


def keep_back(
    work: Work, customer_id: str, delay: timedelta, details: Mapping[str, JsonValue]
) -> Finished:
    """Write down a transfer whose money is in transit.

    Args:
        work: The change it belongs to.
        customer_id: Who pays.
        delay: How long it is kept.
        details: payee, to_name, to_last4, from_account, from_last4, fen, note.
    """
    releases_at = to_iso(work.now + delay)
    return place_order(work, customer_id, KIND, DELAYED, {**details, "releases_at": releases_at})


def cancel_transfer(work: Work, body: CancelTransferBody) -> Finished:
    """Put the money back where it came from, as long as it waits."""
    for row in records_of(work, body.customer_id, "order", KIND):
        if row["request_id"] != body.order:
            continue
        if row["status"] != DELAYED:
            raise Refused(
                Refusal.TRANSFER_ALREADY_SENT
                if row["status"] == SENT
                else Refusal.TRANSFER_ALREADY_CANCELLED
            )
        return _put_back(work, row)
    raise Refused(Refusal.TRANSFER_NOT_FOUND)


def send_due(connection: sqlite3.Connection, now: datetime) -> int:
    """Send what was kept back long enough; a customer's own hold on payments keeps it longer.

    Returns:
        How many were sent.
    """
    due = [
        row
        for row in connection.execute(
            "SELECT r.*, c.payments_held_until FROM requests AS r JOIN customers AS c"
            " USING (customer_id) WHERE r.kind = ? AND r.status = ?",
            (KIND, DELAYED),
        )
        if _is_due(row, now)
    ]
    if not due:
        return 0
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for row in due:
            _send(connection, row, now)
    return len(due)


def _is_due(row: sqlite3.Row, now: datetime) -> bool:
    held = row["payments_held_until"]
    releases_at = from_iso(json.loads(row["details"])["releases_at"])
    return releases_at <= now and (held is None or from_iso(held) <= now)


def _send(connection: sqlite3.Connection, row: sqlite3.Row, now: datetime) -> None:
    details = json.loads(row["details"])
    fen = int(details["fen"])
    description = Description(details["to_name"], "transfer", "assistant", details["note"])
    reference = reference_of(next_number(connection), now)
    post(
        connection,
        (Leg(TRANSIT, -fen), Leg(CLEARING, fen)),
        description,
        reference=reference,
        at=now,
    )
    connection.execute("UPDATE payees SET used_before = 1 WHERE payee_id = ?", (details["payee"],))
    _set_status(connection, row["request_id"], SENT)


def _put_back(work: Work, row: sqlite3.Row) -> Finished:
    details = json.loads(row["details"])
    fen, account = int(details["fen"]), str(details["from_account"])
    before = balance_of(work, account)
    description = Description(details["to_name"], "transfer", "assistant", details["note"])
    post(
        work.connection,
        (Leg(TRANSIT, -fen), Leg(account, fen)),
        description,
        reference=work.reference,
        at=work.now,
    )
    _set_status(work.connection, row["request_id"], CANCELLED)
    effects = (
        balance_effect(account, before, before + fen),
        Effect(
            entity="order", id=row["request_id"], field="status", before=DELAYED, after=CANCELLED
        ),
    )
    result: dict[str, JsonValue] = {
        "order_id": row["request_id"],
        "status": CANCELLED,
        "to_name": details["to_name"],
        "to_last4": details["to_last4"],
        "from_last4": details["from_last4"],
        "amount": money(fen).model_dump(),
        "balance_after": money(before + fen).model_dump(),
    }
    return Finished(result, effects)


def _set_status(connection: sqlite3.Connection, request_id: str, status: str) -> None:
    connection.execute("UPDATE requests SET status = ? WHERE request_id = ?", (status, request_id))


DELAYED_OPERATIONS = (
    Operation("cancel_transfer", CancelTransferBody, cancel_transfer, "Call a transfer back"),
)
