"""Orders, cases, appointments: written down by one change, read back by others."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from actions.bank.sandbox.calendar import to_iso
from actions.bank.sandbox.operations.base import NOBODY, Effect, Finished, Work

Record = Literal["order", "case", "appointment"]

OPEN = ("placed", "approved")
"""States in which an order is still being carried out."""

_PREFIXES: Mapping[Record, str] = {"order": "O", "case": "C", "appointment": "A"}


def place_order(
    work: Work, customer_id: str, kind: str, status: str, details: Mapping[str, JsonValue]
) -> Finished:
    """Write an order down; see `place_record`."""
    return place_record(work, "order", customer_id, kind, status, details)


def place_record(
    work: Work,
    record: Record,
    customer_id: str,
    kind: str,
    status: str,
    details: Mapping[str, JsonValue],
) -> Finished:
    """Write a record down.

    Args:
        work: The change it belongs to; its reference becomes the record's id.
        record: What it is.
        customer_id: Whose it is; `NOBODY` for a visitor.
        kind: Flow id of the task that led to it.
        status: Where it begins.
        details: What it is about, as JSON.
    """
    record_id = f"{_PREFIXES[record]}-{work.reference}"
    work.connection.execute(
        "INSERT INTO requests (request_id, record, customer_id, kind, status, created_at, details)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            record_id,
            record,
            None if customer_id == NOBODY else customer_id,
            kind,
            status,
            to_iso(work.now),
            json.dumps(dict(details), ensure_ascii=False),
        ),
    )
    effect = Effect(entity=record, id=record_id, field="status", before=None, after=status)
    result = {f"{record}_id": record_id, "kind": kind, "status": status, **details}
    return Finished(result, (effect,))


def records_of(work: Work, customer_id: str, record: Record, kind: str) -> list[sqlite3.Row]:
    """Records of one kind, oldest first."""
    return work.connection.execute(
        "SELECT * FROM requests WHERE customer_id = ? AND record = ? AND kind = ?"
        " ORDER BY created_at",
        (customer_id, record, kind),
    ).fetchall()


def open_order(work: Work, customer_id: str, kind: str, card: str | None = None) -> str | None:
    """The id of an order of this kind that is under way, for this card if one is given."""
    for row in records_of(work, customer_id, "order", kind):
        is_same = card is None or json.loads(row["details"]).get("card") == card
        if is_same and row["status"] in OPEN:
            return str(row["request_id"])
    return None
