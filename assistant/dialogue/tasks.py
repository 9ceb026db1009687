"""Tasks: begun, brought back, and given values."""

from __future__ import annotations

import re

from pydantic import JsonValue

from assistant.dialogue.log import TurnLog
from assistant.dialogue.pattern_context import cannot_handle
from assistant.dialogue.repair import correct, is_own_slot
from assistant.dialogue.stack import (
    active_task,
    bring_up,
    displace,
    drop,
    flow_of,
    push,
    push_pattern,
    skip_mark,
)
from assistant.model.commands import CorrectSlot, SetSlot
from assistant.model.events import Asked, Frame, SlotSet, StackChanged
from assistant.model.flow import END, CollectStep, Flow
from assistant.model.ids import FlowId

_START = re.compile(r"/StartFlow\((?P<flow>\w+)\)")


def start_task(flow_id: FlowId, log: TurnLog) -> None:
    """Begin a task, or go on with it when it waits already; a guard may forbid it."""
    flow = log.release.flows[flow_id]
    names: dict[str, JsonValue] = {"slots": {**log.tracker.slots}}
    if flow.guard is not None and not flow.guard.holds(names):
        push_pattern(log, "pattern_cannot_handle", cannot_handle("not_available", 0, asked=False))
        return
    frame = find_frame(flow_id, log)
    task = active_task(log)
    if frame is None:
        leave_patterns(log)
        push(log, flow_id)
        _forget_hints(flow, log)
    elif task is not None and frame.frame_id != task.frame_id:
        leave_patterns(log)
        bring_up(log, frame)


def _forget_hints(flow: Flow, log: TurnLog) -> None:
    """What a waiting task holds is no hint for another: the amount to be sent finds no entry."""
    for slot in flow.optional_slots():
        if log.tracker.slots.get(slot) is not None and displace(log, slot):
            log.add(SlotSet, slot=slot, value=None, origin="flow")


def leave_patterns(log: TurnLog) -> None:
    """A new task begins: proofs and offers asked for by another are asked again later."""
    while log.tracker.top is not None and log.tracker.top.kind == "pattern":
        drop(log, log.tracker.top)


def skip_question(log: TurnLog) -> bool:
    """Go on without an answer to the open question, when its step says `metadata.optional`.

    Returns:
        False when the task cannot do without the answer.
    """
    asked, stack = log.tracker.asked, log.tracker.stack
    frame = next((f for f in stack if asked is not None and f.frame_id == asked.frame_id), None)
    if frame is None or frame.step is None:
        return False
    step = flow_of(log, frame).steps.get(frame.step)
    if not isinstance(step, CollectStep) or step.metadata.get("optional") is not True:
        return False
    skipped = frame.model_copy(update={"context": {**frame.context, skip_mark(step.slot): True}})
    log.add(Asked, slot=None)
    log.add(StackChanged, stack=tuple(skipped if f == frame else f for f in stack))
    return True


def offered_task(log: TurnLog) -> FlowId | None:
    """The only task the last reply offered by a button: a yes takes it up."""
    buttons = [button for said in log.tracker.last_said() for button in said.part.buttons]
    offers = [match for b in buttons if (match := _START.fullmatch(b.payload)) is not None]
    flow = FlowId(offers[0]["flow"]) if len(offers) == 1 else None
    return flow if flow is not None and flow in log.release.flows else None


def find_frame(flow_id: FlowId, log: TurnLog) -> Frame | None:
    """The topmost unfinished frame of a flow."""
    for frame in reversed(log.tracker.stack):
        if frame.flow == flow_id and frame.step != END:
            return frame
    return None


def take_value(command: SetSlot | CorrectSlot, log: TurnLog) -> None:
    """Fill a slot, or correct it when it holds something else and is not being asked."""
    tracker = log.tracker
    present = tracker.slots.get(command.slot)
    is_asked = tracker.asked is not None and tracker.asked.slot == command.slot
    correction = CorrectSlot(slot=command.slot, value=command.value, span=command.span)
    if isinstance(command, CorrectSlot):
        correct(log, correction)
    elif displace(log, command.slot):
        log.add(
            SlotSet, slot=command.slot, value=command.value, origin="customer", span=command.span
        )
    elif present == command.value:
        return
    elif present is not None and not is_asked and is_own_slot(log, command.slot):
        correct(log, correction)
    else:
        log.add(
            SlotSet, slot=command.slot, value=command.value, origin="customer", span=command.span
        )
