"""A task of which part stands and could not be taken back: a colleague is called, at once."""

from __future__ import annotations

from typing import Final

from assistant.acting.context import TurnContext
from assistant.acting.ends import record_end
from assistant.acting.people import queue_for_colleague
from assistant.model.outcome import HALF_DONE
from assistant.ports import ActionResult, Settled

_REASON: Final = "half_done"


def is_half_done(result: ActionResult) -> bool:
    """Whether only a colleague can end it."""
    return result.outcome == "unknown" and result.reason == HALF_DONE


async def call_colleague(context: TurnContext) -> None:
    """Queue the conversation and say so.

    Raises:
        StoreUnavailable: Nobody was called; the turn is taken up again.
    """
    ticket = await queue_for_colleague(_REASON, context)
    context.say("utter_half_done", {"ticket": ticket.ticket_id})


async def tell_half_done(settled: Settled, context: TurnContext) -> bool:
    """Tell what was found when the task was carried on; once.

    Returns:
        Whether it was told now.
    """
    known = context.log.tracker.unsettled.get(str(settled.result.idempotency_key))
    if known is not None and known.reason == HALF_DONE:
        return False
    record_end(settled.action, settled.result, context, settled.epoch, reconciled=True)
    await call_colleague(context)
    return True
