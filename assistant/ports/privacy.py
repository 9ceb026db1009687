"""What a person may ask about their data, and what the bank must write down about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from assistant.model.frozen import Frozen
from assistant.model.ids import ConversationId, CustomerId
from assistant.ports.store import StoredEvent

PrivacyDeed = Literal[
    "read",
    "exported",
    "erase_ordered",
    "erased",
    "restricted",
    "expired",
    "hold_placed",
    "hold_released",
]


class PrivacyEntry(Frozen):
    """One entry of the register of personal data.

    Attributes:
        actor: Colleague, command or `customer`.
        reason: As given, with personal data masked.
    """

    at: datetime
    actor: str
    deed: PrivacyDeed
    conversation_id: ConversationId | None
    reason: str


class Erasure(Frozen):
    """What became of an order to erase.

    Attributes:
        destroyed: Keys destroyed: what they sealed can never be read again.
        restricted: Keys put away, which nobody reads with until they are destroyed.
        held: Whether a legal hold is why.
        until: When the last legal term ends; None when none runs.
    """

    destroyed: int = 0
    restricted: int = 0
    held: bool = False
    until: datetime | None = None


class Privacy(Protocol):
    """The register, orders to erase, holds. Every call raises `StoreUnavailable`."""

    async def note(
        self,
        deed: Literal["read", "exported"],
        conversation_id: ConversationId,
        actor: str,
        reason: str = "",
    ) -> None:
        """Write down who reads or takes out a conversation; before they get it."""
        ...

    async def entries(self, customer_id: CustomerId) -> Sequence[PrivacyEntry]:
        """Everything written down about this customer's data, oldest first."""
        ...

    async def export(
        self, customer_id: CustomerId, actor: str
    ) -> dict[ConversationId, Sequence[StoredEvent]]:
        """What is stored of a customer and can be read, by conversation; written down."""
        ...

    async def erase(self, customer_id: CustomerId, actor: str, reason: str) -> Erasure:
        """Erase a customer: at once what no term protects, the rest when its term ends.

        Until then it is restricted. A legal hold restricts everything until it is lifted.
        """
        ...

    async def hold(self, customer_id: CustomerId, actor: str, reason: str) -> None:
        """Place a legal hold: nothing of this customer is destroyed."""
        ...

    async def release(self, customer_id: CustomerId, actor: str, reason: str) -> Erasure:
        """Lift the hold, and carry out what waited for it."""
        ...

    async def sweep(self, actor: str) -> Erasure:
        """Destroy what waited for the end of a term, and what was kept long enough."""
        ...
