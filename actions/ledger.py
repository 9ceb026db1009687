"""The ledger of changes: intent is written before the bank is called, and settled after.

    intended → sending → done | refused | unknown → done | refused

One row for each idempotency key. `begin` commits the state `sending` before the caller may
speak to the bank; from then on only the bank's answer, never an assumption, ends the row.
A lease keeps two workers from sending at the same time, and the fence (a number that grows
with each claim) keeps a worker whose lease has lapsed from writing over its successor.

The first statement of every claim writes, so SQLite takes its write lock before anything is
read; PostgreSQL locks the row with FOR UPDATE. Instants are the
application's Clock, UTC; leases go by the database's own clock.
Source: the outbox and fencing rules of `docs/decisions` on the unknown outcome.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import RowMapping, Select, Update, or_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from actions.ledger_rows import ACTION, Claim, Held, Intent, Unsettled, unsettled_of
from actions.ledger_store import LeaseTime, transaction
from assistant.model.ids import (
    ActionName,
    ConversationId,
    CustomerId,
    IdempotencyKey,
    ReceiptId,
    ResponseKey,
)
from assistant.ports import ActionResult, Clock, Sealer

_AT_ONCE: Final = 200
TOO_LATE: Final = ResponseKey("reason_confirmation_expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Rows of the table `action` of one database.

    Attributes:
        owner: Name of this worker, for people who read the table.
        lease_s: How long a claim lasts; longer than the bank's time-out, so that a worker
            that is still waiting for the bank is not overtaken.
        sealer: Seals arguments and results under the conversation's keys; None, in tests, leaves
            them readable.
        lease_time: The clock of leases; None: `clock`, where a test turns it.
    """

    engine: AsyncEngine
    clock: Clock
    owner: str = "assistant"
    lease_s: int = 60
    sealer: Sealer | None = None
    lease_time: LeaseTime | None = None

    async def begin(self, intent: Intent) -> Claim | Held | ActionResult:
        """Store the intent and claim it, committed before this returns.

        Returns:
            A claim to send; or that another worker holds it; or how it ended before.

        Raises:
            StoreUnavailable: Nothing was stored, so nothing may be sent.
        """

        async def claim(connection: AsyncConnection) -> Claim | Held | ActionResult:
            now = self.clock.now()
            arguments = await self._sealed_arguments(connection, intent, now)
            lease_now = await self.lease_now(connection)
            first = _verdict(_fresh(intent), intent, now, lease_now)
            insert = self._insert_once(intent, arguments, now, first, lease_now)
            if (await connection.execute(insert)).scalar_one_or_none() is not None:
                return first
            (row,) = await self.opened(connection, [await _locked_row(connection, intent.key)])
            verdict = _verdict(row, intent, now, lease_now)
            if isinstance(verdict, Claim):
                await connection.execute(
                    update(ACTION)
                    .where(ACTION.c.idempotency_key == intent.key)
                    .values(
                        state="sending",
                        owner=self.owner,
                        fence=verdict.fence,
                        attempts=ACTION.c.attempts + 1,
                        lease_until=lease_now + timedelta(seconds=self.lease_s),
                        updated_at=now,
                    )
                )
            return verdict

        return await transaction(self.engine, claim)

    async def finish(self, claim: Claim, result: ActionResult) -> bool:
        """Record how a claimed change ended.

        The turn that tells the customer is stored after this and synced, and this with it. Where
        a power cut comes between, the row is still `sending` and the bank is asked under the key;
        where the bank could not be asked, the end is synced by itself.

        Returns:
            False when another worker has taken over meanwhile; then nothing was written.
        """
        final = None if result.outcome == "unknown" else result.model_dump_json()
        return await self._move(claim, state=result.outcome, result=final)

    async def renew(self, claim: Claim) -> bool:
        """Keep a claim for another lease: the worker lives and still waits for the bank.

        Returns:
            False when another worker has taken over, or it has ended.
        """

        async def renew(connection: AsyncConnection) -> bool:
            until = await self.lease_now(connection) + timedelta(seconds=self.lease_s)
            statement = _claimed(claim).values(lease_until=until)
            return (await connection.execute(statement)).rowcount == 1

        return await transaction(self.engine, renew)

    async def release(self, claim: Claim) -> bool:
        """Give a claim back: nothing was sent, so the same intent may be tried again."""
        return await self._move(claim, state="intended", result=None)

    async def result_of(self, key: IdempotencyKey) -> ActionResult | None:
        """How a change ended, None while that is not known."""
        rows = await self._read(select(ACTION).where(ACTION.c.idempotency_key == key))
        return _final(rows[0]) if rows else None

    async def conversation_of(
        self, customer_id: CustomerId, receipt_id: ReceiptId
    ) -> ConversationId | None:
        """The conversation in which a customer's change with this receipt was done."""
        query = select(ACTION).where(ACTION.c.customer_id == customer_id, ACTION.c.state == "done")
        for row in await self._read(query.order_by(ACTION.c.created_at.desc())):
            result = _final(row)
            if result is not None and result.receipt_id == receipt_id:
                return ConversationId(row["conversation_id"])
        return None

    async def was_sent(self, key: IdempotencyKey) -> bool:
        """Whether the bank may have heard of it."""
        query = select(ACTION.c.state).where(ACTION.c.idempotency_key == key)

        async def read(connection: AsyncConnection) -> str | None:
            state: str | None = (await connection.execute(query)).scalar_one_or_none()
            return state

        state = await transaction(self.engine, read, reads_only=True)
        return state is not None and state != "intended"

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

        async def read(connection: AsyncConnection) -> Sequence[RowMapping]:
            vanished = ACTION.c.lease_until <= await self.lease_now(connection)
            query = select(ACTION).where(
                or_(ACTION.c.state == "unknown", (ACTION.c.state == "sending") & vanished)
            )
            if conversation_id is not None:
                query = query.where(ACTION.c.conversation_id == conversation_id)
            if actions is not None:
                query = query.where(ACTION.c.action.in_(list(actions)))
            rows = await connection.execute(query.order_by(ACTION.c.created_at).limit(_AT_ONCE))
            return await self.opened(connection, rows.mappings().all())

        return [unsettled_of(row) for row in await transaction(self.engine, read, reads_only=True)]

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
        def statement(lease_now: datetime) -> Update:
            return update(ACTION).where(
                ACTION.c.idempotency_key == change.key,
                ACTION.c.fence == change.fence,
                ACTION.c.state.in_(("unknown", "sending")),
                or_(ACTION.c.lease_until.is_(None), ACTION.c.lease_until <= lease_now),
            )

        return await self._changes_one(change.key, statement, written)

    async def _move(self, claim: Claim, *, state: str, result: str | None) -> bool:
        now = self.clock.now()

        async def move(connection: AsyncConnection) -> bool:
            sealed = await self._sealed_result(connection, claim, result) if result else result
            statement = _claimed(claim).values(
                state=state, result=sealed, owner=None, lease_until=None, updated_at=now
            )
            return (await connection.execute(statement)).rowcount == 1

        return await transaction(self.engine, move, synced_later=claim.is_resendable)

    async def lease_now(self, connection: AsyncConnection) -> datetime:
        """The present instant by the clock of leases."""
        if self.lease_time is None:
            return self.clock.now()
        return await self.lease_time(connection)

    def _insert_once(
        self,
        intent: Intent,
        arguments: str,
        now: datetime,
        verdict: Claim | Held | ActionResult,
        lease_now: datetime,
    ) -> Any:
        """Insert the intent, claimed at once where it may be sent; gives no row when it is there.

        So an intent nobody has sent yet costs one statement and one commit.
        """
        is_claimed = isinstance(verdict, Claim)
        values = {
            "idempotency_key": intent.key,
            "conversation_id": intent.conversation_id,
            "customer_id": intent.customer_id,
            "action": intent.action,
            "epoch": intent.epoch,
            "arguments": arguments,
            "arguments_sha256": intent.arguments_sha256,
            "state": "sending" if is_claimed else "intended",
            "attempts": int(is_claimed),
            "fence": int(is_claimed),
            "owner": self.owner if is_claimed else None,
            "lease_until": lease_now + timedelta(seconds=self.lease_s) if is_claimed else None,
            "created_at": now,
            "updated_at": now,
        }
        if self.engine.dialect.name == "postgresql":
            insert = postgresql.insert(ACTION).values(values).on_conflict_do_nothing()
            return insert.returning(ACTION.c.idempotency_key)
        lite = sqlite_dialect.insert(ACTION).values(values).on_conflict_do_nothing()
        return lite.returning(ACTION.c.idempotency_key)

    async def _changes_one(
        self,
        key: IdempotencyKey,
        statement: Callable[[datetime], Update],
        written: Mapping[str, Any],
    ) -> bool:
        async def change(connection: AsyncConnection) -> bool:
            result = written.get("result")
            sealed = await self._sealed_like(connection, key, result) if result else result
            values = {**written, "result": sealed} if "result" in written else written
            chosen = statement(await self.lease_now(connection))
            return (await connection.execute(chosen.values(**values))).rowcount == 1

        return await transaction(self.engine, change)

    async def _sealed_arguments(
        self, connection: AsyncConnection, intent: Intent, now: datetime
    ) -> str:
        plain = json.dumps(dict(intent.arguments), ensure_ascii=False, sort_keys=True)
        if self.sealer is None:
            return plain
        place = _place(intent.key, "arguments")
        return await self.sealer.seal(connection, intent.conversation_id, place, plain, now)

    async def _sealed_result(self, connection: AsyncConnection, claim: Claim, result: str) -> str:
        if self.sealer is None or claim.conversation_id is None:
            return await self._sealed_like(connection, claim.key, result)
        place, now = _place(claim.key, "result"), self.clock.now()
        return await self.sealer.seal(connection, claim.conversation_id, place, result, now)

    async def _sealed_like(
        self, connection: AsyncConnection, key: IdempotencyKey, result: str
    ) -> str:
        if self.sealer is None:
            return result
        query = select(ACTION.c.arguments).where(ACTION.c.idempotency_key == key)
        like = (await connection.execute(query)).scalar_one()
        place = _place(key, "result")
        return await self.sealer.seal_like(connection, like, place, result, self.clock.now())

    async def opened(
        self, connection: AsyncConnection, rows: Sequence[RowMapping]
    ) -> list[RowMapping]:
        """Rows with their sealed columns in plain text; None where that was erased."""
        if self.sealer is None:
            return list(rows)
        cells = [
            (number, column)
            for number, row in enumerate(rows)
            for column in ("arguments", "result")
            if row[column] is not None
        ]
        texts = await self.sealer.open(
            connection,
            [(rows[n][column], _place(rows[n]["idempotency_key"], column)) for n, column in cells],
        )
        plain: list[dict[Any, Any]] = [dict(row) for row in rows]
        for (number, column), text in zip(cells, texts, strict=True):
            plain[number][column] = text
        return [cast(RowMapping, row) for row in plain]

    async def _read(self, query: Select[Any]) -> Sequence[RowMapping]:
        async def read(connection: AsyncConnection) -> Sequence[RowMapping]:
            rows: Sequence[RowMapping] = (await connection.execute(query)).mappings().all()
            return await self.opened(connection, rows)

        return await transaction(self.engine, read, reads_only=True)


