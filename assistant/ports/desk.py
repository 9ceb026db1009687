"""The queue for a colleague."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from assistant.model.frozen import Frozen
from assistant.model.ids import ConversationId, CustomerId, TicketId


class Ticket(Frozen):
    """A place in the queue for a colleague.

    Attributes:
        status: waiting, accepted, closed.
    """

    ticket_id: TicketId
    conversation_id: ConversationId
    customer_id: CustomerId | None
    reason: str
    summary: str
    status: str
    position: int
    eta_s: int
    created_at: datetime
    colleague: str | None = None


class HandoffDesk(Protocol):
    """The queue of conversations that wait for a colleague."""

    async def request(
        self,
        conversation_id: ConversationId,
        customer_id: CustomerId | None,
        reason: str,
        summary: str,
    ) -> Ticket:
        """Queue the conversation; a second request returns the open ticket."""
        ...

    async def open_tickets(self) -> list[Ticket]:
        """Waiting and accepted tickets, oldest first."""
        ...

    async def find(self, ticket_id: TicketId) -> Ticket | None:
        """One ticket."""
        ...

    async def accept(self, ticket_id: TicketId, colleague: str) -> Ticket | None:
        """Give the ticket to one colleague; None when another has it or it is closed."""
        ...

    async def close(self, ticket_id: TicketId) -> None:
        """End it."""
        ...
