"""Open tasks and task tokens in the database of the conversations."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters import tables
from assistant.adapters.database import master_of, read, write
from assistant.model.ids import ConversationId, CustomerId, FlowId
from assistant.ports.moves import OpenTask, TaskToken, TokenFound

_HEAD = tables.conversation
_TOKEN = tables.task_token
_LINK_BYTES: Final = 24
_NUMBER_DIGITS: Final = 8
_PURPOSE: Final = "task token"
_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class SqlMoves:
    """Implements the port Moves.

    Attributes:
        engine: From `open_engine`, with the schema of `adapters.schema`.
        page: Address of the page that goes on with a task, to which the secret is added as a
            fragment, which browsers send to nobody; "" for none.
    """

    engine: AsyncEngine
    page: str = ""

    async def open_tasks(self, customer_id: CustomerId, since: datetime) -> Sequence[OpenTask]:
        """See the port."""
        query = (
            select(_HEAD.c.conversation_id, _HEAD.c.open_flow, _HEAD.c.channel, _HEAD.c.updated_at)
            .where(
                _HEAD.c.customer_id == customer_id,
                _HEAD.c.open_flow.is_not(None),
                _HEAD.c.updated_at >= since,
            )
            .order_by(_HEAD.c.updated_at.desc(), _HEAD.c.conversation_id)
            .limit(_MOST)
        )

        async def work(connection: AsyncConnection) -> list[OpenTask]:
            return [
                OpenTask(
                    conversation_id=ConversationId(row.conversation_id),
                    flow=FlowId(row.open_flow),
                    channel=row.channel or "",
                    at=row.updated_at,
                )
                for row in await connection.execute(query)
            ]

        return await read(self.engine, work)

    async def issue(
        self,
        conversation_id: ConversationId,
        customer_id: CustomerId,
        now: datetime,
        until: datetime,
    ) -> TaskToken:
        """See the port."""
        link = secrets.token_urlsafe(_LINK_BYTES)
        number = "".join(secrets.choice("0123456789") for _ in range(_NUMBER_DIGITS))
        row = {
            "link_name": self._name(link),
            "number_name": self._name(number),
            "conversation_id": conversation_id,
            "customer_id": customer_id,
            "expires_at": until,
        }
        over = or_(_TOKEN.c.conversation_id == conversation_id, _TOKEN.c.expires_at <= now)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(_TOKEN).where(over))
            await connection.execute(insert(_TOKEN).values(row))

        await write(self.engine, work)
        return TaskToken(link=f"{self.page}{link}" if self.page else "", number=number)

    async def find(self, secret: str, by: str, now: datetime) -> TokenFound | None:
        """See the port."""
        query = select(_TOKEN).where(*self._is_good(secret, by, now))

        async def work(connection: AsyncConnection) -> Any:
            return (await connection.execute(query)).first()

        row = await read(self.engine, work)
        if row is None:
            return None
        return TokenFound(
            conversation_id=ConversationId(row.conversation_id),
            customer_id=CustomerId(row.customer_id),
        )

    async def spend(self, secret: str, by: str, now: datetime) -> bool:
        """See the port."""
        query = update(_TOKEN).where(*self._is_good(secret, by, now)).values(used_by=by)

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(query)).rowcount > 0

        return await write(self.engine, work)

    def _is_good(self, secret: str, by: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
        name = self._name(secret)
        named = or_(_TOKEN.c.link_name == name, _TOKEN.c.number_name == name)
        free = or_(_TOKEN.c.used_by.is_(None), _TOKEN.c.used_by == by)
        return named, free, _TOKEN.c.expires_at > now

    def _name(self, secret: str) -> str:
        """Under the present key alone: a token outlives no change of keys."""
        return master_of(self.engine).tag(_PURPOSE, secret)
