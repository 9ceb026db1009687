"""The register of personal data, erasure by destroying keys, legal holds and retention."""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Text, column, exists, insert, select, table, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters import tables
from assistant.adapters.database import forget_overwritten, master_of, read, write
from assistant.adapters.event_store import SqlEventStore
from assistant.errors import ConversationNotFound
from assistant.model.ids import ConversationId, CustomerId
from assistant.model.personal import hide_personal
from assistant.notary.chain import FIRST, entry_hash
from assistant.ports import Clock, Erasure, PrivacyEntry, StoredEvent
from assistant.ports.privacy import ErasureOrder, PrivacyDeed

_HEAD = tables.conversation
_KEY = tables.data_key
_REGISTER = tables.privacy_log
_ACTION = table("action", column("conversation_id", Text))
_YEAR: Final = timedelta(days=365.25)
_GONE: Final = {"state": "destroyed", "wrapped": None}
_EXPORT: Final = "export"
_SECONDS_DIGITS: Final = 11
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

    def longest(self) -> int:
        """The longest legal term, whole years."""
        return math.ceil(max(self.identity, self.action, self.transcript))

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
        wait: How long an order of a customer waits before it is carried out.
    """

    engine: AsyncEngine
    clock: Clock
    retention: Retention = Retention()
    wait: timedelta = timedelta(hours=24)

    async def note(
        self,
        deed: Literal["read", "exported"],
        conversation_id: ConversationId,
        actor: str,
        reason: str = "",
    ) -> None:
        """See the port."""
        await self.note_all(deed, (conversation_id,), actor, reason)

    async def note_all(
        self,
        deed: Literal["read", "exported"],
        conversation_ids: Collection[ConversationId],
        actor: str,
        reason: str = "",
    ) -> None:
        """See the port."""
        wanted = _HEAD.c.conversation_id.in_(conversation_ids)
        owners = select(_HEAD.c.conversation_id, _HEAD.c.customer_id).where(wanted)

        async def work(connection: AsyncConnection) -> None:
            rows = await connection.execute(owners)
            found = {row.conversation_id: row.customer_id for row in rows}
            for each in conversation_ids:
                if each not in found:
                    raise ConversationNotFound
                await self._enter(connection, _Entry(actor, deed, found[each], each, reason))

        await write(self.engine, work)

    async def entries(self, customer_id: CustomerId) -> list[PrivacyEntry]:
        """See the port."""

        async def work(connection: AsyncConnection) -> list[PrivacyEntry]:
            subjects = master_of(self.engine).subjects(customer_id)
            query = select(_REGISTER).where(_REGISTER.c.subject.in_(subjects))
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

    async def order_erasure(self, customer_id: CustomerId, actor: str, reason: str) -> ErasureOrder:
        """See the port."""

        async def work(connection: AsyncConnection) -> ErasureOrder:
            entry = _Entry(actor, "erase_ordered", customer_id, reason=reason)
            await self._enter(connection, entry)
            due = self.clock.now() + self.wait
            held = await self._is_held(connection, customer_id)
            rows = await _keys(connection, _mine(customer_id))
            keeps = held or any(self._end(row, ordered=True) > due for row in rows)
            return ErasureOrder(due=due, keeps=keeps, longest_years=self.retention.longest())

        return await write(self.engine, work)

    def export_pass(self, customer_id: CustomerId, until: datetime) -> str:
        """See the port."""
        seconds = int(until.timestamp())
        told = f"{customer_id} until {seconds}"
        return f"{seconds}-{master_of(self.engine).tag(_EXPORT, told)}"

    def opens_export(self, customer_id: CustomerId, given: str) -> datetime | None:
        """See the port."""
        seconds, _, _ = given.partition("-")
        if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= _SECONDS_DIGITS):
            return None
        until = datetime.fromtimestamp(int(seconds), UTC)
        good = self.export_pass(customer_id, until)
        return until if hmac.compare_digest(good.encode(), given.encode()) else None

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
            carried_out = await self._carry_out_orders(connection, actor)
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
            return Erasure(destroyed=carried_out + len(due))

        return await self._and_forget(await write(self.engine, work))

    async def _carry_out_orders(self, connection: AsyncConnection, actor: str) -> int:
        """Put away what customers ordered to be erased; the register knows them by pseudonyms."""
        latest = self.clock.now() - self.wait
        query = select(_REGISTER.c.subject, _REGISTER.c.deed, _REGISTER.c.at).where(
            _REGISTER.c.deed.in_(("erase_ordered", "restricted", "erased"))
        )
        open_orders: dict[str, datetime] = {}
        for row in await connection.execute(query.order_by(_REGISTER.c.seq)):
            if row.deed == "erase_ordered":
                open_orders.setdefault(row.subject, row.at)
            else:
                open_orders.pop(row.subject, None)
        due = {subject for subject, at in open_orders.items() if at <= latest}
        if not due:
            return 0
        destroyed, master = 0, master_of(self.engine)
        known = select(_HEAD.c.customer_id).where(_HEAD.c.customer_id.is_not(None)).distinct()
        for customer_id in (await connection.scalars(known)).all():
            if due.intersection(master.subjects(customer_id)):
                held = await self._is_held(connection, customer_id)
                put_away = await self._put_away(connection, customer_id, actor, held=held)
                destroyed += put_away.destroyed
        return destroyed

    async def _put_away(
        self, connection: AsyncConnection, customer_id: CustomerId, actor: str, *, held: bool
    ) -> Erasure:
        """Destroy what no term or hold protects, restrict the rest."""
        now = self.clock.now()
        rows = await _keys(connection, _mine(customer_id))
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
        subjects = master_of(self.engine).subjects(customer_id)
        query = (
            select(_REGISTER.c.deed)
            .where(
                _REGISTER.c.subject.in_(subjects),
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
        if erasure.destroyed:
            await forget_overwritten(self.engine)
        return erasure


@dataclass(frozen=True, slots=True)
class _Entry:
    actor: str
    deed: PrivacyDeed
    customer_id: str | None
    conversation_id: ConversationId | None = None
    reason: str = ""


def _mine(customer_id: CustomerId) -> Any:
    return (_HEAD.c.customer_id == customer_id) & (_KEY.c.state != "destroyed")


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
