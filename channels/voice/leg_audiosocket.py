"""Asterisk AudioSocket over TCP: kind (1 byte), length (2 bytes, big-endian), payload.

Source: Asterisk f0c1c1a, met at 22.10.1. There is no queue, no clear and no mark at the far end:
20 ms frames are sent as they are heard, silence too, because two seconds without a frame end the
call. The end does not hang up: the dialplan goes on, which is how a call is handed over. Any other
frame but sound ends the call. No authentication, no TLS: for a private network only.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from channels.voice.dtmf import RATE as TONE_RATE
from channels.voice.dtmf import ToneKeys
from channels.voice.frames_json import key
from channels.voice.keypad import KEYS
from channels.voice.wire import (
    Audio,
    BadFrame,
    CallEnded,
    CallStarted,
    Delivery,
    Key,
    Message,
    Signal,
    WholeSamples,
)

_HEADER: Final = struct.Struct(">BH")
_END, _UUID, _DTMF, _ERROR = 0x00, 0x01, 0x03, 0xFF
_RATES: Final = {
    0x10: 8000,
    0x11: 12_000,
    0x12: 16_000,
    0x13: 24_000,
    0x14: 32_000,
    0x15: 44_100,
    0x16: 48_000,
}
_KINDS: Final = {rate: kind for kind, rate in _RATES.items()}
_UUID_BYTES: Final = 16


@dataclass(slots=True)
class AudioSocketWire:
    """One call; implements `channels.voice.wire.Wire`.

    Attributes:
        rate: 8,000 for the dialplan application; the codec's own for the channel driver. It must
            be known before the first frame comes, because we speak first.
        inband_keys: Keys come as tones in the sound, at 8,000 only, and not as frames.
    """

    rate: int = 8000
    inband_keys: bool = False
    delivery: Delivery = field(
        default_factory=lambda: Delivery(ahead_ms=0, is_marked=False, needs_silence=True)
    )
    _held: bytes = b""
    _has_started: bool = False
    _samples: WholeSamples = field(default_factory=WholeSamples)
    _tones: ToneKeys = field(default_factory=ToneKeys)

    def received(self, message: Message) -> list[Signal]:
        """See Wire; pieces of the stream may end anywhere."""
        if isinstance(message, str):
            msg = "text"
            raise BadFrame(msg)
        data = self._held + message
        signals: list[Signal] = []
        at = 0
        while at + _HEADER.size <= len(data):
            kind, size = _HEADER.unpack_from(data, at)
            end = at + _HEADER.size + size
            if not self._has_started and (kind, size) != (_UUID, _UUID_BYTES):
                msg = "no call id first"
                raise BadFrame(msg)
            if end > len(data):
                break
            signals += self._frame(kind, data[at + _HEADER.size : end])
            at = end
        self._held = data[at:]
        return signals

    def audio(self, pcm16: bytes) -> list[Message]:
        """See Wire."""
        return [_HEADER.pack(_KINDS[self.rate], len(pcm16)) + pcm16]

    def mark(self, name: str) -> list[Message]:
        """See Wire: there are none; what was sent was played."""
        del name
        return []

    def clear(self) -> list[Message]:
        """See Wire: the far end holds nothing."""
        return []

    def tell(self, notice: str, body: Mapping[str, JsonValue]) -> list[Message]:
        """See Wire: a telephone shows nothing."""
        del notice, body
        return []

    def hand_over(self, ticket: str) -> list[Message]:
        """See Wire."""
        del ticket
        return [_HEADER.pack(_END, 0)]

    def hang_up(self) -> list[Message]:
        """See Wire: after the end the dialplan would go on, so the call is ended as a fault."""
        return [_HEADER.pack(_ERROR, 0)]

    def _frame(self, kind: int, payload: bytes) -> list[Signal]:
        if kind == _UUID:
            self._has_started = True
            return [CallStarted(str(uuid.UUID(bytes=payload)))]
        if kind in _RATES:
            if _RATES[kind] != self.rate:
                msg = "other rate"
                raise BadFrame(msg)
            return self._sound(payload)
        if kind == _DTMF:
            # Never both: each press would count twice.
            return [] if self.inband_keys else key(payload.decode("ascii", "replace"))
        if kind in {_END, _ERROR}:
            return [CallEnded("hung_up" if kind == _END else "gateway_error")]
        return []

    def _sound(self, payload: bytes) -> list[Signal]:
        signals = self._samples.take(payload)
        if not self.inband_keys or self.rate != TONE_RATE:
            return signals
        whole = b"".join(each.pcm16 for each in signals if isinstance(each, Audio))
        keys = [Key(digit) for digit in self._tones.feed(whole) if digit in KEYS]
        return [*keys, *signals]
