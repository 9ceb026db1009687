"""Signed roots: what the log was at an instant, kept where the log is not.

The tree is the append-only Merkle tree of RFC 6962. Its leaves are heads: the name of a chain, the
number of its last link and that link's hash. Each statement appends the heads that moved since the
one before, so its root covers the head of every chain at that instant, and an earlier one too.
A statement names the hash of the one before it and is signed with Ed25519 (RFC 8032).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from assistant.errors import SettingsError
from assistant.notary.keys import KEY_BYTES
from assistant.notary.merkle import Frontier, leaf_hash

VERSION: Final = 1
REGISTER: Final = "privacy_log"
"""Name of the register's chain; those of conversations are their ids."""


class Head(NamedTuple):
    """Where a chain ends.

    Attributes:
        hash: Of its last link, hexadecimal.
    """

    chain: str
    seq: int
    hash: str


Statement = dict[str, Any]
"""One signed root as JSON: v, number, at, heads, size, peaks, root, previous, conversations,
events, key, signature; hashes and keys are hexadecimal."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs roots."""

    secret: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def from_hex(cls, text: str) -> Signer:
        """The key from 64 hexadecimal digits.

        Raises:
            SettingsError: They are something else; they are not repeated.
        """
        try:
            return cls(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text.strip())))
        except ValueError as error:
            msg = "The key for signing roots is not 64 hexadecimal digits."
            raise SettingsError(msg) from error

    @property
    def public(self) -> str:
        """The public key, hexadecimal."""
        return self.secret.public_key().public_bytes_raw().hex()


def public_key(text: str) -> str:
    """A public key as written everywhere here: 64 hexadecimal digits, small letters.

    Raises:
        SettingsError: It is something else; it is not repeated.
    """
    key = text.strip().lower()
    try:
        _exactly(key, KEY_BYTES)
    except ValueError as error:
        msg = "A public key is not 64 hexadecimal digits."
        raise SettingsError(msg) from error
    return key


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """What signs, and what signed before it.

    Attributes:
        former: Public keys that were replaced, oldest first. Their secrets are gone.
    """

    signer: Signer
    former: tuple[str, ...] = ()

    @property
    def trusted(self) -> tuple[str, ...]:
        """Public keys whose signatures are ours, oldest first."""
        return (*self.former, self.signer.public)


def next_statement(
    before: Statement | None, heads: Sequence[Head], at: str, counts: tuple[int, int]
) -> Statement:
    """The statement after another one, not signed yet.

    Args:
        before: The last one; None for the first.
        heads: Those that moved since.
        at: ISO 8601, UTC.
        counts: Conversations and events of the log now.
    """
    frontier = frontier_of(before)
    for head in heads:
        frontier.add(leaf_of(head))
    return {
        "v": VERSION,
        "number": before["number"] + 1 if before else 1,
        "at": at,
        "heads": [list(head) for head in heads],
        "size": frontier.size,
        "peaks": [peak.hex() for peak in frontier.peaks],
        "root": frontier.root().hex(),
        "previous": digest(before) if before else None,
        "conversations": counts[0],
        "events": counts[1],
    }


def frontier_of(statement: Statement | None) -> Frontier:
    """The tree a statement describes."""
    if statement is None:
        return Frontier()
    return Frontier(statement["size"], [bytes.fromhex(each) for each in statement["peaks"]])


def leaf_of(head: Iterable[Any]) -> bytes:
    """Hash of the leaf a head is."""
    return leaf_hash(canonical(list(head)))


def signed(statement: Statement, signer: Signer) -> Statement:
    """The statement with key and signature."""
    named = {**statement, "key": signer.public}
    return {**named, "signature": signer.secret.sign(canonical(named)).hex()}


def is_signed_by(statement: Statement, public: str) -> bool:
    """Whether a statement carries a good signature of this key."""
    body = {name: value for name, value in statement.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(_exactly(public, KEY_BYTES))
        key.verify(bytes.fromhex(str(statement.get("signature"))), canonical(body))
    except (InvalidSignature, ValueError):
        return False
    return statement.get("key") == public


def problem_of(statement: Statement, before: Statement | None, public: str) -> str | None:
    """What is wrong with a statement as the one after another; None when nothing is.

    Args:
        statement: As read.
        before: The one before it, checked already.
        public: Key it must be signed with, hexadecimal.
    """
    if not is_signed_by(statement, public):
        return "its signature does not hold"
    heads = [Head(*head) for head in statement["heads"]]
    counts = (statement["conversations"], statement["events"])
    due = next_statement(before, heads, statement["at"], counts)
    for name, value in due.items():
        if statement.get(name) != value:
            return f"its {name} does not follow from the root before"
    return None


def place_of_key(statement: Statement, trusted: Sequence[str]) -> int | None:
    """Place of the key of a statement among the trusted ones; None when it is none of them.

    Args:
        statement: As read.
        trusted: Keys that may have signed it, oldest first: once a key has signed, those before it
            are retired, and what they sign later is forged.
    """
    key = statement.get("key")
    return next((place for place, each in enumerate(trusted) if each == key), None)


def digest(statement: Statement) -> str:
    """Hash of a whole statement, which the next one names."""
    return hashlib.sha256(canonical(statement)).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON in the one form that is hashed and signed: sorted names, no spaces, ASCII."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def _exactly(text: str, size: int) -> bytes:
    raw = bytes.fromhex(text)
    if len(raw) != size:
        msg = "A key of the wrong length."
        raise ValueError(msg)
    return raw
