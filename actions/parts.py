"""Carries out the parts of a task, each by the ledger and under a key of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from actions.arguments import canonical, sha256_of
from actions.bank.port import BankApi
from actions.ledger_rows import Claim, Intent
from actions.registry import ActionContext, Part
from actions.sending import BANK_UNAVAILABLE, Sending
from assistant.errors import BankUnavailable
from assistant.model.ids import IdempotencyKey
from assistant.ports import ActionResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Carries out the parts of one task.

    Attributes:
        task: The whole, as it was claimed.
        context: What the task may know.
        deadline: Until when a part may be sent for the first time; taking back is never too late.
    """

    sending: Sending
    bank: BankApi
    task: Intent
    context: ActionContext
    deadline: datetime | None

    async def perform(self, part: Part) -> ActionResult:
        """See `actions.registry.Perform`.

        A refusal is final: it is in the ledger before it is returned, so that nobody sends the
        part after what went before it was taken back. Only the first part may be tried again,
        for nothing has been done before it.

        Raises:
            BankUnavailable: The bank could not be reached for the first part.
            StoreUnavailable: What became of it is in the ledger, not here.
        """
        action = part.action
        arguments = canonical((*action.arguments, *action.optional), part.slots)
        intent = replace(
            self.task,
            key=key_of_part(self.task.key, part.place),
            action=action.name,
            arguments=arguments,
            arguments_sha256=sha256_of(arguments),
            deadline=None if part.is_undo else self.deadline,
        )
        result = await self.sending.change(
            intent,
            action,
            lambda key: action.run(
                self.bank, replace(self.context, slots=arguments, key=key, perform=None)
            ),
        )
        if result.outcome != "refused":
            return result
        if result.reason == BANK_UNAVAILABLE and (part.is_undo or part.place == "0"):
            if part.is_undo:
                return ActionResult(outcome="unknown")  # to be tried again
            raise BankUnavailable
        return await self._close(intent, result)

    async def _close(self, intent: Intent, refusal: ActionResult) -> ActionResult:
        """Make a refusal final that never reached the bank; another end is the truth."""
        held = await self.sending.ledger.begin(replace(intent, deadline=None))
        if isinstance(held, ActionResult):
            return held
        if not isinstance(held, Claim) or held.was_sent:
            return ActionResult(outcome="unknown")
        if not await self.sending.ledger.finish(held, refusal):
            return ActionResult(outcome="unknown")
        return refusal


def key_of_part(task: IdempotencyKey, place: str) -> IdempotencyKey:
    """The key of a part, the same for whoever carries the task on."""
    return IdempotencyKey(f"act_{sha256_of({'task': task, 'part': place})[:40]}")
