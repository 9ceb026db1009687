"""The event log in a SQL database: sealed with the conversation's keys, chained row to row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Row, Select, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from assistant.adapters import tables
from assistant.adapters.database import (
    PATIENCE_S,
    insert_if_absent,
    master_of,
    read,
    write,
)
from assistant.adapters.numbering import (
    Record,
    cited_documents,
    customer_of,
    from_json,
    leaves_turn_open,
    number,
    open_task_of,
)
from assistant.adapters.vault import Cipher, make_ciphers, unwrap
from assistant.errors import ConversationMoved, TranscriptDamaged
from assistant.model.events import ContentErased, Event
from assistant.model.ids import ConversationId, CustomerId, DocumentId
from assistant.notary.chain import ALGORITHM, FIRST, Link, instant, link_hash, place_of
from assistant.notary.keys import MasterKey, RecordClass, record_class, seal, unseal
from assistant.ports import ConversationHead, StoredEvent

_HEAD = tables.conversation
_EVENT = tables.event
_KEY = tables.data_key
_READABLE = (_EVENT.c.seq, _EVENT.c.frame_seq, _EVENT.c.key_id, _EVENT.c.sealed)
_TOLD = (_EVENT.c.type, _EVENT.c.turn, _EVENT.c.at, _EVENT.c.release)


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
            master = master_of(self.engine)
            before, ciphers = await _chain_end(connection, master, conversation_id, after_seq)
            classes = {record_class(event) for event in events} - ciphers.keys()
            ciphers |= await make_ciphers(
                connection, master, conversation_id, sorted(classes), events[0].at
            )
            await connection.execute(
                insert(_EVENT), _rows(conversation_id, records, ciphers, before)
            )
            return [record.stored for record in records]

        return await write(self.engine, work, patience_s=self.patience_s)

    async def load(self, conversation_id: ConversationId) -> list[StoredEvent]:
        """See the port."""
        return await self._read(conversation_id, select(_EVENT).order_by(_EVENT.c.seq))

    async def frames(
        self, conversation_id: ConversationId, after: int, limit: int
    ) -> list[StoredEvent]:
        """See the port."""
        query = select(_EVENT).where(_EVENT.c.frame_seq > after)
        return await self._read(conversation_id, query.order_by(_EVENT.c.frame_seq).limit(limit))

    async def _read(self, conversation_id: ConversationId, query: Select[Any]) -> list[StoredEvent]:
        keys = (
            select(_KEY, _HEAD.c.customer_id)
            .join_from(_KEY, _HEAD, _KEY.c.conversation_id == _HEAD.c.conversation_id)
            .where(_KEY.c.conversation_id == conversation_id)
        )
        mine = query.where(_EVENT.c.conversation_id == conversation_id)

        async def work(connection: AsyncConnection) -> list[StoredEvent]:
            rows = (await connection.execute(keys)).all()
            if not rows:
                return []
            put_away = {row.key_id: row for row in rows if row.state != "live"}
            # What an erased event is told from costs time to read, and is rarely needed.
            columns = _READABLE if not put_away else (*_READABLE, *_TOLD)
            events = (await connection.execute(mine.with_only_columns(*columns))).all()
            master = master_of(self.engine)
            live = {row.key_id: unwrap(master, row) for row in rows if row.state == "live"}
            return [_opened(row, conversation_id, live, put_away) for row in events]

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
        mark = json.dumps(document_id)
        query = (
            select(_EVENT.c.conversation_id)
            .where(_EVENT.c.documents.contains(mark, autoescape=True))
            .group_by(_EVENT.c.conversation_id)
            .order_by(func.min(_EVENT.c.at), _EVENT.c.conversation_id)
        )

        async def work(connection: AsyncConnection) -> list[ConversationId]:
            return [ConversationId(row) for row in await connection.scalars(query)]

        return await read(self.engine, work)

    async def holding(
        self, types: Sequence[str], customer_id: CustomerId | None = None
    ) -> list[ConversationId]:
        """See the port."""
        query = (
            select(_EVENT.c.conversation_id)
            .where(_EVENT.c.type.in_(list(types)))
            .group_by(_EVENT.c.conversation_id)
            .order_by(func.min(_EVENT.c.at), _EVENT.c.conversation_id)
        )

        if customer_id is not None:
            query = query.join(_HEAD, _HEAD.c.conversation_id == _EVENT.c.conversation_id)
            query = query.where(_HEAD.c.customer_id == customer_id)

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
        **open_task_of(events),
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
            **open_task_of(events),
        )
        .returning(_HEAD.c.last_frame_seq)
    )


async def _chain_end(
    connection: AsyncConnection, master: MasterKey, conversation_id: ConversationId, after_seq: int
) -> tuple[bytes, dict[RecordClass, Cipher]]:
    """The last link's hash and the conversation's live keys."""
    if after_seq == 0:
        return FIRST, {}
    last = and_(_EVENT.c.conversation_id == conversation_id, _EVENT.c.seq == after_seq)
    live = and_(_KEY.c.conversation_id == conversation_id, _KEY.c.state == "live")
    query = select(_EVENT.c.hash, _KEY).outerjoin_from(_EVENT, _KEY, live).where(last)
    rows = (await connection.execute(query)).all()
    if not rows:
        msg = f"The log of the conversation has no event {after_seq}, where it ends."
        raise TranscriptDamaged(msg)
    found = {
        row.record_class: Cipher(row.key_id, unwrap(master, row)) for row in rows if row.key_id
    }
    return rows[0].hash, found


def _rows(
    conversation_id: ConversationId,
    records: Iterable[Record],
    ciphers: dict[RecordClass, Cipher],
    before: bytes,
) -> list[dict[str, Any]]:
    rows = []
    for record in records:
        row, before = sealed_row(
            conversation_id, record, ciphers[record_class(record.stored.event)], before
        )
        rows.append(row)
    return rows


def sealed_row(
    conversation_id: str, record: Record, cipher: Cipher, before: bytes
) -> tuple[dict[str, Any], bytes]:
    """A row of `event`, and its hash for the next one.

    Args:
        conversation_id: Whose log it is.
        record: The numbered event.
        cipher: Key of the event's record class.
        before: Hash of the row before.
    """
    event, seq = record.stored.event, record.stored.seq
    cited = cited_documents(event)
    documents = json.dumps(cited) if cited else None
    sealed = seal(cipher.aead, record.payload.encode(), place_of(conversation_id, seq))
    link = Link(
        ALGORITHM,
        conversation_id,
        seq,
        record.stored.frame_seq,
        event.type,
        event.turn,
        instant(event.at),
        event.release,
        documents,
        cipher.key_id,
        sealed,
    )
    digest = link_hash(link, before)
    row = {
        "conversation_id": conversation_id,
        "seq": seq,
        "frame_seq": record.stored.frame_seq,
        "type": event.type,
        "turn": event.turn,
        "at": event.at,
        "release": event.release,
        "documents": documents,
        "algorithm": ALGORITHM,
        "key_id": cipher.key_id,
        "sealed": sealed,
        "hash": digest,
    }
    return row, digest


def _opened(
    row: Row[Any],
    conversation_id: ConversationId,
    live: Mapping[str, AESGCM],
    put_away: Mapping[str, Row[Any]],
) -> StoredEvent:
    """A stored event; what nobody may read any more is an event that says so."""
    cipher = live.get(row.key_id)
    if cipher is not None:
        plain = unseal(cipher, row.sealed, place_of(conversation_id, row.seq))
        return from_json(plain, row.seq, row.frame_seq)
    key = put_away.get(row.key_id)
    if key is None:
        msg = f"Event {row.seq} is sealed with a key that is not there."
        raise TranscriptDamaged(msg)
    erased = ContentErased(
        at=row.at,
        turn=row.turn,
        release=row.release,
        was=row.type,
        reason="restricted" if key.state == "restricted" else "erased",
        customer_id=key.customer_id,
    )
    return StoredEvent(seq=row.seq, frame_seq=row.frame_seq, event=erased)
