"""One-time codes of the sandbox, kept as strictly as a real bank would.

A code has six digits and lives three minutes, allows three attempts, works once and only for the
purpose it was sent for. What is stored is an HMAC of it under a key that lives in this process
alone. Too many wrong codes lock a customer for an hour, whatever codes are sent.

Every number receives the same well-known digits, so that anybody can try the assistant; the
sandbox's controls make it draw them at random instead and show what each handset received.
"""

import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Literal

from actions.bank.sandbox.calendar import to_iso
from actions.bank.sandbox.ledger import next_number
from actions.bank.sandbox.problems import Problem, not_found

SANDBOX_CODE = "246810"
"""What every number receives unless codes are drawn. It opens nothing but the sandbox."""

LIFE = timedelta(minutes=3)
ATTEMPTS = 3
DIGITS = 6
SENDS_ALLOWED = 5
SENDS_WINDOW = timedelta(minutes=10)
FAILURES_ALLOWED = 10
FAILURES_WINDOW = timedelta(hours=1)
_KEY_BYTES = 32

Reason = Literal["wrong", "expired", "used", "locked", "other_purpose"]


@dataclass(slots=True)
class CodeMaker:
    """Makes codes and their fingerprints.

    Attributes:
        is_random: Whether digits are drawn; else every code is `SANDBOX_CODE`.
        key: Of the fingerprints; a code sent before a restart can no longer be checked.
        handsets: Phone to the last code it received, only while codes are drawn.
    """

    is_random: bool = False
    key: bytes = field(default_factory=lambda: secrets.token_bytes(_KEY_BYTES))
    handsets: dict[str, str] = field(default_factory=dict)

    def make(self, phone: str) -> str:
        """The digits that go to a phone."""
        if not self.is_random:
            return SANDBOX_CODE
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        self.handsets[phone] = code
        return code

    def mac(self, code_id: str, code: str) -> bytes:
        """Fingerprint of a code: equal digits of two codes have different ones."""
        return hmac.digest(self.key, f"{code_id}|{code}".encode(), hashlib.sha256)

    def reset(self) -> None:
        """Well-known digits again, and no handset."""
        self.is_random = False
        self.handsets.clear()


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
    connection: sqlite3.Connection,
    now: datetime,
    maker: CodeMaker,
    *,
    phone: str,
    purpose: str,
    conversation_id: str,
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
            "INSERT INTO codes VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (
                code_id,
                phone,
                purpose,
                conversation_id,
                maker.mac(code_id, maker.make(phone)),
                to_iso(now),
                expires_at,
                ATTEMPTS,
            ),
        )
    return SentCode(code_id, mask_phone(phone), expires_at)


def check_code(
    connection: sqlite3.Connection,
    now: datetime,
    maker: CodeMaker,
    *,
    code_id: str,
    code: str,
    purpose: str,
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
        # Everything else is settled before the digits are looked at, so a refusal tells
        # nothing about them.
        barred = _barred(connection, now, row, purpose)
        if barred is not None:
            return CheckedCode(row["attempts_left"], barred)
        if not hmac.compare_digest(maker.mac(code_id, code), row["mac"]):
            return _wrong(connection, now, row)
        connection.execute("UPDATE codes SET used_at = ? WHERE code_id = ?", (to_iso(now), code_id))
        return CheckedCode(row["attempts_left"], None)


def forget_pending(connection: sqlite3.Connection) -> None:
    """End every code not used yet: the key of its fingerprint went with the process before."""
    connection.execute("UPDATE codes SET expires_at = sent_at WHERE used_at IS NULL")


def is_locked(connection: sqlite3.Connection, now: datetime, subject: str, proof: str) -> bool:
    """Whether somebody failed one kind of proof too often in the last hour."""
    failures: int = connection.execute(
        "SELECT count(*) FROM failed_proofs WHERE subject = ? AND proof = ? AND at > ?",
        (subject, proof, to_iso(now - FAILURES_WINDOW)),
    ).fetchone()[0]
    return failures >= FAILURES_ALLOWED


def note_failure(connection: sqlite3.Connection, now: datetime, subject: str, proof: str) -> None:
    """Count one failed proof."""
    connection.execute("INSERT INTO failed_proofs VALUES (?, ?, ?)", (subject, proof, to_iso(now)))


def _barred(
    connection: sqlite3.Connection, now: datetime, row: sqlite3.Row, purpose: str
) -> Reason | None:
    """Why the code cannot be used, whatever digits come with it."""
    if row["attempts_left"] == 0 or is_locked(connection, now, _subject(connection, row), "code"):
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
    note_failure(connection, now, _subject(connection, row), "code")
    return CheckedCode(left, "wrong")


def _subject(connection: sqlite3.Connection, row: sqlite3.Row) -> str:
    """Whom wrong codes count against: the customer the number belongs to, else the number."""
    owner = connection.execute(
        "SELECT customer_id FROM customers WHERE phone = ?", (row["phone"],)
    ).fetchone()
    return str(row["phone"] if owner is None else owner["customer_id"])
