"""What passes between this process and the worker: a JSON line's length, the line, the sound."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO, Final

HEAD: Final = struct.Struct(">II")
"""Bytes of the JSON object, bytes of sound."""


def packed(message: dict[str, Any], sound: bytes = b"") -> bytes:
    """One message as bytes."""
    words = json.dumps(message, ensure_ascii=False).encode()
    return HEAD.pack(len(words), len(sound)) + words + sound


def read(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next message of a blocking stream; None at its end."""
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    words, sound = HEAD.unpack(head)
    message: dict[str, Any] = json.loads(stream.read(words))
    return message, stream.read(sound)
