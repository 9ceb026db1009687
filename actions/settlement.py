"""Settling changes that ended unknown: ask the bank about the key, never guess.

done → done; refused → refused. When the bank knows no such key, a request may still be on its
way, so "not carried out" is said only after several such answers, spread over time, and only
once the last sending is older than twice the bank's time-out.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from actions.bank.port import BankApi, OperationResult
from actions.ledger import Ledger
from actions.ledger_rows import Unsettled
from actions.registry import Action
from assistant.errors import BankRefused, BankUnavailable
from assistant.model.ids import ActionName, ConversationId, IdempotencyKey, ResponseKey
from assistant.model.outcome import HALF_DONE
from assistant.ports import ActionResult, Clock, Settled

NOT_CARRIED_OUT: Final = ResponseKey("reason_not_carried_out")
_FIRST_PAUSE_S: Final = 2
_LONGEST_PAUSE_S: Final = 60
_DOUBLINGS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for what; small in tests.

    Attributes:
        polls: How often to look whether a worker that holds the same intent has ended.
        poll_s: Seconds between two looks.
        bank_timeout_s: Time-out of one call of the bank.
        checks: Times the bank must have said that it knows no such key.
        checks_span_s: Least seconds between the first and the last of these answers.
    """

    polls: int = 20
    poll_s: float = 0.25
    bank_timeout_s: int = 10
    checks: int = 3
    checks_span_s: int = 30


CarryOn = Callable[[Unsettled, Action], Awaitable[ActionResult]]
"""Goes on with a task of several changes and records how it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Goes through unsettled changes once.

    Attributes:
        carry_on: For tasks of several changes, by whose key nobody can be asked.
    """

    bank: BankApi
    ledger: Ledger
    clock: Clock
    patience: Patience
    carry_on: CarryOn
    bank_honours_keys: bool = True

    async def settle(
        self, table: Mapping[ActionName, Action], conversation_id: ConversationId | None
    ) -> list[Settled]:
        """Ask about each unsettled change of one conversation, or of all.

        Returns:
            The changes that are known now, and those only a colleague can end; the others stay
            for the next time.
        """
        settled: list[Settled] = []
        now = self.clock.now()
        for change in await self.ledger.unsettled(conversation_id, actions=table.keys()):
            if conversation_id is None and not _is_due(change, now):
                continue
            try:
                result = await self._end(change, table[change.action])
            except BankUnavailable:
                break
            if result is None:
                continue
            settled.append(
                Settled(
                    conversation_id=change.conversation_id,
                    action=change.action,
                    epoch=change.epoch,
                    result=result,
                )
            )
        return settled

    async def _end(self, change: Unsettled, action: Action) -> ActionResult | None:
        """How it ended, recorded; None while that is not known."""
        if action.has_parts:
            result = await self.carry_on(change, action)
            return None if result.outcome == "unknown" and result.reason != HALF_DONE else result
        found = await self._ask(change, action)
        return found if found is not None and await self.ledger.settle(change, found) else None

    async def _ask(self, change: Unsettled, action: Action) -> ActionResult | None:
        result = await word_of_bank(self.bank, action, change.key)
        if result is None and await self._is_certainly_absent(change):
            result = ActionResult(outcome="refused", reason=NOT_CARRIED_OUT)
        return result and result.model_copy(update={"idempotency_key": change.key})

    async def _is_certainly_absent(self, change: Unsettled) -> bool:
        """Never at a bank that does not know keys: that it finds none says nothing there."""
        now = self.clock.now()
        if not self.bank_honours_keys:
            await self.ledger.note_not_found(change)
            return False
        answers = (*change.not_found_at, now)
        age = now - change.last_sent_at
        if (
            len(answers) >= self.patience.checks
            and answers[-1] - answers[0] >= timedelta(seconds=self.patience.checks_span_s)
            and age > timedelta(seconds=2 * self.patience.bank_timeout_s)
        ):
            return True
        await self.ledger.note_not_found(change)
        return False


async def word_of_bank(bank: BankApi, action: Action, key: IdempotencyKey) -> ActionResult | None:
    """What the bank says became of a key; None when it knows no such key.

    Raises:
        BankUnavailable: It says nothing.
    """
    try:
        answer = await bank.operation_status(key)
    except BankRefused as refusal:
        return ActionResult(outcome="refused", reason=refusal.reason)
    return None if answer is None else _report(action, answer)


def _is_due(change: Unsettled, now: datetime) -> bool:
    """Whether to ask again by ourselves: after 2, 4, 8, … seconds, at most a minute.

    A jitter of up to a quarter, the same for all workers, keeps many lost answers of one bad
    moment from being asked about at one moment.
    """
    asked = len(change.not_found_at)
    if not asked:
        return True
    pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(asked - 1, _DOUBLINGS))
    jitter = 1 - zlib.crc32(f"{change.key}{asked}".encode()) % 256 / 1024
    return now >= change.not_found_at[-1] + timedelta(seconds=pause_s * jitter)


def _report(action: Action, answer: OperationResult) -> ActionResult:
    if action.report is None:
        return ActionResult(outcome="done", receipt_id=answer.reference)
    return action.report(answer)
