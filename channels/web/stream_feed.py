"""The durable side of one connection: everything people see of a conversation, in order.

Numbers reach the page without a gap and without a repeat. The broadcast only says that there
is news and usually brings it; whenever a number is missing, the log is read instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

from pydantic import JsonValue

from assistant.model.events import (
    HandoffAccepted,
    HandoffEnded,
    HandoffRequested,
    MessageReceived,
    Said,
    StepUpPassed,
    TurnFinished,
)
from assistant.model.ids import ConversationId
from assistant.model.message import SignIn
from assistant.ports import StoredEvent
from channels.web.frames import Body, Frame, FrameWriter
from channels.web.state import Web
from channels.web.stream_outbound import Outbound

REPLAY_EVENTS: Final = 500
REPLAY_AGE: Final = timedelta(hours=24)
"""More, or older, than this is sent as a snapshot (public contract)."""

SNAPSHOT_FRAMES: Final = 100
"""Newest frames a snapshot holds; the page asks `history` for older ones."""

Mode = Literal["assistant", "waiting", "colleague"]


@dataclass(slots=True)
class Feed:
    """Sends a conversation to one page.

    Attributes:
        last_seq: Number of the last durable frame queued for the page.
        accepted: Message id of every message stored, to its number.
        awaited: Messages this page sent that it has not been told of as stored; set when it is.
        mode: Who answers now.
        finished: End of the last turn; None before the first.
    """

    web: Web
    outbound: Outbound
    conversation_id: ConversationId
    sign_in: SignIn | None
    origin: str
    writer: FrameWriter
    last_seq: int = 0
    accepted: dict[str, int] = field(default_factory=dict)
    awaited: dict[str, asyncio.Event] = field(default_factory=dict)
    mode: Mode = "assistant"
    finished: TurnFinished | None = None
    _is_muted: bool = False
    _running: StoredEvent | None = None
    _read: list[StoredEvent] = field(default_factory=list)
    _advancing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self, held_seq: int) -> int:
        """Read the log and note what is so now, before anything is sent.

        Returns:
            Number of the last frame.
        """
        self._read = timeline = await self._timeline()
        for stored in timeline:
            self._note(stored)
        self.last_seq = held_seq
        return _number(timeline[-1]) if timeline else 0

    async def resume(self) -> None:
        """Send what the page had missed at the start: the frames themselves, or a snapshot."""
        async with self._advancing:
            timeline, self._read = self._read, []
            frames = self._rewrite(timeline)
            missed = [each for each in timeline if _number(each) > self.last_seq]
            if not missed:
                return
            oldest = self.web.service.clock.now() - REPLAY_AGE
            if len(missed) > REPLAY_EVENTS or missed[0].event.at < oldest:
                head_seq = _number(missed[-1])
                body: Body = {
                    "frames": _json(frames[-SNAPSHOT_FRAMES:]),
                    "head_seq": head_seq,
                }
                await self._put("snapshot", body)
                self.last_seq = head_seq
            else:
                await self._send_missed(missed, frames)
            if self._running is not None:
                self.outbound.offer(self.writer.run_started(self._running))

    async def follow(self) -> None:
        """Send new events as they come, for ever."""
        broadcast = self.web.service.broadcast
        while True:
            async with broadcast.subscribe(self.conversation_id) as events:
                await self.catch_up()
                async for stored in events:
                    if stored.frame_seq is not None:
                        await self._take(stored)

    async def catch_up(self) -> None:
        """Send whatever the log has and the page has not."""
        async with self._advancing:
            await self._catch_up()

    def mute(self) -> None:
        """No previews until the turn that runs now ends."""
        self._is_muted = self._running is not None

    async def history(self, before_seq: int, limit: int) -> None:
        """Send older frames."""
        timeline = await self._timeline()
        writer = FrameWriter(self.conversation_id, self.writer.epoch, self.writer.release)
        frames = writer.durable_all(timeline)
        older = [
            frame
            for stored, frame in zip(timeline, frames, strict=True)
            if _number(stored) < before_seq
        ]
        await self._put("history", {"frames": _json(older[-limit:])})

    async def _take(self, stored: StoredEvent) -> None:
        async with self._advancing:
            number = _number(stored)
            if number == self.last_seq + 1:
                await self._send_live(stored)
            elif number > self.last_seq:
                await self._catch_up()

    async def _catch_up(self) -> None:
        timeline = await self._timeline()
        missed = [each for each in timeline if _number(each) > self.last_seq]
        if missed:
            await self._send_missed(missed, self._rewrite(timeline))

    def _rewrite(self, timeline: Sequence[StoredEvent]) -> list[Frame]:
        # From the first event on: what a turn's end says depends on what came before it.
        self.writer = FrameWriter(self.conversation_id, self.writer.epoch, self.writer.release)
        return self.writer.durable_all(timeline)

    async def _send_missed(self, missed: Sequence[StoredEvent], frames: Sequence[Frame]) -> None:
        for stored, frame in zip(missed, frames[-len(missed) :], strict=True):
            self._note(stored)
            await self._send(stored, frame)

    async def _check_still_admitted(self, stored: StoredEvent) -> None:
        """Somebody may have proved in another page that this conversation is theirs alone.

        Raises:
            ConversationNotFound: It is.
        """
        event = stored.event
        is_foreign = isinstance(event, MessageReceived) and event.message_id not in self.awaited
        if is_foreign or isinstance(event, StepUpPassed):
            conversations = self.web.service.assistant.conversations
            await conversations.admit(self.conversation_id, self.sign_in, self.origin)

    async def _send_live(self, stored: StoredEvent) -> None:
        await self._check_still_admitted(stored)
        running = self._running.event.turn if self._running is not None else None
        self._note(stored)
        if isinstance(stored.event, Said) and not self._is_muted:
            for frame in self.writer.preview(stored, stored.event):
                self.outbound.offer(frame)
        await self._send(stored, self.writer.durable(stored))
        if isinstance(stored.event, MessageReceived) and stored.event.turn != running:
            # One run for all messages of a burst.
            self.outbound.offer(self.writer.run_started(stored))

    async def _send(self, stored: StoredEvent, frame: Frame) -> None:
        event, number = stored.event, _number(stored)
        if isinstance(event, MessageReceived) and event.message_id in self.awaited:
            await self._put("accepted", {"cmid": event.message_id, "seq": number})
            self.awaited.pop(event.message_id).set()
        await self.outbound.put(frame)
        self.last_seq = number

    def _note(self, stored: StoredEvent) -> None:
        """Keep what the page may ask about."""
        event = stored.event
        match event:
            case MessageReceived():
                self.accepted[event.message_id] = _number(stored)
                self._running = stored
            case TurnFinished():
                self.finished = event
                self._is_muted = False
                self._running = None
            case HandoffRequested():
                self.mode = "waiting"
            case HandoffAccepted():
                self.mode = "colleague"
            case HandoffEnded():
                self.mode = "assistant"
            case _:
                pass

    async def _put(self, kind: str, body: Body) -> None:
        now = self.web.service.clock.now()
        await self.outbound.put(self.writer.control(kind, body, now))

    async def _timeline(self) -> list[StoredEvent]:
        conversations = self.web.service.assistant.conversations
        return await conversations.timeline(self.conversation_id, self.sign_in, self.origin)


def _number(stored: StoredEvent) -> int:
    return stored.frame_seq or 0


def _json(frames: Sequence[Frame]) -> list[JsonValue]:
    return [frame for frame in frames]  # noqa: C416 - widens the element type
