"""`WS /v1/voice`: a page with a microphone, from hello to goodbye."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue
from starlette.websockets import WebSocket

from assistant.errors import AssistantError
from assistant.model.ids import ConversationId
from assistant.ports import Clock
from channels.rendering import wording
from channels.voice.calls import Calls
from channels.voice.carry import Line, serve
from channels.voice.leg_websocket import (
    SUBPROTOCOL,
    PageWire,
    VoiceHello,
    envelope,
    read_hello,
)
from channels.voice.session import Call
from channels.voice.sound import duration_ms
from channels.voice.talk import CHANNEL
from channels.voice.wire import BadFrame, Message
from channels.web.origins import allowed
from channels.web.state import Web, origin_of, running_web
from channels.web.stream_admission import redeem
from channels.web.stream_closing import AUTH, BAD_FRAME, GOING_AWAY, ORIGIN, TRY_LATER, Closing
from channels.web.tokens import Bearer

_log = logging.getLogger(__name__)

_AHEAD_MS: Final = 5_000
_SPEED: Final = 1.2
"""How much sound a page may send: so many times real time, and this much at once."""


@dataclass(slots=True)
class _Meter:
    clock: Clock
    rate: int
    _since_ms: float = field(init=False)
    _heard_ms: int = 0

    def __post_init__(self) -> None:
        self._since_ms = self.clock.monotonic_ms()

    def take(self, message: Message) -> None:
        """Count sound.

        Raises:
            BadFrame: It comes faster than anybody speaks.
        """
        if isinstance(message, bytes):
            self._heard_ms += duration_ms(message, self.rate)
            passed_ms = self.clock.monotonic_ms() - self._since_ms
            if self._heard_ms > _SPEED * passed_ms + _AHEAD_MS:
                msg = "faster than sound"
                raise BadFrame(msg)


@dataclass(slots=True, eq=False)
class _PageCall:
    """A call of a page, so that a shutdown can say goodbye; fits `OpenStream`."""

    call: Call
    _gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def say_goodbye(self) -> None:
        """See OpenStream."""
        self.call.leave()
        await self._gone.wait()

    def is_gone(self) -> None:
        """The connection is closed."""
        self._gone.set()


async def serve_page(socket: WebSocket, calls: Calls, line: Line) -> None:
    """Talk to one page; whoever called closes the connection."""
    web = running_web(socket)
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
    try:
        await _serve(socket, web, calls, line)
    except Closing as closing:
        await socket.close(closing.code, closing.reason)
    except BadFrame as error:
        _log.info("a page sent what is no frame: %s", error.detail)
        await socket.close(BAD_FRAME, "bad_frame")
    except AssistantError as error:
        await line.send(envelope("error", {"code": error.code, "retryable": error.retryable}))
        await socket.close(AUTH if error.code == "conversation.not_found" else TRY_LATER)
    except (ConnectionError, TimeoutError):
        _log.info("a page that called is gone")


async def _serve(socket: WebSocket, web: Web, calls: Calls, line: Line) -> None:
    origin = socket.headers.get("origin")
    may = (
        web.settings.allow_missing_origin
        if origin is None
        else allowed(origin, socket.headers.get("host"), web.settings)
    )
    if not may:
        raise Closing(ORIGIN, "origin")
    if web.streams.closing:
        raise Closing(GOING_AWAY, "shutdown")
    async with asyncio.timeout(web.settings.stream_hello_s):
        first = await line.receive()
    if first is None:
        return
    hello = read_hello(first)
    bearer = await redeem(web, hello.ticket)
    if calls.engines is None:
        words = wording(web.service.release, hello.locale or "zh-Hans")
        body = {"code": "voice.unavailable", "text": words("utter_voice_not_here")}
        await line.send(envelope("error", {**body, "retryable": False}))
        raise Closing(TRY_LATER, "unavailable")
    wire = PageWire(rate=hello.audio.rate)
    call = await _join(socket, web, calls, wire, hello, bearer)
    open_call = _PageCall(call)
    web.streams.add(open_call)
    try:
        meter = _Meter(web.service.clock, wire.rate)

        async def receive() -> Message | None:
            message = await line.receive()
            if message is not None:
                meter.take(message)
            return message

        async with asyncio.timeout(_left_s(web, bearer)):
            await serve(Line(receive=receive, send=line.send), wire, call)
    finally:
        web.streams.remove(open_call)
        open_call.is_gone()


async def _join(
    socket: WebSocket,
    web: Web,
    calls: Calls,
    wire: PageWire,
    hello: VoiceHello,
    bearer: Bearer | None,
) -> Call:
    conversations = web.service.assistant.conversations
    sign_in = bearer.sign_in if bearer else None
    origin = origin_of(socket)
    if hello.conv is None:
        conversation_id = await conversations.open(
            channel=CHANNEL, locale=hello.locale, sign_in=sign_in
        )
    else:
        conversation_id = ConversationId(hello.conv)
        await conversations.admit(conversation_id, sign_in, origin)
    call = calls.join(
        wire,
        conversation_id,
        origin=origin,
        sign_in=sign_in,
        resumed=hello.conv is not None,
        locale=hello.locale or "zh-Hans",
    )
    audio: dict[str, JsonValue] = {"encoding": "pcm_s16le", "rate": wire.rate, "channels": 1}
    await socket.send_text(envelope("welcome", {"conv": conversation_id, "audio": audio}))
    return call


def _left_s(web: Web, bearer: Bearer | None) -> float | None:
    """How long the page's sign-in is good for."""
    if bearer is None:
        return None
    return (bearer.expires_at - web.service.clock.now()).total_seconds()
