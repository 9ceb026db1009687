"""Recording how an action ended, with what holds about taking it back."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.acting.undo import note_after, undo_of
from assistant.model.events import ActionFinished
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, FrameId
from assistant.model.undo import instant_of
from assistant.ports import ActionResult
from assistant.ports.wake_ups import WakeUp


def record_end(
    action: ActionName,
    result: ActionResult,
    context: TurnContext,
    frame_id: FrameId | None,
    *,
    reconciled: bool = False,
) -> None:
    """Put the end into the log; the next reply says until when it can be taken back.

    Args:
        action: What ended.
        result: How, as the bank said.
        context: The turn.
        frame_id: Frame that asked for it.
        reconciled: The bank was asked again about an action that had ended `unknown`.
    """
    undo = None
    if result.outcome == "done" and context.ports.actions.is_change(action):
        facts: Facts = {**_known(frame_id, context), **result.facts}
        undo = undo_of(action, facts, context.ports.clock.now(), context)
        note_after(undo, context)
        _come_back(action, facts, frame_id, context)
    context.log.add(
        ActionFinished,
        action=action,
        outcome=result.outcome,
        frame_id=frame_id,
        reason=result.reason,
        receipt_id=result.receipt_id,
        idempotency_key=result.idempotency_key,
        facts=result.facts,
        reconciled=reconciled,
        undo=undo,
    )


async def note_wake_ups(context: TurnContext) -> None:
    """Keep what is to be told later; before the end of the turn, so that a crash loses none.

    Raises:
        StoreUnavailable: Nothing was kept.
    """
    for wake_up in context.wakes:
        await context.ports.wake_ups.note(wake_up)
    context.wakes.clear()


def _come_back(
    action: ActionName, facts: Facts, frame_id: FrameId | None, context: TurnContext
) -> None:
    """Where the bank's policy names an instant at which the customer is told how it went on."""
    policy = context.log.release.policies.get(action)
    due_at = instant_of(facts.get(policy.wake)) if policy is not None and policy.wake else None
    if due_at is None or frame_id is None:
        return
    conversation_id = context.log.tracker.conversation_id
    context.wakes.append(
        WakeUp(
            id=f"{conversation_id}:{frame_id}:{action}",
            conversation_id=conversation_id,
            action=action,
            frame_id=frame_id,
            due_at=due_at,
        )
    )


def _known(frame_id: FrameId | None, context: TurnContext) -> Facts:
    """What the task had learnt before, when it is still open."""
    for frame in context.log.tracker.stack:
        if frame.frame_id == frame_id:
            facts = frame.context.get("facts")
            return facts if isinstance(facts, dict) else {}
    return {}
