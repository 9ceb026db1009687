"""Same key, same effect, once.

The outcome of a change is written in the same database transaction as its effect, so
there is no moment at which one exists without the other. A refusal is an outcome too.
"""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from actions.bank.sandbox.calendar import to_iso
from actions.bank.sandbox.core import CoreBank
from actions.bank.sandbox.ledger import next_number, reference_of
from actions.bank.sandbox.operations.base import (
    NOBODY,
    ChangeBody,
    Finished,
    Operation,
    Work,
)
from actions.bank.sandbox.problems import Problem, not_found
from actions.bank.sandbox.refusals import Refusal, Refused


@dataclass(frozen=True, slots=True)
class Change:
    """One request to change something.

    Attributes:
        key: The caller's idempotency key.
        refused_by_fault: A planned fault turns this call into a refusal.
    """

    operation: Operation[Any]
    body: ChangeBody
    key: str
    refused_by_fault: bool = False

    def effect(self, work: Work) -> Finished:
        """Do it.

        Raises:
            Refused: A business rule, or a planned fault, says no.
        """
        if self.refused_by_fault:
            raise Refused(Refusal.REFUSED_BY_FAULT)
        return self.operation.run(work, self.body)

    def body_sha256(self) -> str:
        """Hash that tells whether a key comes back with another request."""
        text = json.dumps(
            [self.operation.name, self.body.model_dump(mode="json")],
            sort_keys=True,
            ensure_ascii=False,
        )
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored outcome, and whether it was stored before this call."""

    row: sqlite3.Row
    is_replayed: bool


def carry_out(bank: CoreBank, change: Change) -> Answer:
    """Carry out a change, or find how it ended when its key was seen before.

    Raises:
        Problem: 404 for an unknown customer, 422 for a key that belongs to another request;
            neither is stored.
    """
    with bank.connection as connection:
        connection.execute("BEGIN IMMEDIATE")
        stored = outcome_of(connection, change.key)
        if stored is None:
            _require_customer(connection, change.body.customer_id)
            _run(bank, change)
        elif stored["body_sha256"] != change.body_sha256():
            detail = "The key was used for another request."
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY, code="idempotency_key_reused", detail=detail
            )
        row = outcome_of(connection, change.key)
        assert row is not None  # noqa: S101 - written above, in this database transaction
        return Answer(row, is_replayed=stored is not None)


def outcome_of(connection: sqlite3.Connection, key: str) -> sqlite3.Row | None:
    """How the change with this key ended, if it ended."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM outcomes WHERE idempotency_key = ?", (key,)
    ).fetchone()
    return row


def _run(bank: CoreBank, change: Change) -> None:
    connection, now = bank.connection, bank.now()
    connection.execute("SAVEPOINT effect")
    reference = reference_of(next_number(connection), now)
    try:
        finished = change.effect(Work(connection, now, reference, bank.is_hour_told))
    except Refused as refusal:
        connection.execute("ROLLBACK TO effect")
        _store_refusal(connection, change, refusal, to_iso(now))
    else:
        _store_done(connection, change, finished, (reference, to_iso(now)))
    connection.execute("RELEASE effect")


def _store_done(
    connection: sqlite3.Connection, change: Change, finished: Finished, receipt: tuple[str, str]
) -> None:
    effects = [effect.model_dump() for effect in finished.effects]
    connection.execute(
        "INSERT INTO outcomes (idempotency_key, operation, body_sha256, customer_id, state,"
        " reference, at, result, effects) VALUES (?, ?, ?, ?, 'done', ?, ?, ?, ?)",
        (
            *_identity(change),
            *receipt,
            json.dumps(dict(finished.result), ensure_ascii=False),
            json.dumps(effects, ensure_ascii=False),
        ),
    )


def _store_refusal(
    connection: sqlite3.Connection, change: Change, refusal: Refused, at: str
) -> None:
    connection.execute(
        "INSERT INTO outcomes (idempotency_key, operation, body_sha256, customer_id, state,"
        " at, code, detail, effects) VALUES (?, ?, ?, ?, 'refused', ?, ?, ?, '[]')",
        (*_identity(change), at, refusal.refusal, refusal.detail),
    )


def _identity(change: Change) -> tuple[str, str, str, str]:
    return (change.key, change.operation.name, change.body_sha256(), change.body.customer_id)


def _require_customer(connection: sqlite3.Connection, customer_id: str) -> None:
    if customer_id == NOBODY:
        return
    known = connection.execute(
        "SELECT 1 FROM customers WHERE customer_id = ?", (customer_id,)
    ).fetchone()
    if known is None:
        raise not_found(code="customer_not_found", detail="There is no such customer.")
