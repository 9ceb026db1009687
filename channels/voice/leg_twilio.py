"""Twilio Media Streams: text frames only, base64 µ-law at 8 kHz, the far end queues and paces.

Source: Twilio's documentation of Media Streams WebSocket messages. `clear` gives the marks back
that were not reached, so a mark after it says nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import JsonValue

from channels.voice.frames_json import fields, flat, inside, key, sound, text
from channels.voice.sound import from_ulaw, to_ulaw
from channels.voice.wire import (
    Audio,
    BadFrame,
    CallEnded,
    CallStarted,
    Delivery,
    Message,
    Played,
    Signal,
)

_RATE: Final = 8000


@dataclass(slots=True)
class TwilioWire:
    """One call; implements `channels.voice.wire.Wire`."""

    rate: int = _RATE
    delivery: Delivery = field(default_factory=Delivery)
    _stream: str = ""

    def received(self, message: Message) -> list[Signal]:
        """See Wire."""
        if isinstance(message, bytes):
            msg = "binary"
            raise BadFrame(msg)
        given = fields(message)
        match given.get("event"):
            case "start":
                return self._start(inside(given, "start"))
            case "media":
                media = inside(given, "media")
                is_ours = text(media, "track") == "outbound"
                return [] if is_ours else [Audio(from_ulaw(sound(text(media, "payload"))))]
            case "dtmf":
                return key(text(inside(given, "dtmf"), "digit"))
            case "mark":
                return [Played(text(inside(given, "mark"), "name"))]
            case "stop":
                return [CallEnded("hung_up")]
            case _:
                return []

    def audio(self, pcm16: bytes) -> list[Message]:
        """See Wire."""
        payload = base64.b64encode(to_ulaw(pcm16)).decode()
        return [self._frame("media", media={"payload": payload})]

    def mark(self, name: str) -> list[Message]:
        """See Wire."""
        return [self._frame("mark", mark={"name": name})]

    def clear(self) -> list[Message]:
        """See Wire."""
        return [self._frame("clear")]

    def tell(self, notice: str, body: Mapping[str, JsonValue]) -> list[Message]:
        """See Wire: a telephone shows nothing."""
        del notice, body
        return []

    def hand_over(self, ticket: str) -> list[Message]:
        """See Wire: the stream ends, and the next verb of the TwiML takes the call."""
        del ticket
        return []

    def hang_up(self) -> list[Message]:
        """See Wire: closing the stream ends `<Connect>`."""
        return []

    def _start(self, start: dict[str, Any]) -> list[Signal]:
        self._stream = text(start, "streamSid")
        form = inside(start, "mediaFormat")
        if form.get("encoding") != "audio/x-mulaw" or form.get("sampleRate") != _RATE:
            msg = "other media format"
            raise BadFrame(msg)
        parameters = start.get("customParameters")
        facts = flat(parameters) if isinstance(parameters, dict) else {}
        return [CallStarted(text(start, "callSid"), facts)]

    def _frame(self, event: str, **content: dict[str, str]) -> str:
        return json.dumps({"event": event, "streamSid": self._stream, **content})
