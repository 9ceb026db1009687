"""The hash chain of one log.

Each link covers the ciphertext's hash, every other field, and the link before it. So a destroyed
key leaves the chain whole, and no changed row does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

ALGORITHM: Final = "AES-256-GCM+SHA-256/1"
"""Written with every event: how it was sealed and linked. A bank that must use other algorithms
(SM4, SM3) adds a name; old rows keep theirs."""

FIRST: Final = bytes(32)
"""What stands for the link before the first."""

Field = str | int | None


class Link(NamedTuple):
    """What the link of one event covers, besides the link before.

    Attributes:
        at: ISO 8601, UTC, microseconds.
        documents: Ids of cited documents as a JSON array; None when none is cited.
        key: Id of the data key.
        sealed: The ciphertext.
    """

    algorithm: str
    conversation: str
    seq: int
    frame_seq: int | None
    type: str
    turn: int
    at: str
    release: str
    documents: str | None
    key: str
    sealed: bytes


def place_of(conversation: str, seq: int) -> bytes:
    """Where an event stands: the additional data its ciphertext is bound to."""
    return f"{conversation}\n{seq}".encode()


def instant(at: datetime) -> str:
    """An aware instant as links cover it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def link_hash(link: Link, before: bytes) -> bytes:
    """The link's own hash, 32 bytes.

    Args:
        link: The event's fields.
        before: Hash of the link before, `FIRST` for the first.
    """
    return chained(link[:-1], hashlib.sha256(link.sealed).hexdigest(), before)


def chained(fields: Sequence[Field], content: str, before: bytes) -> bytes:
    """Hash of plain fields, the hash of the content and the hash before, as canonical JSON.

    A JSON array of strings, whole numbers and nulls has one form only, so it needs no
    canonicalisation beyond fixed separators and escapes.
    """
    return hashlib.sha256(_canonical([*fields, content, before.hex()]).encode()).digest()


def entry_hash(entry: Mapping[str, Any], before: bytes) -> bytes:
    """Hash of an entry of the register of personal data.

    Args:
        entry: Its columns; `keys` is JSON or None.
        before: Hash of the entry before, `FIRST` for the first.
    """
    names = ("actor", "deed", "subject", "conversation_id", "reason")
    fields = (entry["seq"], instant(entry["at"]), *(entry[name] for name in names))
    return chained(fields, entry["keys"] or "", before)


_canonical = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
