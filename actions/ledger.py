"""The ledger of changes: intent is written before the bank is called, and settled after.

    intended → sending → done | refused | unknown → done | refused

One row for each idempotency key. `begin` commits the state `sending` before the caller may
speak to the bank; from then on only the bank's answer, never an assumption, ends the row.
A lease keeps two workers from sending at the same time, and the fence (a number that grows
with each claim) keeps a worker whose lease has lapsed from writing over its successor.

The first statement of every claim writes, so SQLite takes its write lock before anything is
read; PostgreSQL locks the row with FOR UPDATE. Instants are the application's Clock, UTC.
Source: the outbox and fencing rules of `docs/decisions` on the unknown outcome.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import RowMapping, Select, Update, or_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from actions.ledger_rows import ACTION, Claim, Held, Intent, Unsettled
from assistant.errors import StoreUnavailable
from assistant.model.ids import ActionName, ConversationId, FrameId, IdempotencyKey
from assistant.ports import ActionResult, Clock

_AT_ONCE: Final = 200
_READS_ONLY: Final = {"guitai_reads_only": True}
"""Execution option the engine's owner honours on SQLite: no write lock for a read."""

_LOCK_TRIES: Final = 20
_JITTER_MS: Final = (10, 60)
_SQLITE_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PRIMARY_CODE: Final = 0xFF
"""The low byte of an extended SQLite result code (https://sqlite.org/rescode.html)."""

_POSTGRES_BUSY: Final = {"40001", "40P01", "55P03"}
"""serialization_failure, deadlock_detected, lock_not_available (PostgreSQL, appendix A)."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Rows of the table `action` of one database.

    Attributes:
        owner: Name of this worker, for people who read the table.
        lease_s: How long a claim lasts; longer than the bank's time-out, so that a worker
            that is still waiting for the bank is not overtaken.
    """

    engine: AsyncEngine
    clock: Clock
    owner: str = "assistant"
    lease_s: int = 60

    async def begin(self, intent: Intent) -> Claim | Held | ActionResult:
        """Store the intent and claim it, committed before this returns.

        Returns:
            A claim to send; or that another worker holds it; or how it ended before.

        Raises:
            StoreUnavailable: Nothing was stored, so nothing may be sent.
        """

        async def claim(connection: AsyncConnection) -> Claim | Held | ActionResult:
            now = self.clock.now()
            await connection.execute(self._insert_once(intent, now))
            row = await _locked_row(connection, intent.key)
            verdict = _verdict(row, intent, now)
            if isinstance(verdict, Claim):
                await connection.execute(
                    update(ACTION)
                    .where(ACTION.c.idempotency_key == intent.key)
                    .values(
                        state="sending",
                        owner=self.owner,
                        fence=verdict.fence,
                        attempts=ACTION.c.attempts + 1,
                        lease_until=now + timedelta(seconds=self.lease_s),
                        updated_at=now,
                    )
                )
            return verdict

        return await self._transaction(claim)

    async def finish(self, claim: Claim, result: ActionResult) -> bool:
        """Record how a claimed change ended.

        Returns:
            False when another worker has taken over meanwhile; then nothing was written.
        """
        final = None if result.outcome == "unknown" else result.model_dump_json()
        return await self._move(claim, state=result.outcome, result=final)

    async def release(self, claim: Claim) -> bool:
        """Give a claim back: nothing was sent, so the same intent may be tried again."""
        return await self._move(claim, state="intended", result=None)

    async def result_of(self, key: IdempotencyKey) -> ActionResult | None:
        """How a change ended, None while that is not known."""
        rows = await self._read(select(ACTION).where(ACTION.c.idempotency_key == key))
        return _final(rows[0]) if rows else None

    async def unsettled(
        self,
        conversation_id: ConversationId | None = None,
        *,
        actions: Collection[ActionName] | None = None,
    ) -> list[Unsettled]:
        """Changes that are unknown, or whose worker vanished while sending; oldest first.

        Args:
            conversation_id: Only of this conversation.
            actions: Only these; changes nobody can be asked about must not crowd out the rest.
        """
        now = self.clock.now()
        open_rows = or_(
            ACTION.c.state == "unknown",
            (ACTION.c.state == "sending") & (ACTION.c.lease_until <= now),
        )
        query = select(ACTION).where(open_rows).order_by(ACTION.c.created_at).limit(_AT_ONCE)
        if conversation_id is not None:
            query = query.where(ACTION.c.conversation_id == conversation_id)
        if actions is not None:
            query = query.where(ACTION.c.action.in_(list(actions)))
        return [_unsettled(row) for row in await self._read(query)]

    async def note_not_found(self, change: Unsettled) -> bool:
        """Remember that the bank knows no such key at this moment."""
        times = [*change.not_found_at, self.clock.now()]
        notes = json.dumps({"not_found_at": [at.isoformat() for at in times]})
        return await self._settle(change, {"result": notes})

    async def settle(self, change: Unsettled, result: ActionResult) -> bool:
        """Record what the bank says about a change that was not known.

        Returns:
            False when somebody claimed or settled it meanwhile; then nothing was written.
        """
        written = {
            "state": result.outcome,
            "result": result.model_dump_json(),
            "owner": None,
            "lease_until": None,
            "updated_at": self.clock.now(),
        }
        return await self._settle(change, written)

    async def _settle(self, change: Unsettled, written: Mapping[str, Any]) -> bool:
        now = self.clock.now()
        free = or_(ACTION.c.lease_until.is_(None), ACTION.c.lease_until <= now)
        statement = (
            update(ACTION)
            .where(
                ACTION.c.idempotency_key == change.key,
                ACTION.c.fence == change.fence,
                ACTION.c.state.in_(("unknown", "sending")),
                free,
            )
            .values(**written)
        )
        return await self._changes_one(statement)

    async def _move(self, claim: Claim, *, state: str, result: str | None) -> bool:
        statement = (
            update(ACTION)
            .where(
                ACTION.c.idempotency_key == claim.key,
                ACTION.c.fence == claim.fence,
                ACTION.c.state == "sending",
            )
            .values(
                state=state,
                result=result,
                owner=None,
                lease_until=None,
                updated_at=self.clock.now(),
            )
        )
        return await self._changes_one(statement)

    def _insert_once(self, intent: Intent, now: datetime) -> Any:
        values = {
            "idempotency_key": intent.key,
            "conversation_id": intent.conversation_id,
            "customer_id": intent.customer_id,
            "action": intent.action,
            "epoch": intent.epoch,
            "arguments": json.dumps(dict(intent.arguments), ensure_ascii=False, sort_keys=True),
            "arguments_sha256": intent.arguments_sha256,
            "state": "intended",
            "attempts": 0,
            "fence": 0,
            "created_at": now,
            "updated_at": now,
        }
        if self.engine.dialect.name == "postgresql":
            return postgresql.insert(ACTION).values(values).on_conflict_do_nothing()
        return sqlite_dialect.insert(ACTION).values(values).on_conflict_do_nothing()

    async def _changes_one(self, statement: Update) -> bool:
        async def change(connection: AsyncConnection) -> bool:
            return (await connection.execute(statement)).rowcount == 1

        return await self._transaction(change)

    async def _read(self, query: Select[Any]) -> Sequence[RowMapping]:
        async def read(connection: AsyncConnection) -> Sequence[RowMapping]:
            rows: Sequence[RowMapping] = (await connection.execute(query)).mappings().all()
            return rows

        return await self._transaction(read, **_READS_ONLY)

    async def _transaction(
        self, work: Callable[[AsyncConnection], Awaitable[T]], **options: bool
    ) -> T:
        """One database transaction, tried again while another writer holds the lock."""
        engine = self.engine.execution_options(**options) if options else self.engine
        for attempt in range(_LOCK_TRIES):
            try:
                async with engine.begin() as connection:
                    return await work(connection)
            except DBAPIError as error:
                if not _is_busy(error) or attempt == _LOCK_TRIES - 1:
                    raise _unavailable() from error
            except (SQLAlchemyError, OSError, asyncpg.PostgresError) as error:
                raise _unavailable() from error
            low, high = _JITTER_MS
            await asyncio.sleep((low + secrets.randbelow(high - low)) / 1000)
        raise _unavailable()


