"""Handing an action to a colleague who sees the customer first."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.dialogue.stack import OUTCOME_SLOTS, active_task, remember
from assistant.model.events import ReviewDecided, ReviewRequested, SlotSet
from assistant.model.ids import ActionName, ResponseKey, ReviewId
from assistant.ports import ReviewNeeded, ReviewRequest

QUEUED = "queued"
"""Value of the slot `outcome` while a colleague has not decided; nothing was done yet."""

WITHDRAWN = "withdrawn"
"""Code of a request that its customer took back."""

_REASON = ResponseKey("reason_review_needed")


async def place_of(ticket: str, context: TurnContext) -> int:
    """Place among those that wait for a colleague, from 1; 0 when it no longer waits."""
    waiting = [review.review_id for review in await context.ports.reviews.waiting()]
    return waiting.index(ReviewId(ticket)) + 1 if ticket in waiting else 0


async def submit_review(action: ActionName, needed: ReviewNeeded, context: TurnContext) -> None:
    """Queue the action as confirmed, and let the flow say so.

    Args:
        action: What is to be done after an approval.
        needed: Its arguments and their digest.
        context: The turn; the active frame is the one that asked.

    Raises:
        StoreUnavailable: Nothing was queued.
    """
    log = context.log
    frame, task = log.tracker.stack[-1], active_task(log)
    customer_id = log.tracker.customer_id
    if customer_id is None:  # the gateway asks for a customer before it asks for a review
        msg = "A review was asked for although nobody is known to speak."
        raise AssertionError(msg)
    review = await context.ports.reviews.submit(
        ReviewRequest(
            action=action,
            flow=task.flow if task is not None else frame.flow,
            conversation_id=log.tracker.conversation_id,
            customer_id=customer_id,
            arguments=needed.arguments,
            arguments_sha256=needed.arguments_sha256,
            epoch=frame.frame_id,
            four_eyes=needed.four_eyes,
            checklist=needed.checklist,
        )
    )
    position = await place_of(review.review_id, context)
    log.add(
        ReviewRequested,
        ticket=review.review_id,
        action=action,
        flow=review.request.flow,
        frame_id=frame.frame_id,
        position=position,
    )
    remember(log, {"ticket": review.review_id, "position": position})
    outcome, reason = OUTCOME_SLOTS
    log.add(SlotSet, slot=outcome, value=QUEUED, origin="action")
    log.add(SlotSet, slot=reason, value=_REASON, origin="action")
    context.runner.leave_step()


async def withdraw_review(context: TurnContext) -> bool:
    """`action_withdraw_review`: end what waits for a colleague, unless one was quicker.

    Sets for the pattern `review_ended`: `withdrawn`, or `decided` when a colleague had decided;
    how is told by whoever carries that out, as soon as this turn is over.
    """
    log, queue = context.log, context.ports.reviews
    review_id = ReviewId(str(log.tracker.stack[-1].context.get("ticket")))
    ended = await queue.end(review_id, WITHDRAWN) or await queue.find(review_id)
    is_withdrawn = ended is not None and ended.code == WITHDRAWN
    if ended is not None and is_withdrawn:
        log.add(
            ReviewDecided,
            ticket=review_id,
            action=ended.request.action,
            approved=False,
            reason=WITHDRAWN,
        )
    remember(log, {"review_ended": "withdrawn" if is_withdrawn else "decided"})
    context.runner.leave_step()
    return True
