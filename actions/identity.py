"""The bank's means of knowing who speaks: one-time codes, and factors matched by the bank.

Codes and factors pass through here and are kept nowhere: not in the ledger, not in a log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from actions.bank.port import BankApi
from assistant.errors import BankRefused
from assistant.model.ids import ConversationId, CustomerId, ResponseKey
from assistant.ports import CodeCheck, CodeTicket

_NO_NUMBER: Final = ResponseKey("reason_phone_missing")


@dataclass(frozen=True, slots=True)
class BankIdentity:
    """Implements IdentityProofs over a BankApi."""

    bank: BankApi

    async def send_code(
        self,
        conversation_id: ConversationId,
        purpose: str,
        *,
        customer_id: CustomerId | None = None,
        phone: str | None = None,
    ) -> CodeTicket:
        """See the port. A number given explicitly goes before the reserved one.

        Raises:
            BankRefused: Too many codes, or neither a number nor a customer.
            BankUnavailable: Nothing was sent.
        """
        if phone is None:
            if customer_id is None:
                raise BankRefused(_NO_NUMBER)
            phone = (await self.bank.profile(customer_id)).phone
        sent = await self.bank.send_code(phone, purpose, conversation_id)
        return CodeTicket(
            code_id=sent.code_id, masked_phone=sent.masked_phone, expires_at=sent.expires_at
        )

    async def check_code(self, code_id: str, code: str, purpose: str) -> CodeCheck:
        """See the port."""
        checked = await self.bank.check_code(code_id, code, purpose)
        return CodeCheck(
            verified=checked.verified,
            attempts_left=checked.attempts_left,
            reason=checked.reason,
        )

    async def match(
        self, factors: Mapping[str, str], customer_id: CustomerId | None
    ) -> CustomerId | None:
        """See the port. No factor at all proves nobody."""
        given = {name: value for name, value in factors.items() if value}
        if not given:
            return None
        return await self.bank.match_identity(given, customer_id)