def _is_busy(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & _PRIMARY_CODE in _SQLITE_BUSY
    return getattr(error.orig, "sqlstate", None) in _POSTGRES_BUSY


def _unavailable() -> StoreUnavailable:
    return StoreUnavailable("The ledger of actions did not answer or refused.")


async def _locked_row(connection: AsyncConnection, key: IdempotencyKey) -> RowMapping:
    query = select(ACTION).where(ACTION.c.idempotency_key == key).with_for_update()
    return (await connection.execute(query)).mappings().one()


def _verdict(row: RowMapping, intent: Intent, now: datetime) -> Claim | Held | ActionResult:
    ended = _final(row)
    if ended is not None:
        return ended
    if row["lease_until"] is not None and row["lease_until"] > now:
        return Held(intent.key)
    was_sent = row["state"] in {"sending", "unknown"}
    if was_sent and not intent.is_resendable:
        return ActionResult(outcome="unknown", idempotency_key=intent.key)
    return Claim(intent.key, row["fence"] + 1, was_sent)


def _final(row: RowMapping) -> ActionResult | None:
    if row["state"] not in {"done", "refused"}:
        return None
    return ActionResult.model_validate_json(row["result"])


def _unsettled(row: RowMapping) -> Unsettled:
    notes = json.loads(row["result"]) if row["result"] else {}
    return Unsettled(
        key=IdempotencyKey(row["idempotency_key"]),
        conversation_id=ConversationId(row["conversation_id"]),
        action=ActionName(row["action"]),
        epoch=FrameId(row["epoch"]),
        fence=row["fence"],
        last_sent_at=row["updated_at"],
        not_found_at=tuple(datetime.fromisoformat(at) for at in notes.get("not_found_at", ())),
    )
