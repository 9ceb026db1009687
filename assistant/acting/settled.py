"""Telling a customer how an action ended that had been left unknown."""

from __future__ import annotations

from assistant.acting.bank import outcome_facts
from assistant.acting.context import TurnContext
from assistant.acting.ends import record_end
from assistant.ports import Settled


def tell_settled(settled: Settled, context: TurnContext) -> None:
    """Record the outcome the bank gave when asked again, and say it.

    Args:
        settled: The action and its result, done or refused.
        context: A turn of the same conversation, or one opened for this word alone.
    """
    result = settled.result
    record_end(settled.action, result, context, settled.epoch, reconciled=True)
    facts = outcome_facts(result, context)
    facts["settled_flow"] = str(settled.action)
    context.say(f"utter_settled_{result.outcome}", facts)
