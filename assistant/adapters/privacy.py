"""The register of personal data, erasure by destroying keys, legal holds and retention."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Text, column, exists, insert, select, table, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters import tables
from assistant.adapters.database import master_of, read, write
from assistant.adapters.event_store import SqlEventStore
from assistant.errors import ConversationNotFound
from assistant.model.ids import ConversationId, CustomerId
from assistant.model.personal import hide_personal
from assistant.notary.chain import FIRST, entry_hash
from assistant.ports import Clock, Erasure, PrivacyEntry, StoredEvent
from assistant.ports.privacy import PrivacyDeed

_HEAD = tables.conversation
_KEY = tables.data_key
_REGISTER = tables.privacy_log
_ACTION = table("action", column("conversation_id", Text))
_YEAR: Final = timedelta(days=365.25)
_GONE: Final = {"state": "destroyed", "wrapped": None}
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(7305811146211)")
"""Any fixed number: entries of the register are written one after the other."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each class is kept, years from the last event of its conversation.

    The first three are legal terms, which an order to erase waits for; the last is not.
    """

    identity: float = 10.0
    action: float = 10.0
    transcript: float = 10.0
    enquiry: float = 3.0

    def term(self, record_class: str, *, has_change: bool) -> timedelta | None:
        """The legal term of a class; None when there is none."""
        match record_class:
            case "identity":
                years = self.identity
            case "deed":
                years = self.action
            case _:
                if not has_change:
                    return None
                years = self.transcript
        return years * _YEAR

    def kept(self, record_class: str, *, has_change: bool) -> timedelta:
        """After what time a class is destroyed without anybody's order."""
        term = self.term(record_class, has_change=has_change)
        return self.enquiry * _YEAR if term is None else term


