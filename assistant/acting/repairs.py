"""Built-in actions of the repair patterns: cancel, clarify, repeat, resume."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.dialogue.repair import apply_correction
from assistant.dialogue.stack import active_task, cancel, flow_of, resume_under_pattern
from assistant.model.events import FlowResumed, StackChanged
from assistant.model.flow import ActionStep
from assistant.model.ids import SlotName
from assistant.model.message import Button

_MOST_OPTIONS = SlotName("max_clarification_options")
_CHOSEN = SlotName("interrupted_flow_to_continue")
_HOLDING_WORDS = frozenset({"take_your_time"})
"""Response keys that hold nothing worth hearing again."""


async def cancel_flow(context: TurnContext) -> bool:
    """`action_cancel_flow`: give up the task the pattern was opened for."""
    wanted = context.log.tracker.stack[-1].context.get("canceled_frame")
    context.runner.leave_step()
    for frame in context.log.tracker.stack:
        if frame.frame_id == wanted:
            was_active = frame == active_task(context.log)
            cancel(context.log, frame, "customer")
            if was_active:
                resume_under_pattern(context.log, frame.flow)
    return True


async def cancel_interrupted(context: TurnContext) -> bool:
    """`action_cancel_interrupted_flows`: give up every waiting task, and say so."""
    says_itself = _next_says(context)
    context.runner.leave_step()
    waiting = [frame for frame in context.log.tracker.stack if frame.kind == "flow"]
    for frame in waiting:
        cancel(context.log, frame, "customer")
    if waiting and not says_itself:
        names = [context.flow_name(frame.flow) for frame in waiting]
        context.say("utter_flow_cancelled", {"canceled_name": ", ".join(names)})
    return True


async def continue_interrupted(context: TurnContext) -> bool:
    """`action_continue_interrupted_flow`: the task below goes on where it was left."""
    context.runner.leave_step()
    waiting = [frame for frame in reversed(context.log.tracker.stack) if frame.kind == "flow"]
    wanted = str(context.log.tracker.slots.get(_CHOSEN) or "").strip().lower()
    named = {frame.flow.lower(): frame for frame in waiting}
    named |= {context.flow_name(frame.flow).lower(): frame for frame in waiting}
    chosen = named.get(wanted)
    if chosen is not None and chosen != waiting[0]:
        # The chosen one changes places with the others below the pattern that asked.
        pattern = context.log.tracker.stack[-1]
        rest = [f for f in context.log.tracker.stack if f not in (chosen, pattern)]
        context.log.add(StackChanged, stack=(*rest, chosen, pattern))
        waiting = [chosen]
    for frame in waiting[:1]:
        context.log.add(FlowResumed, flow=frame.flow, frame_id=frame.frame_id)
    return True


def _next_says(context: TurnContext) -> bool:
    """Whether the pattern has a wording of its own right after the action, as in Rasa."""
    frame = context.log.tracker.stack[-1]
    steps = flow_of(context.log, frame).steps
    step = steps.get(frame.step) if frame.step is not None else None
    targets = [steps.get(way.target) for way in step.next] if step is not None else []
    return any(isinstance(s, ActionStep) and s.action.startswith("utter_") for s in targets)


def _most_options(context: TurnContext) -> int:
    """Rasa's slot `max_clarification_options`; three unless a pack says otherwise."""
    most = context.log.tracker.slots.get(_MOST_OPTIONS)
    if most is None and _MOST_OPTIONS in context.log.release.slots:
        most = context.log.release.slots[_MOST_OPTIONS].initial_value
    return int(most) if isinstance(most, int | float) and most >= 1 else 3


async def clarify(context: TurnContext) -> bool:
    """`action_clarify_flows`: one question, each option a button."""
    frame = context.log.tracker.stack[-1]
    options = frame.context.get("options")
    flows = [str(flow) for flow in options] if isinstance(options, list) else []
    flows = flows[: _most_options(context)]
    names = [context.flow_name(flow) for flow in flows]
    buttons = tuple(
        Button(title=name, payload=f"/StartFlow({flow})")
        for name, flow in zip(names, flows, strict=True)
    )
    says_itself = _next_says(context)
    context.runner.leave_step()
    if not says_itself:
        context.say("utter_clarification_options", {"names": [*names]}, buttons=buttons)
    return True


async def repeat(context: TurnContext) -> bool:
    """`action_repeat_bot_messages`: the last reply again, word for word."""
    context.runner.leave_step()
    said_before = context.log.tracker.last_said(besides=_HOLDING_WORDS)
    if not said_before:  # asked before anything was said: never answer with silence
        context.say("utter_ask_rephrase")
    for said in said_before:
        context.say_part(said.part)
    return False


async def correct_slot(context: TurnContext) -> bool:
    """`action_correct_flow_slot`: replace the value the pattern was opened for."""
    context.runner.leave_step()
    apply_correction(context.log)
    return True


async def nothing(context: TurnContext) -> bool:
    """Actions Rasa's patterns name whose work the engine has done already."""
    context.runner.leave_step()
    return True
