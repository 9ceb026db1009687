"""WAV in memory: what speech servers take and give back."""

from __future__ import annotations

import io
import struct
import wave
from typing import Final

_BYTES: Final = 2
_RIFF: Final = struct.Struct("<4sI4s")
_CHUNK: Final = struct.Struct("<4sI")
_FORM: Final = struct.Struct("<HHIIHH")
_PCM: Final = 1
_EXTENSIBLE: Final = 0xFFFE


def as_wav(pcm: bytes, rate: int) -> bytes:
    """A recording of one channel, 16 bits a sample."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(_BYTES)
        writer.setframerate(rate)
        writer.writeframes(pcm)
    return file.getvalue()


def from_wav(data: bytes) -> tuple[bytes, int]:
    """PCM of one channel and its rate.

    A server that streams does not know how long its answer will be: whatever length the header
    claims, the sound ends with the data.

    Raises:
        ValueError: No WAV, or not 16 bits of one channel.
    """
    if len(data) < _RIFF.size or _RIFF.unpack_from(data)[::2] != (b"RIFF", b"WAVE"):
        msg = "no WAV"
        raise ValueError(msg)
    at, rate = _RIFF.size, 0
    while at + _CHUNK.size <= len(data):
        name, size = _CHUNK.unpack_from(data, at)
        at += _CHUNK.size
        if name == b"data" and rate:
            sound = data[at : at + size]
            return sound[: len(sound) // _BYTES * _BYTES], rate
        if name == b"fmt ":
            rate = _rate(data[at : at + size])
        at += size + size % 2
    msg = "no sound in the WAV"
    raise ValueError(msg)


def _rate(form: bytes) -> int:
    if len(form) < _FORM.size:
        msg = "a WAV that is cut short"
        raise ValueError(msg)
    kind, channels, rate, _, _, bits = _FORM.unpack_from(form)
    if kind not in {_PCM, _EXTENSIBLE} or channels != 1 or bits != 8 * _BYTES or not rate:
        msg = "not 16 bits of one channel"
        raise ValueError(msg)
    return int(rate)