@dataclass(frozen=True, slots=True)
class SqlPrivacy:
    """Implements the Privacy port.

    Attributes:
        engine: From `open_engine`, with the schema of `adapters.schema`.
        retention: The bank's terms.
    """

    engine: AsyncEngine
    clock: Clock
    retention: Retention = Retention()

    async def note(
        self,
        deed: Literal["read", "exported"],
        conversation_id: ConversationId,
        actor: str,
        reason: str = "",
    ) -> None:
        """See the port."""
        owner = select(_HEAD.c.customer_id).where(_HEAD.c.conversation_id == conversation_id)

        async def work(connection: AsyncConnection) -> None:
            row = (await connection.execute(owner)).one_or_none()
            if row is None:
                raise ConversationNotFound
            entry = _Entry(actor, deed, row.customer_id, conversation_id, reason)
            await self._enter(connection, entry)

        await write(self.engine, work)

    async def entries(self, customer_id: CustomerId) -> list[PrivacyEntry]:
        """See the port."""

        async def work(connection: AsyncConnection) -> list[PrivacyEntry]:
            subject = master_of(self.engine).subject(customer_id)
            query = select(_REGISTER).where(_REGISTER.c.subject == subject)
            rows = await connection.execute(query.order_by(_REGISTER.c.seq))
            return [
                PrivacyEntry(
                    at=row.at,
                    actor=row.actor,
                    deed=row.deed,
                    conversation_id=row.conversation_id,
                    reason=row.reason,
                )
                for row in rows
            ]

        return await read(self.engine, work)

    async def export(
        self, customer_id: CustomerId, actor: str
    ) -> dict[ConversationId, Sequence[StoredEvent]]:
        """See the port."""
        mine = select(_HEAD.c.conversation_id).where(_HEAD.c.customer_id == customer_id)

        async def work(connection: AsyncConnection) -> list[ConversationId]:
            await self._enter(connection, _Entry(actor, "exported", customer_id))
            ids = await connection.scalars(mine.order_by(_HEAD.c.created_at))
            return [ConversationId(each) for each in ids]

        store = SqlEventStore(self.engine)
        return {each: await store.load(each) for each in await write(self.engine, work)}

    async def erase(self, customer_id: CustomerId, actor: str, reason: str) -> Erasure:
        """See the port."""

        async def work(connection: AsyncConnection) -> Erasure:
            entry = _Entry(actor, "erase_ordered", customer_id, reason=reason)
            await self._enter(connection, entry)
            held = await self._is_held(connection, customer_id)
            return await self._put_away(connection, customer_id, actor, held=held)

        return await self._and_forget(await write(self.engine, work))

    async def hold(self, customer_id: CustomerId, actor: str, reason: str) -> None:
        """See the port."""

        async def work(connection: AsyncConnection) -> None:
            await self._enter(connection, _Entry(actor, "hold_placed", customer_id, reason=reason))

        await write(self.engine, work)

    async def release(self, customer_id: CustomerId, actor: str, reason: str) -> Erasure:
        """See the port."""

        async def work(connection: AsyncConnection) -> None:
            await self._enter(
                connection, _Entry(actor, "hold_released", customer_id, reason=reason)
            )

        await write(self.engine, work)
        return await self.sweep(actor)

    async def sweep(self, actor: str) -> Erasure:
        """See the port."""

        async def work(connection: AsyncConnection) -> Erasure:
            now = self.clock.now()
            ordered = _KEY.c.state == "restricted"
            oldest = min(self.retention.identity, self.retention.action, self.retention.enquiry)
            is_old = _HEAD.c.updated_at <= now - min(oldest, self.retention.transcript) * _YEAR
            rows = await _keys(connection, (_KEY.c.state != "destroyed") & (ordered | is_old))
            held: dict[str | None, bool] = {None: False}
            for customer in {row.customer_id for row in rows} - {None}:
                held[customer] = await self._is_held(connection, customer)
            due = [
                row
                for row in rows
                if not held[row.customer_id]
                and self._end(row, ordered=row.state == "restricted") <= now
            ]
            for customer in {row.customer_id for row in due}:
                mine = [row for row in due if row.customer_id == customer]
                waited = [row for row in mine if row.state == "restricted"]
                old = [row for row in mine if row.state != "restricted"]
                await self._change(connection, waited, _GONE, _Entry(actor, "erased", customer))
                await self._change(connection, old, _GONE, _Entry(actor, "expired", customer))
            return Erasure(destroyed=len(due))

        return await self._and_forget(await write(self.engine, work))

    async def _put_away(
        self, connection: AsyncConnection, customer_id: CustomerId, actor: str, *, held: bool
    ) -> Erasure:
        """Destroy what no term or hold protects, restrict the rest."""
        now = self.clock.now()
        rows = await _keys(
            connection, (_HEAD.c.customer_id == customer_id) & (_KEY.c.state != "destroyed")
        )
        due = [] if held else [row for row in rows if self._end(row, ordered=True) <= now]
        kept = [row for row in rows if row not in due]
        await self._change(connection, due, _GONE, _Entry(actor, "erased", customer_id))
        await self._change(
            connection, kept, {"state": "restricted"}, _Entry(actor, "restricted", customer_id)
        )
        closed = update(_HEAD).where(_HEAD.c.customer_id == customer_id).values(open_turn=False)
        await connection.execute(closed)
        ends = [self._end(row, ordered=True) for row in kept]
        until = max((end for end in ends if end > now), default=None)
        return Erasure(destroyed=len(due), restricted=len(kept), held=held, until=until)

    async def _change(
        self, connection: AsyncConnection, rows: list[Any], values: Mapping[str, Any], entry: _Entry
    ) -> None:
        if not rows:
            return
        ids = [row.key_id for row in rows]
        changed = update(_KEY).where(_KEY.c.key_id.in_(ids))
        await connection.execute(changed.values(**values, changed_at=self.clock.now()))
        await self._enter(connection, entry, ids)

    def _end(self, row: Any, *, ordered: bool) -> datetime:
        """When a key may be destroyed: on an order, or because it was kept long enough."""
        has_change = bool(row.has_change)
        if not ordered:
            kept = self.retention.kept(row.record_class, has_change=has_change)
            return row.updated_at + kept  # type: ignore[no-any-return]
        term = self.retention.term(row.record_class, has_change=has_change)
        return row.updated_at + (term or timedelta())  # type: ignore[no-any-return]

    async def _is_held(self, connection: AsyncConnection, customer_id: str) -> bool:
        subject = master_of(self.engine).subject(customer_id)
        query = (
            select(_REGISTER.c.deed)
            .where(
                _REGISTER.c.subject == subject,
                _REGISTER.c.deed.in_(("hold_placed", "hold_released")),
            )
            .order_by(_REGISTER.c.seq.desc())
            .limit(1)
        )
        return (await connection.scalars(query)).one_or_none() == "hold_placed"

    async def _enter(
        self, connection: AsyncConnection, entry: _Entry, keys: Collection[str] = ()
    ) -> None:
        """Append to the register."""
        if connection.dialect.name == "postgresql":
            await connection.execute(_ONE_AT_A_TIME)
        query = select(_REGISTER.c.seq, _REGISTER.c.hash).order_by(_REGISTER.c.seq.desc()).limit(1)
        last = (await connection.execute(query)).one_or_none()
        subject = master_of(self.engine).subject(entry.customer_id) if entry.customer_id else None
        row: dict[str, Any] = {
            "seq": last.seq + 1 if last else 1,
            "at": self.clock.now(),
            "actor": entry.actor,
            "deed": entry.deed,
            "subject": subject,
            "conversation_id": entry.conversation_id,
            "reason": hide_personal(entry.reason),
            "keys": json.dumps(sorted(keys)) if keys else None,
        }
        row["hash"] = entry_hash(row, last.hash if last else FIRST)
        await connection.execute(insert(_REGISTER), row)

    async def _and_forget(self, erasure: Erasure) -> Erasure:
        """Empty SQLite's write-ahead log, where a destroyed key would stand until overwritten."""
        if erasure.destroyed and self.engine.dialect.name == "sqlite":
            async with self.engine.connect() as connection:
                await connection.exec_driver_sql("ROLLBACK")
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                await connection.exec_driver_sql("BEGIN")
        return erasure


@dataclass(frozen=True, slots=True)
class _Entry:
    actor: str
    deed: PrivacyDeed
    customer_id: str | None
    conversation_id: ConversationId | None = None
    reason: str = ""


async def _keys(connection: AsyncConnection, where: Any) -> list[Any]:
    """Keys of conversations, with what their terms depend on."""
    has_change = exists().where(_ACTION.c.conversation_id == _HEAD.c.conversation_id)
    query = (
        select(
            _KEY.c.key_id,
            _KEY.c.record_class,
            _KEY.c.state,
            _HEAD.c.customer_id,
            _HEAD.c.updated_at,
            has_change.label("has_change"),
        )
        .join_from(_KEY, _HEAD, _KEY.c.conversation_id == _HEAD.c.conversation_id)
        .where(where)
        .order_by(_KEY.c.key_id)
    )
    return list((await connection.execute(query)).all())
