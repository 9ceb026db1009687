"""What a person may ask about their data, and what the bank must write down about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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


Purpose = Literal[
    "handoff", "timeline", "review", "receipt", "replay", "gaps", "impact", "ledger", "evidence"
]
"""What a colleague looks at a customer's data for; customers are told its wording."""


def reason_of(purpose: Purpose, words: str = "") -> str:
    """A reason as the register keeps it."""
    return f"{purpose}: {words}" if words else purpose


class PrivacyEntry(Frozen):
    """One entry of the register of personal data.

    Attributes:
        actor: Colleague, command or `customer`.
        reason: As given, with personal data masked; begins with a Purpose where data was looked
            at, and goes on after a colon with what the colleague wrote.
    """

    at: datetime
    actor: str
    deed: PrivacyDeed
    conversation_id: ConversationId | None
    reason: str

    @property
    def purpose(self) -> str:
        """The Purpose; another word, or none, in entries of other kinds."""
        return self.reason.partition(":")[0]


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


class ErasureOrder(Frozen):
    """What an order to erase will do.

    Attributes:
        due: When it is carried out.
        keeps: Whether something is kept beyond that because a law or an order says so.
        longest_years: The longest legal term, whole years.
    """

    due: datetime
    keeps: bool
    longest_years: int


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

    async def note_all(
        self,
        deed: Literal["read", "exported"],
        conversation_ids: Collection[ConversationId],
        actor: str,
        reason: str = "",
    ) -> None:
        """The same for several; all of them are written down, or none."""
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

    async def order_erasure(self, customer_id: CustomerId, actor: str, reason: str) -> ErasureOrder:
        """Take an order to erase; `sweep` carries it out when it is due.

        Whether a hold is among the reasons why something is kept is not told: a customer could
        learn of an investigation by it.
        """
        ...

    def export_pass(self, customer_id: CustomerId, until: datetime) -> str:
        """What opens the customer's export until an instant; nobody else's, and no longer."""
        ...

    def opens_export(self, customer_id: CustomerId, given: str) -> datetime | None:
        """Until when this pass opens this customer's export; None when it never did."""
        ...

    async def hold(self, customer_id: CustomerId, actor: str, reason: str) -> None:
        """Place a legal hold: nothing of this customer is destroyed."""
        ...

    async def release(self, customer_id: CustomerId, actor: str, reason: str) -> Erasure:
        """Lift the hold, and carry out what waited for it."""
        ...

    async def sweep(self, actor: str) -> Erasure:
        """Carry out orders that are due; destroy what was kept long enough."""
        ...
