"""The event log in a SQL database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from assistant.adapters import tables
from assistant.adapters.database import PATIENCE_S, insert_if_absent, read, write
from assistant.adapters.numbering import (
    Record,
    cites,
    customer_of,
    from_json,
    leaves_turn_open,
    number,
)
from assistant.errors import ConversationMoved
from assistant.model.events import Event
from assistant.model.ids import ConversationId, CustomerId, DocumentId
from assistant.ports import ConversationHead, StoredEvent

_HEAD = tables.conversation
_EVENT = tables.event


@dataclass(frozen=True, slots=True)
class SqlEventStore:
    """Implements the EventStore port on SQLite and PostgreSQL.

    The row of the conversation is changed first, and only while it still ends where the
    writer thinks it ends: the database then makes a second writer wait, and fail.

    Attributes:
        engine: From `open_engine`, with the schema of `adapters.schema`.
        patience_s: How long a locked database is asked again.
    """

    engine: AsyncEngine
    patience_s: float = PATIENCE_S

    async def append(
        self, conversation_id: ConversationId, after_seq: int, events: Sequence[Event]
    ) -> list[StoredEvent]:
        """See the port."""
        if not events:
            return []

        async def work(connection: AsyncConnection) -> list[StoredEvent]:
            frame_seq = await _advance(connection, conversation_id, after_seq, events)
            records = number(events, after_seq, frame_seq)
            await connection.execute(
                insert(_EVENT), [_row(conversation_id, record) for record in records]
            )
            return [record.stored for record in records]

        return await write(self.engine, work, patience_s=self.patience_s)

    async def load(self, conversation_id: ConversationId) -> list[StoredEvent]:
        """See the port."""
        query = (
            select(_EVENT.c.payload, _EVENT.c.seq, _EVENT.c.frame_seq)
            .where(_EVENT.c.conversation_id == conversation_id)
            .order_by(_EVENT.c.seq)
        )

        async def work(connection: AsyncConnection) -> list[StoredEvent]:
            return [from_json(*row) for row in await connection.execute(query)]

        return await read(self.engine, work)

    async def frames(
        self, conversation_id: ConversationId, after: int, limit: int
    ) -> list[StoredEvent]:
        """See the port."""
        query = (
            select(_EVENT.c.payload, _EVENT.c.seq, _EVENT.c.frame_seq)
            .where(_EVENT.c.conversation_id == conversation_id, _EVENT.c.frame_seq > after)
            .order_by(_EVENT.c.frame_seq)
            .limit(limit)
        )

        async def work(connection: AsyncConnection) -> list[StoredEvent]:
            return [from_json(*row) for row in await connection.execute(query)]

        return await read(self.engine, work)

    async def head(self, conversation_id: ConversationId) -> ConversationHead | None:
        """See the port."""
        query = select(_HEAD.c.customer_id, _HEAD.c.last_seq, _HEAD.c.last_frame_seq).where(
            _HEAD.c.conversation_id == conversation_id
        )

        async def work(connection: AsyncConnection) -> ConversationHead | None:
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            return ConversationHead(
                conversation_id=conversation_id,
                customer_id=CustomerId(row.customer_id) if row.customer_id else None,
                last_seq=row.last_seq,
                last_frame_seq=row.last_frame_seq,
            )

        return await read(self.engine, work)

    async def unfinished(self) -> list[ConversationId]:
        """See the port; the one that has waited longest comes first."""
        query = (
            select(_HEAD.c.conversation_id)
            .where(_HEAD.c.open_turn.is_(True))
            .order_by(_HEAD.c.updated_at, _HEAD.c.conversation_id)
        )

        async def work(connection: AsyncConnection) -> list[ConversationId]:
            return [ConversationId(row) for row in await connection.scalars(query)]

        return await read(self.engine, work)

    async def citing(self, document_id: DocumentId) -> list[ConversationId]:
        """See the port."""
        # The text of the event narrows it down; what it says is read from the event.
        mark = f'"document_id":{json.dumps(document_id)}'
        query = (
            select(_EVENT.c.conversation_id, _EVENT.c.payload)
            .where(_EVENT.c.type == "said", _EVENT.c.payload.contains(mark, autoescape=True))
            .order_by(_EVENT.c.at, _EVENT.c.conversation_id, _EVENT.c.seq)
        )

        async def work(connection: AsyncConnection) -> list[ConversationId]:
            rows = await connection.execute(query)
            found = [row[0] for row in rows if cites(from_json(row[1], 1, None).event, document_id)]
            return [ConversationId(each) for each in dict.fromkeys(found)]

        return await read(self.engine, work)

    async def holding(self, types: Sequence[str]) -> list[ConversationId]:
        """See the port."""
        query = (
            select(_EVENT.c.conversation_id)
            .where(_EVENT.c.type.in_(list(types)))
            .group_by(_EVENT.c.conversation_id)
            .order_by(func.min(_EVENT.c.at), _EVENT.c.conversation_id)
        )

        async def work(connection: AsyncConnection) -> list[ConversationId]:
            return [ConversationId(row) for row in await connection.scalars(query)]

        return await read(self.engine, work)


async def _advance(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    after_seq: int,
    events: Sequence[Event],
) -> int:
    """Move the end of the log; return the number of the last shown event before."""
    shown = sum(event.shown for event in events)
    moved = (
        _creation(connection, conversation_id, events, shown)
        if after_seq == 0
        else _extension(conversation_id, after_seq, events, shown)
    )
    row = (await connection.execute(moved)).one_or_none()
    if row is None:
        msg = f"The conversation does not end at {after_seq}."
        raise ConversationMoved(msg)
    return 0 if after_seq == 0 else row.last_frame_seq - shown


def _creation(
    connection: AsyncConnection,
    conversation_id: ConversationId,
    events: Sequence[Event],
    shown: int,
) -> ReturningInsert[Any]:
    return insert_if_absent(
        connection.dialect,
        _HEAD,
        conversation_id=conversation_id,
        customer_id=customer_of(events),
        last_seq=len(events),
        last_frame_seq=shown,
        open_turn=bool(leaves_turn_open(events)),
        created_at=events[0].at,
        updated_at=events[-1].at,
    )


def _extension(
    conversation_id: ConversationId, after_seq: int, events: Sequence[Event], shown: int
) -> ReturningUpdate[Any]:
    told = {"customer_id": customer_of(events), "open_turn": leaves_turn_open(events)}
    return (
        update(_HEAD)
        .where(_HEAD.c.conversation_id == conversation_id, _HEAD.c.last_seq == after_seq)
        .values(
            last_seq=after_seq + len(events),
            last_frame_seq=_HEAD.c.last_frame_seq + shown,
            updated_at=events[-1].at,
            **{name: value for name, value in told.items() if value is not None},
        )
        .returning(_HEAD.c.last_frame_seq)
    )


def _row(conversation_id: ConversationId, record: Record) -> dict[str, Any]:
    event = record.stored.event
    return {
        "conversation_id": conversation_id,
        "seq": record.stored.seq,
        "frame_seq": record.stored.frame_seq,
        "type": event.type,
        "turn": event.turn,
        "at": event.at,
        "payload": record.payload,
    }
