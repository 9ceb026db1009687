"""From an intent to its recorded end: claimed, sent under its key, never sent by two at once.

What an earlier attempt may have brought about, only the bank can tell. So once something has
been sent, neither a refusal met on the way to the bank nor its silence ends a change.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from actions.bank.port import BankApi
from actions.ledger import Ledger
from actions.ledger_rows import Claim, Held, Intent
from actions.registry import Action
from actions.settlement import Patience, word_of_bank
from assistant.errors import (
    BankOutcomeUnknown,
    BankRefused,
    BankUnavailable,
    StoreUnavailable,
)
from assistant.model.ids import IdempotencyKey, ResponseKey
from assistant.ports import ActionResult

BANK_UNAVAILABLE: Final = ResponseKey("reason_bank_unavailable")
_BEATS_IN_A_LEASE: Final = 3

Ask = Callable[[IdempotencyKey], Awaitable[ActionResult]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Sends changes.

    Attributes:
        running: Keeps what is being sent alive when nobody waits for it any more.
    """

    bank: BankApi
    ledger: Ledger
    patience: Patience
    running: set[asyncio.Task[ActionResult]] = field(default_factory=set)

    async def change(self, intent: Intent, action: Action | None, ask: Ask) -> ActionResult:
        """Carry out one intent, or find out what became of it.

        Args:
            intent: What is to be done.
            action: Its entry in the table; None for a foreign action, which cannot be asked about.
            ask: Sends it under the key it is given; raises Bank* errors.

        Raises:
            StoreUnavailable: Nothing was stored, so nothing was sent.
        """
        claim = await self._claim(intent)
        if isinstance(claim, ActionResult):
            return claim
        # A cancelled turn takes back words, never an action: the sending goes on to its end.
        sending = asyncio.create_task(self._send(claim, action, ask))
        self.running.add(sending)
        sending.add_done_callback(self.running.discard)
        return await asyncio.shield(sending)

    async def _claim(self, intent: Intent) -> Claim | ActionResult:
        """Wait a little for a worker that is sending the same intent, then give up honestly."""
        for _ in range(self.patience.polls):
            held = await self.ledger.begin(intent)
            if not isinstance(held, Held):
                return held
            await asyncio.sleep(self.patience.poll_s)
        return ActionResult(outcome="unknown", idempotency_key=intent.key)

    async def _send(self, claim: Claim, action: Action | None, ask: Ask) -> ActionResult:
        try:
            async with self._heartbeat(claim):
                result = await ask(claim.key)
        except BankRefused as answer:
            result = ActionResult(outcome="refused", reason=answer.reason)
            if claim.was_sent:
                result = await self._word(claim, action)
        except BankUnavailable:
            if not claim.was_sent:
                return await self._give_back(claim)
            # Nothing was sent now, but an earlier attempt may have arrived.
            result = ActionResult(outcome="unknown")
        except BankOutcomeUnknown:
            result = ActionResult(outcome="unknown")
        result = result.model_copy(update={"idempotency_key": claim.key})
        return await self._record(claim, result)

    async def _word(self, claim: Claim, action: Action | None) -> ActionResult:
        """What the bank says of the key, when it was the way there that ended in a refusal.

        The refusal may come from a look at the bank's records, which show the effect of the
        earlier attempt itself, or from the bank's answer under the key.
        """
        try:
            word = await word_of_bank(self.bank, action, claim.key) if action else None
        except BankUnavailable:
            word = None
        return word or ActionResult(outcome="unknown")

    @asynccontextmanager
    async def _heartbeat(self, claim: Claim) -> AsyncIterator[None]:
        """Renew the lease while the bank is being waited for, however long it takes."""
        beating = asyncio.create_task(self._beat(claim))
        try:
            yield
        finally:
            beating.cancel()

    async def _beat(self, claim: Claim) -> None:
        is_ours = True
        while is_ours:
            await asyncio.sleep(self.ledger.lease_s / _BEATS_IN_A_LEASE)
            with suppress(StoreUnavailable):  # the next beat may get through
                is_ours = await self.ledger.renew(claim)

    async def _give_back(self, claim: Claim) -> ActionResult:
        """Nothing was sent: the same intent may be tried again at once."""
        with suppress(StoreUnavailable):  # the row then waits for its lease instead
            await self.ledger.release(claim)
        return ActionResult(outcome="refused", reason=BANK_UNAVAILABLE, idempotency_key=claim.key)

    async def _record(self, claim: Claim, result: ActionResult) -> ActionResult:
        """Store the end; when another worker has taken over, its stored end is the truth."""
        try:
            if await self.ledger.finish(claim, result):
                return result
            return await self.ledger.result_of(claim.key) or result
        except StoreUnavailable:
            # The bank has answered and the customer may hear it. The row stays `sending`;
            # reconciliation asks the bank again and gets the same answer under the key.
            return result
