"""Open tasks of a customer, and the tokens by which one goes on in another channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from assistant.model.frozen import Frozen
from assistant.model.ids import ConversationId, CustomerId, FlowId


class OpenTask(Frozen):
    """A task somebody has begun and not ended.

    Attributes:
        channel: Where it was last spoken about.
        at: When, UTC.
    """

    conversation_id: ConversationId
    flow: FlowId
    channel: str
    at: datetime


class TaskToken(Frozen):
    """Two ways to name the same task, for one use.

    Attributes:
        link: Address of a page of ours that goes on with it; "" where there is none.
        number: Eight digits, to be said or typed.
    """

    link: str
    number: str


class TokenFound(Frozen):
    """What a token stands for."""

    conversation_id: ConversationId
    customer_id: CustomerId


class Moves(Protocol):
    """Shared by all processes. Every call raises StoreUnavailable."""

    async def open_tasks(self, customer_id: CustomerId, since: datetime) -> Sequence[OpenTask]:
        """The customer's open tasks, the newest first."""
        ...

    async def issue(
        self,
        conversation_id: ConversationId,
        customer_id: CustomerId,
        now: datetime,
        until: datetime,
    ) -> TaskToken:
        """Make a token; those made before for the conversation are worth nothing any more."""
        ...

    async def find(self, secret: str, by: str, now: datetime) -> TokenFound | None:
        """What a token stands for; None for one that is none, too old, or used by somebody else."""
        ...

    async def spend(self, secret: str, by: str, now: datetime) -> bool:
        """Use a token.

        Args:
            secret: The link's secret, or the number.
            by: Who uses it; the same may ask again.
            now: The present instant, UTC.

        Returns:
            False when it is too old, or somebody else has used it.
        """
        ...


class NoMoves:
    """Implements Moves where every conversation stays in its channel."""

    async def open_tasks(self, customer_id: CustomerId, since: datetime) -> Sequence[OpenTask]:
        """See the port."""
        return ()

    async def issue(
        self,
        conversation_id: ConversationId,
        customer_id: CustomerId,
        now: datetime,
        until: datetime,
    ) -> TaskToken:
        """See the port."""
        return TaskToken(link="", number="")

    async def find(self, secret: str, by: str, now: datetime) -> TokenFound | None:
        """See the port."""
        return None

    async def spend(self, secret: str, by: str, now: datetime) -> bool:
        """See the port."""
        return False
