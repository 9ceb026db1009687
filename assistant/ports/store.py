"""The event log, the lock around a turn and the word to open connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from assistant.model.events import Event
from assistant.model.frozen import Frozen
from assistant.model.ids import ConversationId, CustomerId, DocumentId


class StoredEvent(Frozen):
    """An event with its place in the log.

    Attributes:
        seq: Number in the conversation, from 1, no gaps.
        frame_seq: Number among the shown events, from 1, no gaps; None when not shown.
    """

    seq: int
    frame_seq: int | None
    event: Event


class ConversationHead(Frozen):
    """What the store knows of a conversation without reading its log.

    Attributes:
        last_frame_seq: Number of the last shown event.
    """

    conversation_id: ConversationId
    customer_id: CustomerId | None
    last_seq: int
    last_frame_seq: int


class EventStore(Protocol):
    """Append-only log of every conversation."""

    async def append(
        self, conversation_id: ConversationId, after_seq: int, events: Sequence[Event]
    ) -> list[StoredEvent]:
        """Append in one database transaction.

        Args:
            conversation_id: The conversation; created with its first events.
            after_seq: Number of the last event the writer has seen.
            events: Oldest first.

        Raises:
            ConversationMoved: Somebody else appended meanwhile; nothing was written.
            StoreUnavailable: Nothing was written.
        """
        ...

    async def load(self, conversation_id: ConversationId) -> list[StoredEvent]:
        """The whole log, oldest first; empty when there is no such conversation."""
        ...

    async def frames(
        self, conversation_id: ConversationId, after: int, limit: int
    ) -> list[StoredEvent]:
        """Shown events with `frame_seq` greater than `after`, oldest first."""
        ...

    async def head(self, conversation_id: ConversationId) -> ConversationHead | None:
        """Where the log ends; None when there is no such conversation."""
        ...

    async def unfinished(self) -> list[ConversationId]:
        """Conversations whose last turn was cut off by a crash."""
        ...

    async def citing(self, document_id: DocumentId) -> list[ConversationId]:
        """Conversations with a reply that cites a version of this document, oldest first."""
        ...

    async def holding(self, types: Sequence[str]) -> list[ConversationId]:
        """Conversations with an event of one of these types, the first such event first."""
        ...


class ConversationLock(Protocol):
    """Turns of one conversation are serial, across processes."""

    def hold(self, conversation_id: ConversationId) -> AbstractAsyncContextManager[None]:
        """Hold the conversation.

        Raises:
            ConversationBusy: It was not free within the waiting time.
        """
        ...


class Broadcast(Protocol):
    """Tells open connections of new events, across processes. May lose; the log does not."""

    async def publish(self, conversation_id: ConversationId, events: Sequence[StoredEvent]) -> None:
        """Hand new events to every subscriber of the conversation."""
        ...

    def subscribe(
        self, conversation_id: ConversationId
    ) -> AbstractAsyncContextManager[AsyncIterator[StoredEvent]]:
        """New events from now on."""
        ...
