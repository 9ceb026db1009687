"""Asking for a yes: looking ahead before the read-back, and asking twice what is final."""

from __future__ import annotations

from assistant.acting.bank import request_of, stop_task
from assistant.acting.context import TurnContext
from assistant.acting.ends import record_end
from assistant.acting.undo import note_before
from assistant.dialogue.runner import Say
from assistant.dialogue.stack import active_task, cancel, remember
from assistant.model.assurance import Assurance
from assistant.model.events import Asked, Confirmed
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, FrameId
from assistant.ports import ActionResult

_PRIVATE = Assurance.BOUND_CARD
"""Facts about a customer's own things are looked up for whoever may hear them anyway."""
_DECLINED = "declined"


async def read_back(decision: Say, context: TurnContext) -> bool:
    """Say a read-back with what will hold once it is done; never one for what cannot be done.

    Returns:
        Whether the turn goes on: the bank would refuse it, and the customer was told why.
    """
    action = decision.confirms
    if action is None:
        context.say(decision.response, decision.facts)
        return False
    facts: Facts = {}
    if context.runner.level >= min(_level(action, context), _PRIVATE):
        request = request_of(action, context)
        outlook = await context.ports.actions.outlook(request)
        if outlook.obstacle is not None:
            result = ActionResult(outcome="refused", reason=outlook.obstacle)
            record_end(action, result, context, request.epoch)
            stop_task(result, context)
            return True
        facts = outlook.facts
    known = decision.facts.get("facts")
    learnt: Facts = {**(known if isinstance(known, dict) else {}), **facts}
    note_before(action, learnt, context)
    context.say(decision.response, {**decision.facts, "outlook": facts})
    return False


async def confirmed_again(context: TurnContext) -> bool:
    """`action_confirmed_again`: the second yes, to the same values, in a later message."""
    tracker = context.log.tracker
    facts = tracker.stack[-1].context
    first = tracker.confirmed
    asked = [e for e in tracker.events if isinstance(e, Asked) and e.slot == "confirm_again"]
    is_later = bool(asked) and asked[-1].turn < tracker.turn
    is_same = (
        first is not None
        and first.digest == facts.get("digest")
        and first.frame_id == facts.get("task_frame")
    )
    if is_later and is_same:
        context.log.add(
            Confirmed,
            action=ActionName(str(facts["action"])),
            digest=str(facts["digest"]),
            frame_id=FrameId(str(facts["task_frame"])),
            again=True,
        )
    context.runner.leave_step()
    return True


async def not_confirmed_again(context: TurnContext) -> bool:
    """`action_not_confirmed_again`: the task ends here; nothing was done."""
    task = active_task(context.log)
    if task is not None:
        remember(context.log, {"canceled_flow": task.flow})
    context.runner.leave_step()
    if task is not None:
        cancel(context.log, task, _DECLINED)
    return True


def _level(action: ActionName, context: TurnContext) -> Assurance:
    policy = context.log.release.policies.get(action)
    return Assurance.FULL if policy is None else policy.level
