"""The master key, the data keys it wraps, and sealing with a data key.

AES-256-GCM throughout (NIST SP 800-38D). A sealed value is 12 bytes of nonce, the ciphertext and
16 bytes of tag. A data key serves one record class of one conversation, so random nonces stay far
below the 2**32 messages the standard allows for one key.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from assistant.errors import SettingsError, TranscriptDamaged
from assistant.model.events import Event

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_NAME_DIGITS: Final = 16
_SUBJECT_DIGITS: Final = 32

RecordClass = Literal["talk", "identity", "deed"]
"""`talk`: what was said and understood. `identity`: who spoke and how that was proven. `deed`:
what the bank was asked to do, what was confirmed, decided or recommended."""

RECORD_CLASSES: Final[tuple[RecordClass, ...]] = get_args(RecordClass)

_CLASS_OF: Final[dict[str, RecordClass]] = {
    "signed_in": "identity",
    "step_up_requested": "identity",
    "code_sent": "identity",
    "step_up_passed": "identity",
    "step_up_failed": "identity",
    "action_executed": "deed",
    "confirmed": "deed",
    "recommended": "deed",
    "review_requested": "deed",
    "review_called": "deed",
    "review_decided": "deed",
}


def record_class(event: Event) -> RecordClass:
    """The record class an event is kept under."""
    return _CLASS_OF.get(event.type, "talk")


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key that wraps every data key. It never encrypts a record itself.

    Attributes:
        former: Keys it replaced, newest first: they open what they wrapped and wrap nothing more.
        name: Says which master key wrapped a data key, without telling anything about it.
    """

    secret: bytes = field(repr=False)
    former: tuple[MasterKey, ...] = field(default=(), repr=False)
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Check the length.

        Raises:
            SettingsError: It is not 32 bytes long.
        """
        if len(self.secret) != KEY_BYTES:
            msg = "The master key is not 32 bytes (64 hexadecimal digits)."
            raise SettingsError(msg)
        name = hmac.digest(self.secret, b"guitai master key name", "sha256").hex()
        object.__setattr__(self, "name", name[:_NAME_DIGITS])

    @classmethod
    def from_hex(cls, text: str) -> MasterKey:
        """The key from 64 hexadecimal digits.

        Raises:
            SettingsError: They are something else; they are not repeated.
        """
        try:
            return cls(bytes.fromhex(text.strip()))
        except ValueError as error:
            msg = "The master key is not 64 hexadecimal digits."
            raise SettingsError(msg) from error

    @classmethod
    def from_lines(cls, lines: Iterable[str]) -> MasterKey:
        """The key and those before it, 64 hexadecimal digits each, newest first.

        Raises:
            SettingsError: There is none, or they are something else; they are not repeated.
        """
        keys = [cls.from_hex(line) for line in lines if line.strip()]
        if not keys:
            msg = "There is no master key where one should be."
            raise SettingsError(msg)
        return cls(keys[0].secret, tuple(keys[1:]))

    def named(self, name: str) -> MasterKey | None:
        """This key or the former one of this name; None when it is none of them."""
        return next((key for key in (self, *self.former) if key.name == name), None)

    def subjects(self, customer_id: str) -> tuple[str, ...]:
        """Every pseudonym the customer has had, the present one first."""
        return tuple(key.subject(customer_id) for key in (self, *self.former))

    def subject(self, customer_id: str) -> str:
        """The pseudonym a customer has in the register of personal data."""
        return self.tag("subject", customer_id)

    def tag(self, purpose: str, text: str) -> str:
        """What only a holder of this key can have written under a text, for one purpose."""
        digest = hmac.new(self.secret, f"{purpose}\n{text}".encode(), hashlib.sha256)
        return digest.hexdigest()[:_SUBJECT_DIGITS]

    def wrap(self, data_key: bytes, place: str) -> bytes:
        """Encrypt a data key for the place it belongs to."""
        return seal(AESGCM(self.secret), data_key, place.encode())

    def unwrap(self, wrapped: bytes, place: str) -> bytes:
        """The data key.

        Raises:
            TranscriptDamaged: Another master key wrapped it, for another place, or it was changed.
        """
        return unseal(AESGCM(self.secret), wrapped, place.encode())


def new_data_key() -> bytes:
    """A random data key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(cipher: AESGCM, plain: bytes, place: bytes) -> bytes:
    """Encrypt, bound to a place: the same bytes elsewhere do not open."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, plain, place)


def unseal(cipher: AESGCM, sealed: bytes, place: bytes) -> bytes:
    """Decrypt.

    Raises:
        TranscriptDamaged: It was changed, moved to another place, or sealed with another key.
    """
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
    except (InvalidTag, ValueError) as error:
        msg = "A sealed record does not open: changed, moved, or of another key."
        raise TranscriptDamaged(msg) from error
