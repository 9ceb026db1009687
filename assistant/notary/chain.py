"""The hash chain of one log.

Each link covers the ciphertext's hash, every other field, and the link before it. So a destroyed
key leaves the chain whole, and no changed row does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any, Final, NamedTuple

ALGORITHM: Final = "AES-256-GCM+SHA-256/1"
"""Written with every event: how it was sealed and linked. A bank that must use other algorithms
(SM4, SM3) adds a name; old rows keep theirs."""

FIRST: Final = bytes(32)
"""What stands for the link before the first."""


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
    """The link's own hash, 32 bytes: of the fields as a JSON array, in their order.

    An array of strings, whole numbers and nulls has one form only, so it needs no canonicalisation
    beyond fixed separators and escapes. The array is put together here because a general encoder
    takes four times as long, and a log is long.

    Args:
        link: The event's fields; the ciphertext counts by its hash.
        before: Hash of the link before, `FIRST` for the first.
    """
    frame = "null" if link.frame_seq is None else link.frame_seq
    cited = "null" if link.documents is None else _quoted(link.documents)
    content = hashlib.sha256(link.sealed).hexdigest()
    covered = (
        f"[{_quoted(link.algorithm)},{_quoted(link.conversation)},{link.seq},{frame},"
        f"{_quoted(link.type)},{link.turn},{_quoted(link.at)},{_quoted(link.release)},{cited},"
        f'{_quoted(link.key)},"{content}","{before.hex()}"]'
    )
    return hashlib.sha256(covered.encode()).digest()


def entry_hash(entry: Mapping[str, Any], before: bytes) -> bytes:
    """Hash of an entry of the register of personal data.

    Args:
        entry: Its columns; `keys` is JSON or None.
        before: Hash of the entry before, `FIRST` for the first.
    """
    names = ("actor", "deed", "subject", "conversation_id", "reason", "keys")
    covered = [entry["seq"], instant(entry["at"]), *(entry[name] for name in names), before.hex()]
    return hashlib.sha256(json.dumps(covered, separators=(",", ":")).encode()).digest()
