"""The bank's means of knowing who speaks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from assistant.model.frozen import Frozen
from assistant.model.ids import ConversationId, CustomerId


class CodeTicket(Frozen):
    """A one-time code on its way."""

    code_id: str
    masked_phone: str
    expires_at: datetime


class CodeCheck(Frozen):
    """Whether a code was right.

    Attributes:
        reason: wrong, expired, used, locked, other_purpose; None when verified.
    """

    verified: bool
    attempts_left: int = 0
    reason: str | None = None


class IdentityProofs(Protocol):
    """The bank's means of knowing who speaks."""

    async def send_code(
        self,
        conversation_id: ConversationId,
        purpose: str,
        *,
        customer_id: CustomerId | None = None,
        phone: str | None = None,
    ) -> CodeTicket:
        """Send a code to the customer's reserved number, or to the number given.

        Raises:
            BankRefused: Too many codes.
            BankUnavailable: Nothing was sent.
        """
        ...

    async def check_code(self, code_id: str, code: str, purpose: str) -> CodeCheck:
        """Check what the customer typed."""
        ...

    async def match(
        self, factors: Mapping[str, str], customer_id: CustomerId | None
    ) -> CustomerId | None:
        """The customer all factors (phone, name, id_number, card_number) belong to."""
        ...