def _place(key: IdempotencyKey, column: str) -> str:
    return f"action\n{key}\n{column}"


def _claimed(claim: Claim) -> Update:
    return update(ACTION).where(
        ACTION.c.idempotency_key == claim.key,
        ACTION.c.fence == claim.fence,
        ACTION.c.state == "sending",
    )


async def _locked_row(connection: AsyncConnection, key: IdempotencyKey) -> RowMapping:
    query = select(ACTION).where(ACTION.c.idempotency_key == key).with_for_update()
    return (await connection.execute(query)).mappings().one()


def _fresh(intent: Intent) -> Mapping[str, Any]:
    """An intent nobody has stored yet, as far as a verdict depends on it."""
    return {
        "idempotency_key": intent.key,
        "state": "intended",
        "result": None,
        "lease_until": None,
        "fence": 0,
    }


def _verdict(
    row: RowMapping | Mapping[str, Any], intent: Intent, now: datetime, lease_now: datetime
) -> Claim | Held | ActionResult:
    ended = _final(row)
    if ended is not None:
        return ended
    if row["lease_until"] is not None and row["lease_until"] > lease_now:
        return Held(intent.key)
    was_sent = row["state"] in {"sending", "unknown"}
    is_late = intent.deadline is not None and now > intent.deadline
    if was_sent and (is_late or not intent.is_resendable):
        return ActionResult(outcome="unknown", idempotency_key=intent.key)
    if is_late:
        return ActionResult(outcome="refused", reason=TOO_LATE, idempotency_key=intent.key)
    return Claim(
        intent.key, row["fence"] + 1, was_sent, intent.conversation_id, intent.is_resendable
    )


def _final(row: RowMapping | Mapping[str, Any]) -> ActionResult | None:
    if row["state"] not in {"done", "refused"}:
        return None
    if row["result"] is None:  # erased with its customer: that it happened is all that is left
        return ActionResult(outcome=row["state"], idempotency_key=row["idempotency_key"])
    return ActionResult.model_validate_json(row["result"])
