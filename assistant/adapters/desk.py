"""The queue for a colleague, in a SQL database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters.database import insert_if_absent, read, write
from assistant.adapters.tables import handoff_ticket as _ticket
from assistant.adapters.vault import SqlSealer, place_of_text
from assistant.model.ids import ConversationId, CustomerId, TicketId
from assistant.ports import Clock, IdSource, Ticket

SECONDS_PER_TICKET = 90
"""Assumed time until a colleague takes the next ticket; the bank sets its own."""

_earlier = _ticket.alias("earlier")
_position = (
    select(func.count())
    .select_from(_earlier)
    .where(
        _earlier.c.status == "waiting",
        or_(
            _earlier.c.created_at < _ticket.c.created_at,
            and_(
                _earlier.c.created_at == _ticket.c.created_at,
                _earlier.c.ticket_id <= _ticket.c.ticket_id,
            ),
        ),
    )
    .scalar_subquery()
)
"""Tickets that wait, up to and including this one: its place in the queue, from 1."""


@dataclass(frozen=True, slots=True)
class SqlHandoffDesk:
    """Implements the HandoffDesk port. A ticket that no longer waits is at position 0.

    Attributes:
        engine: From `open_engine`, with the schema of `adapters.schema`.
        seconds_per_ticket: For the estimated wait: position times this.
    """

    engine: AsyncEngine
    clock: Clock
    ids: IdSource
    seconds_per_ticket: int = SECONDS_PER_TICKET

    async def request(
        self,
        conversation_id: ConversationId,
        customer_id: CustomerId | None,
        reason: str,
        summary: str,
    ) -> Ticket:
        """See the port."""
        now, ticket_id = self.clock.now(), self.ids.new("h")
        values = {
            "ticket_id": ticket_id,
            "conversation_id": conversation_id,
            "customer_id": customer_id,
            "reason": reason,
            "status": "waiting",
            "created_at": now,
            "updated_at": now,
        }

        async def work(connection: AsyncConnection) -> list[Ticket]:
            place = _place(ticket_id)
            sealed = await self._sealer.seal(connection, conversation_id, place, summary, now)
            row = values | {"summary": sealed}
            await connection.execute(insert_if_absent(connection.dialect, _ticket, **row))
            is_open = _ticket.c.status != "closed"
            return await self._select(
                connection, and_(_ticket.c.conversation_id == conversation_id, is_open)
            )

        (ticket,) = await write(self.engine, work)
        return ticket

    async def open_tickets(self) -> list[Ticket]:
        """See the port."""

        async def work(connection: AsyncConnection) -> list[Ticket]:
            return await self._select(connection, _ticket.c.status != "closed")

        return await read(self.engine, work)

    async def find(self, ticket_id: TicketId) -> Ticket | None:
        """See the port."""

        async def work(connection: AsyncConnection) -> list[Ticket]:
            return await self._select(connection, _ticket.c.ticket_id == ticket_id)

        found = await read(self.engine, work)
        return found[0] if found else None

    async def accept(self, ticket_id: TicketId, colleague: str) -> Ticket | None:
        """See the port; the colleague who has it already gets it again."""
        theirs = and_(_ticket.c.status == "accepted", _ticket.c.colleague == colleague)
        taken = (
            update(_ticket)
            .where(_ticket.c.ticket_id == ticket_id, or_(_ticket.c.status == "waiting", theirs))
            .values(status="accepted", colleague=colleague, updated_at=self.clock.now())
            .returning(_ticket.c.ticket_id)
        )

        async def work(connection: AsyncConnection) -> list[Ticket]:
            if (await connection.execute(taken)).one_or_none() is None:
                return []
            return await self._select(connection, _ticket.c.ticket_id == ticket_id)

        found = await write(self.engine, work)
        return found[0] if found else None

    async def close(self, ticket_id: TicketId) -> None:
        """See the port."""
        closed = (
            update(_ticket)
            .where(_ticket.c.ticket_id == ticket_id, _ticket.c.status != "closed")
            .values(status="closed", updated_at=self.clock.now())
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(closed)

        await write(self.engine, work)

    async def _select(
        self, connection: AsyncConnection, where: ColumnElement[bool]
    ) -> list[Ticket]:
        query = (
            select(_ticket, _position.label("position"))
            .where(where)
            .order_by(_ticket.c.created_at, _ticket.c.ticket_id)
        )
        rows = (await connection.execute(query)).all()
        summaries = await self._sealer.open(
            connection, [(row.summary, _place(row.ticket_id)) for row in rows]
        )
        return [
            self._ticket(row, summary or "") for row, summary in zip(rows, summaries, strict=True)
        ]

    @property
    def _sealer(self) -> SqlSealer:
        return SqlSealer(self.engine, "talk")

    def _ticket(self, row: Row[Any], summary: str) -> Ticket:
        position = row.position if row.status == "waiting" else 0
        return Ticket(
            ticket_id=TicketId(row.ticket_id),
            conversation_id=ConversationId(row.conversation_id),
            customer_id=CustomerId(row.customer_id) if row.customer_id else None,
            reason=row.reason,
            summary=summary,
            status=row.status,
            position=position,
            eta_s=position * self.seconds_per_ticket,
            created_at=row.created_at,
            colleague=row.colleague,
        )


def _place(ticket_id: str) -> str:
    return place_of_text("handoff_ticket", ticket_id, "summary")
