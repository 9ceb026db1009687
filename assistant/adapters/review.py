"""Requests for a review, in a SQL database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters.database import insert_if_absent, read, write
from assistant.adapters.tables import review as _review
from assistant.adapters.vault import SqlSealer, place_of_text
from assistant.model.ids import ReviewId
from assistant.ports import Clock, IdSource, Review, ReviewRequest


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
            _review.c.status == "waiting",
        )

        async def work(connection: AsyncConnection) -> list[Review]:
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
        return await self._read(_review.c.status == "waiting")

    async def decided(self) -> list[Review]:
        """See the port."""
        return await self._read(_review.c.status.in_(("approved", "refused")))

    async def decide(
        self, review_id: ReviewId, *, approved: bool, colleague: str, reason: str
    ) -> Review | None:
        """See the port."""
        now = self.clock.now()
        is_this = _review.c.review_id == review_id
        decision = (
            update(_review)
            .where(is_this, _review.c.status == "waiting")
            .values(
                status="approved" if approved else "refused",
                approved=approved,
                colleague=colleague,
                decided_at=now,
            )
            .returning(_review.c.request)
        )
        as_decided = and_(
            is_this,
            _review.c.approved.is_(approved),
            _review.c.colleague == colleague,
        )

        async def work(connection: AsyncConnection) -> list[Review]:
            request = (await connection.execute(decision)).scalar_one_or_none()
            if request is not None:
                sealed = await self._sealer.seal_like(
                    connection, request, _place(review_id, "reason"), reason, now
                )
                await connection.execute(update(_review).where(is_this).values(reason=sealed))
            return await self._select(connection, as_decided)

        found = await write(self.engine, work)
        return found[0] if found else None

    async def close(self, review_id: ReviewId) -> None:
        """See the port."""
        closed = (
            update(_review)
            .where(_review.c.review_id == review_id, _review.c.status != "waiting")
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


def _place(review_id: str, column: str) -> str:
    return place_of_text("review", review_id, column)


def _as_review(row: Row[Any], request: str, reason: str | None) -> Review:
    return Review(
        review_id=ReviewId(row.review_id),
        request=ReviewRequest.model_validate_json(request),
        status=row.status,
        created_at=row.created_at,
        approved=row.approved,
        colleague=row.colleague,
        reason=reason,
        decided_at=row.decided_at,
    )
