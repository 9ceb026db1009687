"""Built-in actions of the repair patterns: cancel, clarify, repeat, resume."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.dialogue.stack import cancel
from assistant.model.events import FlowResumed
from assistant.model.message import Button

_HOLDING_WORDS = frozenset({"take_your_time"})
"""Response keys that hold nothing worth hearing again."""


async def cancel_flow(context: TurnContext) -> bool:
    """`action_cancel_flow`: give up the task the pattern was opened for."""
    wanted = context.log.tracker.stack[-1].context.get("canceled_frame")
    context.runner.leave_step()
    for frame in context.log.tracker.stack:
        if frame.frame_id == wanted:
            cancel(context.log, frame, "customer")
    return True


async def cancel_interrupted(context: TurnContext) -> bool:
    """`action_cancel_interrupted_flows`: give up every waiting task."""
    context.runner.leave_step()
    for frame in context.log.tracker.stack:
        if frame.kind == "flow":
            cancel(context.log, frame, "customer")
    return True


async def continue_interrupted(context: TurnContext) -> bool:
    """`action_continue_interrupted_flow`: the task below goes on where it was left."""
    context.runner.leave_step()
    for frame in reversed(context.log.tracker.stack):
        if frame.kind == "flow":
            context.log.add(FlowResumed, flow=frame.flow, frame_id=frame.frame_id)
            break
    return True


async def clarify(context: TurnContext) -> bool:
    """`action_clarify_flows`: one question, each option a button."""
    options = context.log.tracker.stack[-1].context.get("options")
    flows = [str(flow) for flow in options] if isinstance(options, list) else []
    names = [context.flow_name(flow) for flow in flows]
    buttons = tuple(
        Button(title=name, payload=f"/StartFlow({flow})")
        for name, flow in zip(names, flows, strict=True)
    )
    context.runner.leave_step()
    context.say("utter_clarification_options", {"names": [*names]}, buttons=buttons)
    return True


async def repeat(context: TurnContext) -> bool:
    """`action_repeat_bot_messages`: the last reply again, word for word."""
    context.runner.leave_step()
    for said in context.log.tracker.last_said(besides=_HOLDING_WORDS):
        context.say_part(said.part)
    return False


async def nothing(context: TurnContext) -> bool:
    """Actions Rasa's patterns name whose work the engine has done already."""
    context.runner.leave_step()
    return True
