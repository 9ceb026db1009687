"""Orders of a customer: written down by one change, read back by others and by the customer."""

import json
import sqlite3
from collections.abc import Mapping

from pydantic import JsonValue

from actions.bank.sandbox.calendar import to_iso
from actions.bank.sandbox.operations.base import Effect, Finished, Work

OPEN = ("placed", "approved")
"""States in which an order is still being carried out."""


def place_order(
    work: Work, customer_id: str, kind: str, status: str, details: Mapping[str, JsonValue]
) -> Finished:
    """Write an order down.

    Args:
        work: The change it belongs to; its reference becomes the order's id.
        customer_id: Whose order it is.
        kind: Flow id of the task that led to it.
        status: Where it begins.
        details: What it is about, as JSON.
    """
    order_id = f"O-{work.reference}"
    work.connection.execute(
        "INSERT INTO requests (request_id, record, customer_id, kind, status, created_at, details)"
        " VALUES (?, 'order', ?, ?, ?, ?, ?)",
        (
            order_id,
            customer_id,
            kind,
            status,
            to_iso(work.now),
            json.dumps(dict(details), ensure_ascii=False),
        ),
    )
    effect = Effect(entity="order", id=order_id, field="status", before=None, after=status)
    result = {"order_id": order_id, "kind": kind, "status": status, **details}
    return Finished(result, (effect,))


def open_order(work: Work, customer_id: str, kind: str, card: str | None = None) -> str | None:
    """The id of an order of this kind that is under way, for this card if one is given."""
    rows: list[sqlite3.Row] = work.connection.execute(
        "SELECT * FROM requests WHERE customer_id = ? AND record = 'order' AND kind = ?"
        " ORDER BY created_at",
        (customer_id, kind),
    ).fetchall()
    for row in rows:
        is_same = card is None or json.loads(row["details"]).get("card") == card
        if is_same and row["status"] in OPEN:
            return str(row["request_id"])
    return None
