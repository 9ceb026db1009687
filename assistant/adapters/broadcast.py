"""Telling open connections of new events, within one process and across processes.

A subscription gives each event it is handed in order, and *ends* when it may have missed
one: the subscriber then reads the log from where it stands and subscribes again. An event
may come twice; its number tells.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

from pydantic import TypeAdapter
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from assistant.model.ids import ConversationId
from assistant.ports import StoredEvent

_log = logging.getLogger(__name__)

BACKLOG = 1000
"""Events a subscriber may be behind before its subscription ends."""

_CHANNEL = "guitai:events"
_SEPARATOR = b"\n"
_EVENTS: TypeAdapter[Sequence[StoredEvent]] = TypeAdapter(Sequence[StoredEvent])
_RECONNECT_S = 0.5
_POLL_S = 30.0


class _Subscription:
    """Events on their way to one subscriber; None behind the last."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[StoredEvent | None] = asyncio.Queue()

    async def __aiter__(self) -> AsyncIterator[StoredEvent]:
        while (event := await self.queue.get()) is not None:
            yield event


@dataclass(slots=True)
class MemoryBroadcast:
    """Implements the Broadcast port within one process.

    Attributes:
        backlog: Events a subscriber may be behind before its subscription ends.
    """

    backlog: int = BACKLOG
    _subscriptions: dict[ConversationId, list[_Subscription]] = field(default_factory=dict)

    async def publish(self, conversation_id: ConversationId, events: Sequence[StoredEvent]) -> None:
        """See the port."""
        for subscription in tuple(self._subscriptions.get(conversation_id, ())):
            for event in events:
                if subscription.queue.qsize() >= self.backlog:
                    self._end(conversation_id, subscription)
                    break
                subscription.queue.put_nowait(event)

    @asynccontextmanager
    async def subscribe(
        self, conversation_id: ConversationId
    ) -> AsyncIterator[AsyncIterator[StoredEvent]]:
        """See the port."""
        subscription = _Subscription()
        self._subscriptions.setdefault(conversation_id, []).append(subscription)
        try:
            yield aiter(subscription)
        finally:
            self._end(conversation_id, subscription)

    def listens_to(self, conversation_id: ConversationId) -> bool:
        """Whether anybody here subscribes to the conversation."""
        return conversation_id in self._subscriptions

    def end_all(self) -> None:
        """End every subscription: events may have been missed."""
        for conversation_id, subscriptions in tuple(self._subscriptions.items()):
            for subscription in tuple(subscriptions):
                self._end(conversation_id, subscription)

    def _end(self, conversation_id: ConversationId, subscription: _Subscription) -> None:
        subscriptions = self._subscriptions.get(conversation_id, [])
        if subscription not in subscriptions:
            return
        subscriptions.remove(subscription)
        subscription.queue.put_nowait(None)
        if not subscriptions:
            del self._subscriptions[conversation_id]


@dataclass(slots=True)
class RedisBroadcast:
    """Implements the Broadcast port across processes, over Redis pub/sub.

    One connection and one channel for each process, however many subscribers it has. While
    Redis is away, subscribers of the same process still hear of events; when it comes back
    every subscription ends, for other processes may have said something meanwhile.

    Attributes:
        redis: The client; closed by whoever opened it.
        backlog: Events a subscriber may be behind before its subscription ends.
        ready_s: How long a new subscriber waits for the connection before doing without.
    """

    redis: Redis
    backlog: int = BACKLOG
    ready_s: float = 2.0
    _local: MemoryBroadcast = field(init=False)
    _listener: asyncio.Task[None] | None = field(init=False, default=None)
    _ready: asyncio.Event = field(init=False, default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._local = MemoryBroadcast(self.backlog)

    async def publish(self, conversation_id: ConversationId, events: Sequence[StoredEvent]) -> None:
        """See the port. Never fails: the events are in the log already."""
        message = conversation_id.encode() + _SEPARATOR + _EVENTS.dump_json(events)
        try:
            await self.redis.publish(_CHANNEL, message)
        except RedisError:
            _log.warning("events not broadcast to other processes")
            await self._local.publish(conversation_id, events)

    @asynccontextmanager
    async def subscribe(
        self, conversation_id: ConversationId
    ) -> AsyncIterator[AsyncIterator[StoredEvent]]:
        """See the port."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        try:
            async with asyncio.timeout(self.ready_s):
                await self._ready.wait()
        except TimeoutError:
            _log.warning("subscription without other processes: no connection")
        async with self._local.subscribe(conversation_id) as events:
            yield events

    async def aclose(self) -> None:
        """Stop listening; subscriptions end."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.wait([self._listener])
            self._listener = None
        self._local.end_all()

    async def _listen(self) -> None:
        while True:
            try:
                async with aclosing(self.redis.pubsub()) as pubsub:
                    await pubsub.subscribe(_CHANNEL)
                    await self._hand_on(pubsub)
            except RedisError:
                _log.warning("broadcast connection lost; connecting again")
            self._ready.clear()
            self._local.end_all()
            await asyncio.sleep(_RECONNECT_S)

    async def _hand_on(self, pubsub: PubSub) -> None:
        while True:
            message = await pubsub.get_message(timeout=_POLL_S)
            match message:
                case {"type": "subscribe"}:
                    self._local.end_all()
                    self._ready.set()
                case {"type": "message", "data": bytes(data)}:
                    await self._deliver(data)
                case _:
                    pass

    async def _deliver(self, data: bytes) -> None:
        head, _, body = data.partition(_SEPARATOR)
        conversation_id = ConversationId(head.decode())
        if self._local.listens_to(conversation_id):
            await self._local.publish(conversation_id, _EVENTS.validate_json(body))
