"""The envelope of callbacks: signature, AES and padding, in both directions.

A key is base64 of the 43-character EncodingAESKey and "="; AES-256-CBC with the first 16 bytes of
the key as IV; PKCS#7 to blocks of 32 (pads 1 to 32). The plain text is 16 random bytes, the length
of the message in 4 bytes, big-endian, the message, and the id of the receiver. The signature is
SHA-1 over token, time stamp, nonce and ciphertext, sorted and joined. It is compared, in constant
time, before anything is decrypted; whatever is wrong afterwards is one typed rejection.

Source: developers.weixin.qq.com, "Message encryption and decryption"; checked against 29 published
vectors (`tests/contract/data/wechat_vectors.json`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from assistant.errors import SettingsError
from channels.wechat.errors import Rejected

PAD_BLOCK: Final = 32
"""A peer that pads to 16 is understood too: its pads are a subset, and its signature was right."""

RANDOM_BYTES: Final = 16
_LENGTH_BYTES: Final = 4
_AES_BLOCK: Final = 16
_IV_BYTES: Final = 16
_AES_KEY: Final = re.compile(r"[A-Za-z0-9+/]{43}")


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts, hexadecimal."""
    joined = "".join(sorted(parts)).encode("utf-8", "surrogatepass")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def is_signed(given: str, *parts: str) -> bool:
    """Whether a signature is right; takes the same time for every wrong one."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), signature(*parts).encode())


def read_key(encoded: str) -> bytes:
    """The 32 bytes of an EncodingAESKey.

    Real keys are not always canonical base64 (bits left over at the end), so length and alphabet
    are checked and no more.

    Raises:
        SettingsError: It is not 43 characters of base64; it is not repeated.
    """
    if not _AES_KEY.fullmatch(encoded):
        msg = "The EncodingAESKey is not 43 characters of base64."
        raise SettingsError(msg)
    return base64.b64decode(f"{encoded}=")


@dataclass(frozen=True, slots=True)
class Opened:
    """A decrypted message.

    Attributes:
        key: The key that opened it; the reply is encrypted with the same one.
    """

    text: str = field(repr=False)
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted reply with its signature."""

    encrypt: str
    msg_signature: str
    timestamp: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Codec:
    """Opens callbacks and seals replies of one account.

    Attributes:
        token: Shared with the platform.
        keys: The current key and, while the platform changes over, the one before it.
        receive_id: Who the messages are for: app id or corp id.
    """

    token: str = field(repr=False)
    keys: tuple[bytes, ...] = field(repr=False)
    receive_id: str

    def check_plain(self, given: str, timestamp: str, nonce: str) -> None:
        """Check the signature of a request without a message.

        Raises:
            Rejected: It is wrong.
        """
        if not is_signed(given, self.token, timestamp, nonce):
            raise Rejected(reason="signature", status=HTTPStatus.FORBIDDEN)

    def open(self, encrypt: str, msg_signature: str, timestamp: str, nonce: str) -> Opened:
        """Check and decrypt.

        Raises:
            Rejected: Anything is wrong with it.
        """
        if not is_signed(msg_signature, self.token, timestamp, nonce, encrypt):
            raise Rejected(reason="signature", status=HTTPStatus.FORBIDDEN)
        try:
            ciphertext = base64.b64decode(encrypt, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Rejected(reason="base64") from error
        if not ciphertext or len(ciphertext) % _AES_BLOCK:
            raise Rejected(reason="block_size")
        first: Rejected | None = None
        for key in self.keys:
            try:
                return Opened(self._unpack(_decrypt(key, ciphertext)), key)
            except Rejected as rejection:
                first = first or rejection
        raise first or Rejected(reason="no_key")

    def seal(self, text: str, key: bytes, timestamp: str, nonce: str, random: bytes) -> Sealed:
        """Encrypt and sign a reply.

        Args:
            text: The reply, XML or JSON.
            key: That opened the message answered.
            timestamp: Seconds since 1970.
            nonce: Any digits.
            random: 16 bytes nobody can guess.
        """
        message = text.encode()
        length = len(message).to_bytes(_LENGTH_BYTES, "big")
        buffer = random + length + message + self.receive_id.encode()
        pad = PAD_BLOCK - len(buffer) % PAD_BLOCK
        encryptor = _cipher(key).encryptor()
        ciphertext = encryptor.update(buffer + bytes([pad]) * pad) + encryptor.finalize()
        encrypt = base64.b64encode(ciphertext).decode()
        return Sealed(
            encrypt=encrypt,
            msg_signature=signature(self.token, timestamp, nonce, encrypt),
            timestamp=timestamp,
            nonce=nonce,
        )

    def _unpack(self, buffer: bytes) -> str:
        pad = buffer[-1]
        if not 1 <= pad <= PAD_BLOCK or buffer[-pad:] != bytes([pad]) * pad:
            raise Rejected(reason="padding")
        content = buffer[RANDOM_BYTES:-pad]
        length = int.from_bytes(content[:_LENGTH_BYTES], "big")
        message, receiver = content[_LENGTH_BYTES:][:length], content[_LENGTH_BYTES:][length:]
        if len(content) < _LENGTH_BYTES or len(message) != length:
            raise Rejected(reason="length")
        if not hmac.compare_digest(receiver, self.receive_id.encode()):
            raise Rejected(reason="receive_id", status=HTTPStatus.FORBIDDEN)
        try:
            return message.decode()
        except UnicodeDecodeError as error:
            raise Rejected(reason="utf8") from error


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:_IV_BYTES]))


def _decrypt(key: bytes, ciphertext: bytes) -> bytes:
    decryptor = _cipher(key).decryptor()
    return decryptor.update(ciphertext) + decryptor.finalize()
