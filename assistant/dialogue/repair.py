"""Correction: a value replaced at any time, and the way back to the question it answered."""

from __future__ import annotations

from pydantic import JsonValue

from assistant.dialogue.log import TurnLog
from assistant.dialogue.stack import (
    CALLED,
    active_task,
    called_by,
    change_top,
    flow_of,
    push_pattern,
)
from assistant.model.commands import CorrectSlot
from assistant.model.events import Frame, SlotCorrected, SlotSet, StackChanged
from assistant.model.flow import ActionStep, CollectStep, Flow
from assistant.model.frozen import Facts
from assistant.model.ids import FlowId, SlotName, StepId

PATTERN = "pattern_correction"


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
    found = _asked_for(log, command.slot)
    if found is None:
        log.add(SlotCorrected, slot=command.slot, old=old, value=command.value, span=command.span)
    elif _pattern_applies(log):
        _propose(log, command.slot, command.value)
    else:
        log.add(SlotCorrected, slot=command.slot, old=old, value=command.value, span=command.span)
        _go_back(log, *found)
        push_pattern(log, PATTERN, _proposal({command.slot: command.value}))


def apply_correction(log: TurnLog) -> None:
    """`action_correct_flow_slot`: carry out what the open pattern proposes, and stay in it."""
    pattern = log.tracker.stack[-1]
    proposed = pattern.context.get("corrected_slots")
    for name, value in proposed.items() if isinstance(proposed, dict) else ():
        slot = SlotName(name)
        log.add(SlotCorrected, slot=slot, old=log.tracker.slots.get(slot), value=value)
        found = _asked_for(log, slot)
        if found is not None and found[0].frame_id != pattern.frame_id:
            _go_back(log, *found)
    above = [frame for frame in log.tracker.stack if frame.frame_id != pattern.frame_id]
    log.add(StackChanged, stack=(*above, pattern))


def _pattern_applies(log: TurnLog) -> bool:
    """Whether the pack's pattern decides itself when the value is replaced, e.g. after a yes."""
    steps = log.release.flows[FlowId(PATTERN)].steps.values()
    return any(isinstance(s, ActionStep) and s.action == "action_correct_flow_slot" for s in steps)


def _propose(log: TurnLog, slot: SlotName, value: JsonValue) -> None:
    """Open the pattern with the new value, or add it to the one just opened."""
    top = log.tracker.top
    if top is not None and top.flow == PATTERN and top.step is None:
        earlier = top.context.get("corrected_slots")
        both: Facts = {**(earlier if isinstance(earlier, dict) else {}), slot: value}
        change_top(log, context=_proposal(both))
    else:
        push_pattern(log, PATTERN, _proposal({slot: value}))


def _proposal(values: Facts) -> Facts:
    """What the pattern reads: our name for the first, and Rasa's for all."""
    return {
        "corrected_slot": next(iter(values)),
        "corrected_slots": values,
        "new_slot_values": [*values.values()],
        "is_reset_only": all(value is None for value in values.values()),
    }


def _asked_for(log: TurnLog, slot: SlotName) -> tuple[Frame, StepId] | None:
    """The topmost frame that collects the slot, and the step that does."""
    for frame in reversed(log.tracker.stack):
        step = _question_for(flow_of(log, frame), slot)
        if step is not None:
            return frame, _earliest(log, frame, step)
    return None


def _earliest(log: TurnLog, frame: Frame, step: StepId) -> StepId:
    """The first step, as written, of the questions this turn has corrected and the open one.

    Going to the last corrected alone would pass the others by unchecked, and going to a question
    after the open one would never ask that again.
    """
    flow = flow_of(log, frame)
    corrected = {
        e.slot for e in log.tracker.in_turn(log.tracker.turn) if isinstance(e, SlotCorrected)
    }
    places = [
        each.id
        for each in flow.steps.values()
        if each.id in {step, frame.step}
        or (isinstance(each, CollectStep) and each.slot in corrected)
    ]
    return places[0]


def _question_for(flow: Flow, slot: SlotName) -> StepId | None:
    for step in flow.steps.values():
        if isinstance(step, CollectStep) and step.slot == slot:
            return step.id
    return None


def _go_back(log: TurnLog, frame: Frame, step: StepId) -> None:
    """Put the frame on top, at the step; patterns above it (a code just asked for) are left.

    Flows it has called are left as well: the steps before them are run again.
    """
    if frame.step is None:
        return
    stack = log.tracker.stack
    index = next(i for i, other in enumerate(stack) if other.frame_id == frame.frame_id)
    called = called_by(log, frame)
    kept = [o for o in stack[index + 1 :] if o.kind != "pattern" and o not in called]
    moved = frame.model_copy(update={"step": step, "context": {**frame.context, CALLED: None}})
    log.add(StackChanged, stack=(*stack[:index], *kept, moved))
