"""Jambonz `listen` with `bidirectionalAudio.streaming`, and FreeSWITCH mod_audio_fork.

Source: jambonz-feature-server 389c65e, freeswitch-modules 30f2189. The first text frame tells the
rate; sound is binary L16 both ways. Marks that were cleared come back as `cleared`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import JsonValue

from channels.voice.frames_json import fields, flat, inside, key, text
from channels.voice.wire import (
    BadFrame,
    CallStarted,
    Delivery,
    Message,
    Played,
    Signal,
    WholeSamples,
)

SUBPROTOCOLS: Final = ("audio.jambonz.org", "audio.drachtio.org")
"""The second is the module's own, the first what Jambonz sets."""

_RATES: Final = frozenset({8000, 16_000, 24_000, 32_000, 48_000})


@dataclass(slots=True)
class JambonzWire:
    """One call; implements `channels.voice.wire.Wire`."""

    rate: int = 8000
    delivery: Delivery = field(default_factory=Delivery)
    _has_started: bool = False
    _samples: WholeSamples = field(default_factory=WholeSamples)

    def received(self, message: Message) -> list[Signal]:
        """See Wire."""
        if isinstance(message, bytes):
            return self._samples.take(message)
        given = fields(message)
        if not self._has_started:
            return self._start(given)
        if given.get("event") == "dtmf":
            return key(text(given, "dtmf"))
        if given.get("type") == "mark":
            mark = inside(given, "data")
            return [Played(text(mark, "name"))] if mark.get("event") == "playout" else []
        return []

    def audio(self, pcm16: bytes) -> list[Message]:
        """See Wire."""
        return [pcm16]

    def mark(self, name: str) -> list[Message]:
        """See Wire."""
        return [json.dumps({"type": "mark", "data": {"name": name}})]

    def clear(self) -> list[Message]:
        """See Wire."""
        return [json.dumps({"type": "killAudio"}), json.dumps({"type": "clearMarks"})]

    def tell(self, notice: str, body: Mapping[str, JsonValue]) -> list[Message]:
        """See Wire: a telephone shows nothing."""
        del notice, body
        return []

    def hand_over(self, ticket: str) -> list[Message]:
        """See Wire: the verb ends, and the application's next one takes the call."""
        del ticket
        return [json.dumps({"type": "disconnect"})]

    def hang_up(self) -> list[Message]:
        """See Wire."""
        return [json.dumps({"type": "disconnect"})]

    def _start(self, given: dict[str, Any]) -> list[Signal]:
        rate = given.get("sampleRate")
        if rate not in _RATES or given.get("mixType", "mono") != "mono":
            msg = "other media format"
            raise BadFrame(msg)
        self.rate, self._has_started = int(rate), True
        return [CallStarted(text(given, "callSid"), flat(given))]
