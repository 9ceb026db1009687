"""Which code carries out an action of a flow: the engine's own, or the bank's by the one door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from assistant.acting import (
    advice,
    afterwards,
    answers,
    confirming,
    moving,
    people,
    privacy,
    proofs,
    repairs,
    review,
    scam,
)
from assistant.acting.bank import run_bank_action
from assistant.acting.context import TurnContext
from assistant.dialogue.runner import Run
from assistant.model.ids import ActionName

BuiltIn = Callable[[TurnContext], Awaitable[bool]]

BUILT_IN: Mapping[str, BuiltIn] = {
    "action_cancel_flow": repairs.cancel_flow,
    "action_cancel_interrupted_flows": repairs.cancel_interrupted,
    "action_continue_interrupted_flow": repairs.continue_interrupted,
    "action_clarify_flows": repairs.clarify,
    "action_repeat_bot_messages": repairs.repeat,
    "action_last_outcome": afterwards.last_outcome,
    "action_offer_compensation": afterwards.offer_compensation,
    "action_confirmed_again": confirming.confirmed_again,
    "action_not_confirmed_again": confirming.not_confirmed_again,
    "action_correct_flow_slot": repairs.correct_slot,
    "action_session_start": repairs.nothing,
    "action_trigger_search": answers.search,
    "action_request_handoff": people.request_handoff,
    "action_send_code": proofs.send_code,
    "action_verify_code": proofs.verify_code,
    "action_match_identity": proofs.match_identity,
    "action_step_up_failed": proofs.stop_task,
    "action_withdraw_review": review.withdraw_review,
    "action_scam_contact": scam.find_contact,
    "action_stop_risky_task": scam.stop_task,
    "action_read_register": privacy.read_register,
    "action_prepare_export": privacy.prepare_export,
    "action_order_erasure": privacy.order_erasure,
    "action_go_on": moving.take_number,
    "recommend_product": advice.recommend_products,
}
"""Actions the engine carries out itself; each says whether the turn goes on."""


async def run_action(decision: Run, context: TurnContext) -> bool:
    """Carry out one action.

    Returns:
        Whether the turn goes on; False leaves the next word to the customer.
    """
    built_in = BUILT_IN.get(decision.action)
    if built_in is not None:
        return await built_in(context)
    return await run_bank_action(decision, context)


def is_built_in(action: ActionName) -> bool:
    """Whether the engine has the action itself."""
    return action in BUILT_IN
