"""The event log, the lock around a turn and the word to open connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

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

    async def holding(
        self, types: Sequence[str], customer_id: CustomerId | None = None
    ) -> list[ConversationId]:
        """Conversations with an event of one of these types, the first such event first.

        Args:
            types: Of events.
            customer_id: Only this customer's.
        """
        ...


class Sealer(Protocol):
    """Keeps texts of other tables under the keys of the conversations they belong to.

    Every call runs in the caller's database transaction and raises `TranscriptDamaged` when a
    sealed text does not open. `place` names table, row and column: the text opens nowhere else.
    """

    async def seal(
        self, connection: Any, conversation_id: ConversationId, place: str, text: str, at: datetime
    ) -> str:
        """Seal a text of one conversation."""
        ...

    async def seal_like(
        self, connection: Any, sealed: str, place: str, text: str, at: datetime
    ) -> str:
        """Seal a text of the conversation that another sealed text belongs to."""
        ...

    async def open(
        self, connection: Any, sealed: Sequence[tuple[str, str]]
    ) -> Sequence[str | None]:
        """Open sealed texts, each given with its place; None for one that was erased."""
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
