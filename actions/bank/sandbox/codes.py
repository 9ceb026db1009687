"""One-time codes of the sandbox: always the same digits, otherwise as strict as real ones.

A code lives three minutes, allows three attempts, works once and only for the purpose it was
sent for. Too many wrong codes lock a mobile number for an hour, whatever codes are sent.
"""

import hashlib
import hmac
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal

from actions.bank.sandbox.calendar import to_iso
from actions.bank.sandbox.ledger import next_number
from actions.bank.sandbox.problems import Problem, not_found

SANDBOX_CODE = "246810"
"""What every number receives. It opens nothing but the sandbox."""

LIFE = timedelta(minutes=3)
ATTEMPTS = 3
SENDS_ALLOWED = 5
SENDS_WINDOW = timedelta(minutes=10)
WRONG_ALLOWED = 10
WRONG_WINDOW = timedelta(hours=1)

Reason = Literal["wrong", "expired", "used", "locked", "other_purpose"]


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code on its way."""

    code_id: str
    masked_phone: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class CheckedCode:
    """What a check found. `reason` is None when the code was right."""

    attempts_left: int
    reason: Reason | None


def mask_phone(phone: str) -> str:
    """Hide the middle four digits: "138****1001"."""
    return f"{phone[:3]}****{phone[-4:]}"


def send_code(
    connection: sqlite3.Connection, now: datetime, phone: str, purpose: str, conversation_id: str
) -> SentCode:
    """Send a code.

    Raises:
        Problem: 429 `too_many_codes` for the sixth in ten minutes of one conversation.
    """
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        sent = connection.execute(
            "SELECT count(*) FROM codes WHERE conversation_id = ? AND sent_at > ?",
            (conversation_id, to_iso(now - SENDS_WINDOW)),
        ).fetchone()[0]
        if sent >= SENDS_ALLOWED:
            detail = "Too many codes in this conversation; wait ten minutes."
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, code="too_many_codes", detail=detail)
        seed = f"{next_number(connection)}|{phone}|{to_iso(now)}"
        code_id = f"otc_{hashlib.sha256(seed.encode()).hexdigest()[:24]}"
        expires_at = to_iso(now + LIFE)
        connection.execute(
            "INSERT INTO codes VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            (code_id, phone, purpose, conversation_id, to_iso(now), expires_at, ATTEMPTS),
        )
    return SentCode(code_id, mask_phone(phone), expires_at)


def check_code(
    connection: sqlite3.Connection, now: datetime, code_id: str, code: str, purpose: str
) -> CheckedCode:
    """Check a code and use it up when it is right.

    Raises:
        Problem: 404 `code_not_found`.
    """
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        row: sqlite3.Row | None = connection.execute(
            "SELECT * FROM codes WHERE code_id = ?", (code_id,)
        ).fetchone()
        if row is None:
            raise not_found(code="code_not_found", detail="No such code was sent.")
        barred = _barred(connection, now, row, purpose)
        if barred is not None:
            return CheckedCode(row["attempts_left"], barred)
        if not hmac.compare_digest(code.encode(), SANDBOX_CODE.encode()):
            return _wrong(connection, now, row)
        connection.execute("UPDATE codes SET used_at = ? WHERE code_id = ?", (to_iso(now), code_id))
        return CheckedCode(row["attempts_left"], None)


def _barred(
    connection: sqlite3.Connection, now: datetime, row: sqlite3.Row, purpose: str
) -> Reason | None:
    """Why the code cannot be used, whatever digits come with it."""
    wrong = connection.execute(
        "SELECT count(*) FROM wrong_codes WHERE phone = ? AND at > ?",
        (row["phone"], to_iso(now - WRONG_WINDOW)),
    ).fetchone()[0]
    if wrong >= WRONG_ALLOWED or row["attempts_left"] == 0:
        return "locked"
    if row["used_at"] is not None:
        return "used"
    if to_iso(now) >= row["expires_at"]:
        return "expired"
    return None if row["purpose"] == purpose else "other_purpose"


def _wrong(connection: sqlite3.Connection, now: datetime, row: sqlite3.Row) -> CheckedCode:
    left = row["attempts_left"] - 1
    connection.execute(
        "UPDATE codes SET attempts_left = ? WHERE code_id = ?", (left, row["code_id"])
    )
    connection.execute("INSERT INTO wrong_codes VALUES (?, ?)", (row["phone"], to_iso(now)))
    return CheckedCode(left, "wrong")
