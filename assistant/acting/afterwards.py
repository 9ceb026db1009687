"""What was last done, told from the log, and the way to put a mistake right."""

from __future__ import annotations

from assistant.acting.context import BANK_ZONE, TurnContext
from assistant.acting.review import place_of
from assistant.dialogue.stack import active_task, remember
from assistant.model.events import ActionFinished, FlowStarted
from assistant.model.frozen import Facts
from assistant.model.ids import FlowId, ResponseKey
from assistant.model.message import Button

_COMPENSATION = "compensation"
"""In a flow's metadata: the task that undoes this one."""


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
    """`action_offer_compensation`: what was done, and what can be done about it now."""
    facts = dict(context.log.tracker.stack[-1].context)
    deed = context.log.tracker.last_deed()
    context.runner.leave_step()
    if deed is None:
        return True
    flow = context.log.release.flows.get(FlowId(_flow_of(deed, context)))
    task = flow.metadata.get(_COMPENSATION) if flow is not None else None
    buttons: tuple[Button, ...] = ()
    if isinstance(task, str) and FlowId(task) in context.log.release.flows:
        facts["compensation_flow"] = task
        button = Button(title=context.flow_name(task), payload=f"/StartFlow({task})")
        buttons = (button,)
    own = ResponseKey(f"utter_undo_{deed.action}")
    general = "utter_undo_offer" if buttons else "utter_undo_impossible"
    context.say(own if context.renderer.has(own) else general, facts, buttons=buttons)
    return True


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
