"""Our own protocol `guitai.voice.v1`: text envelopes and binary sound over `/v1/voice`.

Envelopes are those of `/v1/stream` without a number: the turns themselves appear there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import Field, JsonValue, ValidationError

from assistant.model.frozen import Frozen
from assistant.model.message import Locale
from channels.voice.frames_json import fields, inside, key, text
from channels.voice.wire import (
    BadFrame,
    CallEnded,
    Delivery,
    Message,
    Played,
    Signal,
    WholeSamples,
)
from channels.web.bodies import ClientId

SUBPROTOCOL: Final = "guitai.voice.v1"
MAX_SOUND_BYTES: Final = 8_192
"""Longest binary frame."""


class SoundForm(Frozen):
    """How a page sends and takes sound."""

    encoding: Literal["pcm_s16le"] = "pcm_s16le"
    rate: Literal[8000, 16_000, 24_000, 48_000] = 16_000
    channels: Literal[1] = 1


class VoiceHello(Frozen):
    """Opens a call, or goes on with one that was cut off.

    Attributes:
        ticket: From `POST /v1/tickets`.
        conv: The conversation to go on with.
    """

    ticket: ClientId
    conv: ClientId | None = None
    locale: Locale | None = None
    audio: Annotated[SoundForm, Field(default_factory=SoundForm)]


def read_hello(message: Message) -> VoiceHello:
    """The first frame.

    Raises:
        BadFrame: It is something else.
    """
    if isinstance(message, bytes):
        msg = "hello expected"
        raise BadFrame(msg)
    given = fields(message)
    if given.get("v") != 1 or given.get("type") != "hello":
        msg = "hello expected"
        raise BadFrame(msg)
    try:
        return VoiceHello.model_validate(inside(given, "body"))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])[:100]
        msg = f"{first['type']} at {place}"
        raise BadFrame(msg) from error


def envelope(kind: str, body: Mapping[str, JsonValue]) -> str:
    """A text frame of ours."""
    return json.dumps({"v": 1, "type": kind, "body": dict(body)}, ensure_ascii=False)


@dataclass(slots=True)
class PageWire:
    """One call of a page, after hello; implements `channels.voice.wire.Wire`."""

    rate: int = 16_000
    delivery: Delivery = field(default_factory=Delivery)
    _samples: WholeSamples = field(default_factory=WholeSamples)

    def received(self, message: Message) -> list[Signal]:
        """See Wire."""
        if isinstance(message, bytes):
            if len(message) > MAX_SOUND_BYTES:
                msg = "too much sound"
                raise BadFrame(msg)
            return self._samples.take(message)
        given = fields(message)
        if given.get("v") != 1:
            msg = "other version"
            raise BadFrame(msg)
        return self._control(given)

    def audio(self, pcm16: bytes) -> list[Message]:
        """See Wire."""
        return [pcm16]

    def mark(self, name: str) -> list[Message]:
        """See Wire."""
        return [envelope("mark", {"mark": name})]

    def clear(self) -> list[Message]:
        """See Wire."""
        return [envelope("clear", {})]

    def tell(self, notice: str, body: Mapping[str, JsonValue]) -> list[Message]:
        """See Wire."""
        return [envelope(notice, body)]

    def hand_over(self, ticket: str) -> list[Message]:
        """See Wire: the page opens the written conversation, where the colleague answers."""
        return [envelope("transfer", {"ticket": ticket}), envelope("bye", {"reason": "transfer"})]

    def hang_up(self) -> list[Message]:
        """See Wire."""
        return [envelope("bye", {"reason": "ended"})]

    def _control(self, given: dict[str, Any]) -> list[Signal]:
        match given.get("type"):
            case "key":
                found = key(text(inside(given, "body"), "digit"))
                if not found:
                    msg = "no key"
                    raise BadFrame(msg)
                return found
            case "played":
                return [Played(text(inside(given, "body"), "mark"))]
            case "cleared":
                return []
            case "bye":
                return [CallEnded("hung_up")]
            case _:
                msg = "unknown type"
                raise BadFrame(msg)
