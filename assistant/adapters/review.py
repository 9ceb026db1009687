"""Requests for a review, in a SQL database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters.database import insert_if_absent, read, write
from assistant.adapters.tables import review as _review
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
        values = {
            "review_id": self.ids.new("r"),
            "customer_id": request.customer_id,
            "action": request.action,
            "arguments_sha256": request.arguments_sha256,
            "request": request.model_dump_json(),
            "status": "waiting",
            "created_at": self.clock.now(),
        }
        same = and_(
            _review.c.customer_id == request.customer_id,
            _review.c.action == request.action,
            _review.c.arguments_sha256 == request.arguments_sha256,
            _review.c.status == "waiting",
        )

        async def work(connection: AsyncConnection) -> list[Review]:
            await connection.execute(insert_if_absent(connection.dialect, _review, **values))
            return await _select(connection, same)

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
        is_this = _review.c.review_id == review_id
        decision = (
            update(_review)
            .where(is_this, _review.c.status == "waiting")
            .values(
                status="approved" if approved else "refused",
                approved=approved,
                colleague=colleague,
                reason=reason,
                decided_at=self.clock.now(),
            )
        )
        as_decided = and_(
            is_this,
            _review.c.approved.is_(approved),
            _review.c.colleague == colleague,
        )

        async def work(connection: AsyncConnection) -> list[Review]:
            await connection.execute(decision)
            return await _select(connection, as_decided)

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
            return await _select(connection, where)

        return await read(self.engine, work)


async def _select(connection: AsyncConnection, where: ColumnElement[bool]) -> list[Review]:
    query = select(_review).where(where).order_by(_review.c.created_at, _review.c.review_id)
    return [_as_review(row) for row in await connection.execute(query)]


def _as_review(row: Row[Any]) -> Review:
    return Review(
        review_id=ReviewId(row.review_id),
        request=ReviewRequest.model_validate_json(row.request),
        status=row.status,
        created_at=row.created_at,
        approved=row.approved,
        colleague=row.colleague,
        reason=row.reason,
        decided_at=row.decided_at,
    )
