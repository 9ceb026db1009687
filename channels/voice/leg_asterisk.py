"""Asterisk `chan_websocket`: binary sound, JSON control (`f(json)`), Asterisk queues and paces.

Source: Asterisk f0c1c1a, met at 22.10.1. Text over 128 bytes is ignored there, so marks are short;
marks that were flushed never come back; more than 1,000 frames in the queue are dropped silently,
so no more than two seconds are sent ahead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import JsonValue

from channels.voice.frames_json import fields, flat, key, text
from channels.voice.wire import (
    BadFrame,
    CallEnded,
    CallStarted,
    Delivery,
    Message,
    Played,
    Signal,
    WholeSamples,
)

_RATES: Final = {
    "slin": 8000,
    "slin12": 12_000,
    "slin16": 16_000,
    "slin24": 24_000,
    "slin32": 32_000,
    "slin44": 44_100,
    "slin48": 48_000,
}


@dataclass(slots=True)
class AsteriskWire:
    """One call; implements `channels.voice.wire.Wire`."""

    rate: int = 16_000
    delivery: Delivery = field(default_factory=Delivery)
    _samples: WholeSamples = field(default_factory=WholeSamples)

    def received(self, message: Message) -> list[Signal]:
        """See Wire."""
        if isinstance(message, bytes):
            return self._samples.take(message)
        given = fields(message)
        match given.get("event"):
            case "MEDIA_START":
                return self._start(given)
            case "DTMF_END":
                return key(text(given, "digit"))
            case "MEDIA_MARK_PROCESSED":
                return [Played(text(given, "correlation_id"))]
            case "ERROR":
                return [CallEnded("gateway_error")]
            case _:
                return []

    def audio(self, pcm16: bytes) -> list[Message]:
        """See Wire."""
        return [pcm16]

    def mark(self, name: str) -> list[Message]:
        """See Wire."""
        return [_command("MARK_MEDIA", correlation_id=name)]

    def clear(self) -> list[Message]:
        """See Wire."""
        return [_command("FLUSH_MEDIA")]

    def tell(self, notice: str, body: Mapping[str, JsonValue]) -> list[Message]:
        """See Wire: a telephone shows nothing."""
        del notice, body
        return []

    def hand_over(self, ticket: str) -> list[Message]:
        """See Wire: the channel ends, and the dialplan goes on with its next priority."""
        del ticket
        return [_command("HANGUP")]

    def hang_up(self) -> list[Message]:
        """See Wire."""
        return [_command("HANGUP")]

    def _start(self, given: dict[str, Any]) -> list[Signal]:
        rate = _RATES.get(text(given, "format"))
        if rate is None:
            msg = "other media format"
            raise BadFrame(msg)
        self.rate = rate
        variables = given.get("channel_variables")
        facts = flat(variables) if isinstance(variables, dict) else {}
        return [CallStarted(text(given, "channel_id"), facts)]


def _command(name: str, **content: str) -> str:
    return json.dumps({"command": name, **content}, separators=(",", ":"))
