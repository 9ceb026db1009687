"""Correction: a value replaced at any time, and the way back to the question it answered."""

from __future__ import annotations

from assistant.dialogue.log import TurnLog
from assistant.dialogue.stack import active_task, flow_of, push_pattern
from assistant.model.commands import CorrectSlot
from assistant.model.events import Frame, SlotCorrected, SlotSet, StackChanged
from assistant.model.flow import CollectStep, Flow
from assistant.model.ids import SlotName, StepId


def is_own_slot(log: TurnLog, slot: SlotName) -> bool:
    """Whether the task the customer is in collects this slot."""
    frame = active_task(log)
    return frame is not None and any(
        _question_for(flow_of(log, other), slot) for other in log.tracker.stack
    )


def correct(log: TurnLog, command: CorrectSlot) -> None:
    """Replace a value and go back to the step that asked for it.

    The steps in between are run again, so a branch that depends on the value is decided
    anew, and a read-back is always asked again.
    """
    old = log.tracker.slots.get(command.slot)
    if old is None:
        log.add(
            SlotSet, slot=command.slot, value=command.value, origin="customer", span=command.span
        )
        return  # nothing rested on it: no step to go back to, and none may be passed over
    log.add(SlotCorrected, slot=command.slot, old=old, value=command.value, span=command.span)
    for frame in reversed(log.tracker.stack):
        step = _question_for(flow_of(log, frame), command.slot)
        if step is not None:
            _go_back(log, frame, step)
            push_pattern(log, "pattern_correction", {"corrected_slot": command.slot})
            return


def _question_for(flow: Flow, slot: SlotName) -> StepId | None:
    for step in flow.steps.values():
        if isinstance(step, CollectStep) and step.slot == slot:
            return step.id
    return None


def _go_back(log: TurnLog, frame: Frame, step: StepId) -> None:
    """Put the frame on top, at the step; patterns above it (a code just asked for) are left."""
    if frame.step is None:
        return
    stack = log.tracker.stack
    index = next(i for i, other in enumerate(stack) if other.frame_id == frame.frame_id)
    kept = [other for other in stack[index + 1 :] if other.kind != "pattern"]
    moved = frame.model_copy(update={"step": step})
    log.add(StackChanged, stack=(*stack[:index], *kept, moved))
