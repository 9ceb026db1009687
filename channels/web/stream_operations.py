"""What a page may ask for once it is in."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from assistant.errors import AssistantError
from assistant.model.ids import MessageId
from assistant.model.message import InboundMessage
from channels.web.frames import Body
from channels.web.problems import code_of
from channels.web.rates import SlidingWindow
from channels.web.state import Web
from channels.web.stream_closing import RATE, SUPERSEDED, Closing
from channels.web.stream_feed import Feed
from channels.web.stream_outbound import TooSlow
from channels.web.stream_protocol import (
    CancelRun,
    ClientFrame,
    Hello,
    History,
    Rate,
    RequestHandoff,
    Seen,
    Send,
    Typing,
)

_log = logging.getLogger(__name__)

_HANDOFF: Final = "/human_handoff"
_RETRY_MS: Final = 1000
_NEWS_S: Final = 1.0
"""How long news of a turn may take after the turn itself, before the log is read."""


def error_body(error: AssistantError | None) -> Body:
    """What an `error` frame says; None is a defect."""
    if error is None:
        return {"code": "internal", "retryable": False}
    body: Body = {"code": code_of(error), "retryable": error.retryable}
    if error.retryable:
        body["after_ms"] = _RETRY_MS
    return body


@dataclass(slots=True)
class Operations:
    """Carries out what one page asks.

    Attributes:
        messages: How many messages the page may send.
    """

    web: Web
    feed: Feed
    messages: SlidingWindow

    async def take(self, frame: ClientFrame) -> None:
        """Carry out one frame.

        Raises:
            Closing: A second hello, or too many messages.
        """
        match frame:
            case Hello():
                raise Closing(SUPERSEDED, "superseded")
            case Send():
                self._send(frame)
            case RequestHandoff():
                self._count()
                self._answer(MessageId(self.web.service.ids.new("m")), text="", button=_HANDOFF)
            case Rate():
                self._rate(frame)
            case History():
                await self.feed.history(frame.body.before_seq, frame.body.limit)
            case CancelRun():
                self.feed.mute()
            case Seen() | Typing():
                # Pages may say so; nothing depends on it, the log knows what was sent.
                pass

    def _count(self) -> None:
        if not self.messages.take():
            raise Closing(RATE, "rate")

    def _send(self, frame: Send) -> None:
        self._count()
        identifier = MessageId(frame.body.cmid)
        if identifier in self.feed.awaited:
            return
        known = self.feed.accepted.get(identifier)
        if known is not None:
            self._offer("accepted", {"cmid": identifier, "seq": known, "dup": True})
            return
        self.feed.awaited[identifier] = asyncio.Event()
        self._answer(identifier, text=frame.body.text or "", button=frame.body.button)

    def _answer(self, identifier: MessageId, *, text: str, button: str | None) -> None:
        message = InboundMessage(
            message_id=identifier,
            conversation_id=self.feed.conversation_id,
            text=text,
            button=button,
            channel="web",
            sign_in=self.feed.sign_in,
            origin=self.feed.origin,
            patience_ms=self.web.settings.burst_stream_ms,
        )

        def failed(error: AssistantError | None) -> None:
            self.feed.awaited.pop(identifier, None)
            self._offer("error", {**error_body(error), "cmid": identifier})

        self.web.turns.start(self._handle(message), failed=failed)

    async def _handle(self, message: InboundMessage) -> None:
        await self.web.service.assistant.handle(message)
        told = self.feed.awaited.get(message.message_id)
        if told is None:
            return
        try:
            async with asyncio.timeout(_NEWS_S):
                await told.wait()
        except TimeoutError:
            await self._read_log()

    async def _read_log(self) -> None:
        """The broadcast lost a turn; the log has it."""
        try:
            await self.feed.catch_up()
        except TooSlow:
            _log.info("stream too slow for its own turn")

    def _rate(self, frame: Rate) -> None:
        self._count()
        body = frame.body
        rating = self.web.service.assistant.conversations.rate(
            self.feed.conversation_id, self.feed.sign_in, body.turn, body.rating, body.comment
        )
        self.web.turns.start(rating, failed=lambda error: self._offer("error", error_body(error)))

    def _offer(self, kind: str, body: Body) -> None:
        now = self.web.service.clock.now()
        self.feed.outbound.offer(self.feed.writer.control(kind, body, now))
