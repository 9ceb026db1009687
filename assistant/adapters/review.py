"""Requests for a review, in a SQL database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, and_, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters.database import insert_if_absent, read, write
from assistant.adapters.tables import review as _review
from assistant.adapters.vault import SqlSealer, place_of_text
from assistant.model.ids import ReviewId
from assistant.ports import Clock, IdSource, Review, ReviewRequest, ReviewStatus, Verdict


@dataclass(frozen=True, slots=True)
class SqlReviewQueue:
    """Implements the ReviewQueue port.

    Attributes:
        engine: From `open_engine`, with the schema of `adapters.schema`.
    """

    engine: AsyncEngine
    clock: Clock
    ids: IdSource

    async def submit(self, request: ReviewRequest) -> Review:
        """See the port."""
        now, review_id = self.clock.now(), self.ids.new("r")
        values = {
            "review_id": review_id,
            "customer_id": request.customer_id,
            "action": request.action,
            "arguments_sha256": request.arguments_sha256,
            "status": "waiting",
            "created_at": now,
        }
        same = and_(
            _review.c.customer_id == request.customer_id,
            _review.c.action == request.action,
            _review.c.arguments_sha256 == request.arguments_sha256,
            _OPEN,
        )

        async def work(connection: AsyncConnection) -> list[Review]:
            known = await self._select(connection, same)
            if known:
                return known
            sealed = await self._sealer.seal(
                connection,
                request.conversation_id,
                _place(review_id, "request"),
                request.model_dump_json(),
                now,
            )
            row = values | {"request": sealed}
            await connection.execute(insert_if_absent(connection.dialect, _review, **row))
            return await self._select(connection, same)

        (review,) = await write(self.engine, work)
        return review

    async def find(self, review_id: ReviewId) -> Review | None:
        """See the port."""
        found = await self._read(_review.c.review_id == review_id)
        return found[0] if found else None

    async def waiting(self) -> list[Review]:
        """See the port."""
        return await self._read(_OPEN)

    async def decided(self) -> list[Review]:
        """See the port."""
        return await self._read(_review.c.status.in_(("approved", "refused")))

    async def claim(self, review_id: ReviewId, colleague: str) -> Review | None:
        """See the port."""
        mine = and_(_review.c.review_id == review_id, _free_for(colleague))
        taken = update(_review).where(mine).values(colleague=colleague)

        async def work(connection: AsyncConnection) -> list[Review]:
            await connection.execute(taken)
            return await self._select(connection, and_(mine, _review.c.colleague == colleague))

        found = await write(self.engine, work)
        return found[0] if found else None

    async def give_back(self, review_id: ReviewId, colleague: str) -> None:
        """See the port."""
        mine = and_(
            _review.c.review_id == review_id,
            _review.c.status == "waiting",
            _review.c.colleague == colleague,
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(_review).where(mine).values(colleague=None))

        await write(self.engine, work)

    async def end(self, review_id: ReviewId, code: str) -> Review | None:
        """See the port."""
        verdict = Verdict(approved=False, colleague="", code=code)

        async def work(connection: AsyncConnection) -> Review | None:
            is_open = and_(_review.c.review_id == review_id, _OPEN)
            found = await self._select(connection, is_open)
            return await self._give(connection, found[0], verdict, "refused") if found else None

        return await write(self.engine, work)

    async def decide(self, review_id: ReviewId, verdict: Verdict) -> Review | None:
        """See the port."""

        async def work(connection: AsyncConnection) -> Review | None:
            found = await self._select(connection, _review.c.review_id == review_id)
            if not found:
                return None
            status = found[0].after(verdict)
            if status is None:
                return found[0] if found[0].is_given(verdict) else None
            return await self._give(connection, found[0], verdict, status)

        return await write(self.engine, work)

    async def _give(
        self, connection: AsyncConnection, review: Review, verdict: Verdict, status: ReviewStatus
    ) -> Review | None:
        """Store a verdict, unless somebody changed the review since it was read."""
        now, verdicts = self.clock.now(), (*review.verdicts, verdict)
        unchanged = and_(
            _review.c.review_id == review.review_id,
            _review.c.status == review.status,
            _review.c.colleague == review.colleague,
        )
        decision = (
            update(_review)
            .where(unchanged)
            .values(
                status=status,
                approved=None if status == "seconding" else verdict.approved,
                colleague=verdict.colleague,
                decided_at=now,
            )
            .returning(_review.c.request)
        )
        request = (await connection.execute(decision)).scalar_one_or_none()
        if request is None:
            return None
        sealed = await self._sealer.seal_like(
            connection,
            request,
            _place(review.review_id, "reason"),
            _VERDICTS.dump_json(verdicts).decode(),
            now,
        )
        this = _review.c.review_id == review.review_id
        await connection.execute(update(_review).where(this).values(reason=sealed))
        return (await self._select(connection, this))[0]

    async def close(self, review_id: ReviewId) -> None:
        """See the port."""
        closed = (
            update(_review)
            .where(_review.c.review_id == review_id, not_(_OPEN))
            .values(status="closed")
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(closed)

        await write(self.engine, work)

    async def _read(self, where: ColumnElement[bool]) -> list[Review]:
        async def work(connection: AsyncConnection) -> list[Review]:
            return await self._select(connection, where)

        return await read(self.engine, work)

    async def _select(
        self, connection: AsyncConnection, where: ColumnElement[bool]
    ) -> list[Review]:
        query = select(_review).where(where).order_by(_review.c.created_at, _review.c.review_id)
        rows = (await connection.execute(query)).all()
        requests = await self._sealer.open(
            connection, [(row.request, _place(row.review_id, "request")) for row in rows]
        )
        decided = [row for row in rows if row.reason is not None]
        reasons = await self._sealer.open(
            connection, [(row.reason, _place(row.review_id, "reason")) for row in decided]
        )
        why = {row.review_id: reason for row, reason in zip(decided, reasons, strict=True)}
        return [
            _as_review(row, request, why.get(row.review_id))
            for row, request in zip(rows, requests, strict=True)
            if request is not None  # erased with its customer: nobody can decide about it
        ]

    @property
    def _sealer(self) -> SqlSealer:
        return SqlSealer(self.engine)


_OPEN = _review.c.status.in_(("waiting", "seconding"))
_VERDICTS = TypeAdapter(tuple[Verdict, ...])


def _free_for(colleague: str) -> ColumnElement[bool]:
    nobodys = _review.c.colleague.is_(None)
    return and_(_review.c.status == "waiting", or_(nobodys, _review.c.colleague == colleague))


def _place(review_id: str, column: str) -> str:
    return place_of_text("review", review_id, column)


def _as_review(row: Row[Any], request: str, reason: str | None) -> Review:
    verdicts = _verdicts(row, reason)
    return Review(
        review_id=ReviewId(row.review_id),
        request=ReviewRequest.model_validate_json(request),
        status=row.status,
        created_at=row.created_at,
        approved=row.approved,
        colleague=row.colleague,
        reason=verdicts[-1].note if verdicts else None,
        decided_at=row.decided_at,
        verdicts=verdicts,
    )


def _verdicts(row: Row[Any], reason: str | None) -> tuple[Verdict, ...]:
    """What colleagues decided; plain words are of a time when only one did."""
    if reason is None:
        return ()
    if not reason.startswith("["):
        return (Verdict(approved=bool(row.approved), colleague=row.colleague, note=reason),)
    return _VERDICTS.validate_json(reason)
