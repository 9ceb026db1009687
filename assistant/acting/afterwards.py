"""What was last done, told from the log, and the way to put a mistake right."""

from __future__ import annotations

from assistant.acting.context import BANK_ZONE, TurnContext
from assistant.acting.review import place_of
from assistant.acting.undo import undo_facts, undo_of
from assistant.dialogue.stack import active_task, push, remember
from assistant.model.events import ActionFinished, FlowStarted
from assistant.model.flow import Flow
from assistant.model.frozen import Facts
from assistant.model.ids import ResponseKey
from assistant.model.message import Button
from assistant.model.undo import Undo


async def last_outcome(context: TurnContext) -> bool:
    """`action_last_outcome`: how the last change ended, as the bank said, never as we hoped.

    Sets for the pattern: `last` (done, refused, unknown, in_review or none), `last_flow`,
    `summary`, `done_at`, `told` (this turn has said it already) and `waiting_flow` (a task not
    done yet).
    """
    log = context.log
    deed, task = log.tracker.last_deed(), active_task(log)
    facts: Facts = {"last": "none", "told": False, "waiting_flow": task.flow if task else None}
    if deed is not None:
        flow = _flow_of(deed, context)
        facts |= {
            "last": deed.outcome,
            "last_flow": flow,
            "facts": _facts(deed, context),
            "summary": _summary(deed, flow, context),
            "done_at": f"{deed.at.astimezone(BANK_ZONE):%H:%M}",
            "told": deed.reconciled and deed.turn == log.tracker.turn,
        }
    waits = next(reversed(log.tracker.reviews.values()), None)
    if waits is not None and (deed is None or deed.at < waits.at):
        facts |= {"last": "in_review", "review_flow": waits.flow, "ticket": waits.ticket}
        facts["position"] = await place_of(waits.ticket, context)
    remember(log, facts)
    context.runner.leave_step()
    return True


async def offer_compensation(context: TurnContext) -> bool:
    """`action_offer_compensation`: what was done, and what can be done about it now.

    As the customer was told with the receipt: a task that takes it back, begun at once where that
    is all the task is for; a colleague; or nothing any more. After its time it is refused.
    """
    facts = dict(context.log.tracker.stack[-1].context)
    deed = context.log.tracker.last_deed()
    context.runner.leave_step()
    if deed is None:
        return True
    undo = deed.undo or undo_of(deed.action, deed.facts, deed.at, context) or Undo(way="never")
    facts |= undo_facts(undo, context.log.tracker.locale)
    own = ResponseKey(f"utter_undo_{deed.action}")
    if undo.way != "never" and not undo.is_open(context.ports.clock.now()):
        late = ResponseKey(f"utter_undo_late_{deed.action}")
        context.say(late if context.renderer.has(late) else "utter_undo_too_late", facts)
        return True
    task = context.log.release.flows.get(undo.task) if undo.task is not None else None
    if task is not None and _is_only_for_undo(task):
        push(context.log, task.id)
        return True
    buttons: tuple[Button, ...] = ()
    if task is not None:
        facts["compensation_flow"] = task.id
        buttons = (Button(title=context.flow_name(task.id), payload=f"/StartFlow({task.id})"),)
    general = "utter_undo_offer" if buttons else "utter_undo_impossible"
    context.say(own if context.renderer.has(own) else general, facts, buttons=buttons)
    return True


def _is_only_for_undo(flow: Flow) -> bool:
    """Whether nobody can start the task by words; it asks for its own yes."""
    return flow.guard is not None and flow.guard.source.strip().lower() == "false"


def _flow_of(deed: ActionFinished, context: TurnContext) -> str:
    """The task the action belonged to; the action's own name when the log does not tell."""
    for event in context.log.tracker.events:
        if isinstance(event, FlowStarted) and event.frame_id == deed.frame_id:
            return event.flow
    return deed.action


def _facts(deed: ActionFinished, context: TurnContext) -> Facts:
    facts: Facts = {**deed.facts, "receipt_id": deed.receipt_id or ""}
    if deed.outcome == "refused":
        facts["reason_text"] = context.reason_text(deed.reason)
    return facts


def _summary(deed: ActionFinished, flow: str, context: TurnContext) -> str:
    """What was done with its values; the name of the task alone where the bank told none."""
    key = ResponseKey(f"utter_summary_{deed.action}")
    if deed.outcome != "done" or not context.renderer.has(key):
        return context.flow_name(flow)
    return context.renderer.part(key, _facts(deed, context), context.log.tracker).text
