"""One WebSocket connection, from hello to goodbye."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from assistant.errors import AssistantError, ConversationNotFound
from channels.web.frames import Body, envelope
from channels.web.rates import SlidingWindow
from channels.web.state import Web, origin_of
from channels.web.stream_admission import check_token, redeem, welcome
from channels.web.stream_closing import (
    AUTH,
    BAD_FRAME,
    GOING_AWAY,
    IDLE,
    RATE,
    TOO_LARGE,
    TRY_LATER,
    Closing,
)
from channels.web.stream_feed import Feed
from channels.web.stream_operations import Operations, error_body
from channels.web.stream_outbound import Outbound, TooSlow
from channels.web.stream_protocol import MAX_FRAME_BYTES, BadFrame, ClientFrame, Hello, parse
from channels.web.tokens import Bearer

_log = logging.getLogger(__name__)

_BAD_FRAMES_FORGIVEN: Final = 2
_WINDOW_MS: Final = 10_000.0
_FRAMES_FOR_EACH_MESSAGE: Final = 10
"""Acknowledgements, typing and the like a page may send for each message it may send."""

_GOODBYE_S: Final = 2.0
_NO_STATUS: Final = 1005


@dataclass(slots=True, eq=False)
class StreamSession:
    """One connection of one page."""

    web: Web
    socket: WebSocket
    _outbound: Outbound = field(init=False)
    _frames: SlidingWindow = field(init=False)
    _bad_frames: int = 0
    _goodbye: asyncio.Event = field(default_factory=asyncio.Event)
    _gone: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        settings = self.web.settings
        self._outbound = Outbound(self.socket, settings.stream_slow_s)
        self._frames = self._window(settings.stream_messages_per_10_s * _FRAMES_FOR_EACH_MESSAGE)

    async def run(self) -> None:
        """Serve the page until one side has had enough. Turns under way go on without it."""
        writing = asyncio.create_task(self._outbound.write())
        closings: list[BaseException] = []
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._leave())
                group.create_task(self._serve(group))
        except* Closing as found:
            closings.extend(found.exceptions)
        except* WebSocketDisconnect:
            pass
        finally:
            if closings and isinstance(closings[0], Closing):
                await self._close(closings[0], writing)
            writing.cancel()
            await asyncio.wait([writing])
            self._gone.set()

    async def say_goodbye(self) -> None:
        """See OpenStream."""
        self._goodbye.set()
        await self._gone.wait()

    async def _leave(self) -> None:
        await self._goodbye.wait()
        raise Closing(GOING_AWAY, "shutdown")

    async def _expire(self, bearer: Bearer) -> None:
        left = bearer.expires_at - self.web.service.clock.now()
        await asyncio.sleep(left.total_seconds())
        raise Closing(AUTH, "auth")

    async def _close(self, closing: Closing, writing: asyncio.Task[None]) -> None:
        try:
            async with asyncio.timeout(min(_GOODBYE_S, self.web.settings.stream_slow_s)):
                self._offer("bye", {"reason": closing.reason})
                await self._outbound.drained()
                writing.cancel()
                await self.socket.close(closing.code, closing.reason)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            # A page that takes nothing any more: the server drops the connection instead.
            _log.info("stream dropped without goodbye: %s", closing.reason)

    async def _serve(self, group: asyncio.TaskGroup) -> None:
        bearer, feed = await self._enter()
        group.create_task(self._follow(feed))
        if bearer is not None:
            group.create_task(self._expire(bearer))
        limit = self.web.settings.stream_messages_per_10_s
        operations = Operations(self.web, feed, self._window(limit))
        while True:
            frame = await self._next(self.web.settings.stream_idle_s)
            check_token(self.web, bearer)
            if frame is not None:
                await self._take(frame, operations)

    async def _enter(self) -> tuple[Bearer | None, Feed]:
        """Wait for hello and welcome the page.

        Raises:
            Closing: It may not come in, or cannot be served.
        """
        hello = None
        while hello is None:
            frame = await self._next(self.web.settings.stream_hello_s)
            if isinstance(frame, Hello):
                hello = frame.body
            elif frame is not None:
                self._forgive("hello expected")
        try:
            bearer = await redeem(self.web, hello.ticket)
            origin = origin_of(self.socket)
            return bearer, await welcome(self.web, self._outbound, hello, bearer, origin)
        except ConversationNotFound as error:
            self._offer("error", error_body(error))
            raise Closing(AUTH, "auth") from error
        except TooSlow as error:
            raise Closing(TRY_LATER, "slow") from error
        except AssistantError as error:
            raise self._unavailable(error) from error

    async def _follow(self, feed: Feed) -> None:
        try:
            await feed.follow()
        except ConversationNotFound as error:
            raise Closing(AUTH, "auth") from error
        except TooSlow as error:
            raise Closing(TRY_LATER, "slow") from error
        except AssistantError as error:
            raise self._unavailable(error) from error

    async def _take(self, frame: ClientFrame, operations: Operations) -> None:
        try:
            await operations.take(frame)
        except TooSlow as error:
            raise Closing(TRY_LATER, "slow") from error
        except AssistantError as error:
            raise self._unavailable(error) from error

    async def _next(self, patience_s: float) -> ClientFrame | None:
        """The next frame; None for a bad one that is forgiven.

        Raises:
            Closing: Nothing came in time, or what came was too large, too much or too bad.
            WebSocketDisconnect: The page is gone.
        """
        text = await self._receive(patience_s)
        if not self._frames.take():
            raise Closing(RATE, "rate")
        try:
            return parse(text)
        except BadFrame as error:
            self._forgive(error.detail)
            return None

    async def _receive(self, patience_s: float) -> str:
        try:
            async with asyncio.timeout(patience_s):
                message = await self.socket.receive()
        except TimeoutError as error:
            raise Closing(IDLE, "idle") from error
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", _NO_STATUS))
        # A binary frame is read as no text at all, which no frame of ours is.
        text: str = message.get("text") or ""
        if max(len(text.encode()), len(message.get("bytes") or b"")) > MAX_FRAME_BYTES:
            raise Closing(TOO_LARGE, "too_large")
        return text

    def _forgive(self, detail: str) -> None:
        self._bad_frames += 1
        if self._bad_frames > _BAD_FRAMES_FORGIVEN:
            raise Closing(BAD_FRAME, "bad_frame")
        self._offer("error", {"code": "frame.bad", "retryable": False, "detail": detail})

    def _unavailable(self, error: AssistantError) -> Closing:
        self._offer("error", error_body(error))
        return Closing(TRY_LATER, "unavailable")

    def _window(self, limit: int) -> SlidingWindow:
        return SlidingWindow(self.web.service.clock, limit, _WINDOW_MS)

    def _offer(self, kind: str, body: Body) -> None:
        self._outbound.offer(envelope(kind, body, self.web.service.clock.now()))
