"""The dialogue stack: opening, moving and closing frames, each change an event."""

from __future__ import annotations

import itertools
from typing import Literal

from pydantic import JsonValue

from assistant.dialogue.log import TurnLog
from assistant.dialogue.pattern_context import completed, interrupted
from assistant.model.events import (
    Asked,
    FlowCancelled,
    FlowCompleted,
    FlowInterrupted,
    FlowResumed,
    FlowStarted,
    Frame,
    SlotSet,
    StackChanged,
)
from assistant.model.flow import END, CallStep, CollectStep, Flow
from assistant.model.frozen import Facts
from assistant.model.ids import FlowId, FrameId, SlotName, StepId

OUTCOME_SLOTS = (SlotName("outcome"), SlotName("reason"))
"""Slots the engine fills after each action; conditions read them."""


_CONTINUE = FlowId("pattern_continue_interrupted")
CALLED = "called"
"""In the context of a frame: the call step whose flow is running, or has returned."""


DISPLACED = "displaced"
"""In the context of a frame: values of waiting tasks that this task's own values have replaced."""


def displace(log: TurnLog, slot: SlotName) -> bool:
    """Keep a waiting task's value aside for the active task, which gets one of its own.

    "6688里有多少钱" while the card 3021 is about to be locked is no correction: when the look-up
    is over, the card to be locked is 3021 again.

    Returns:
        Whether the slot is one of the active task's, a waiting one uses it too, and the active
        one had none of its own so far.
    """
    top, below = log.tracker.top, log.tracker.stack[:-1]
    if top is None or top.kind != "flow":
        return False
    if slot not in _slots_of(log, flow_of(log, top), {}):
        return False
    if not any(slot in _slots_of(log, flow_of(log, f), {}) for f in below if f.kind != "pattern"):
        return False
    known = top.context.get(DISPLACED)
    before: Facts = known if isinstance(known, dict) else {}
    if slot in before and top.step is not None:
        return False
    kept: Facts = {slot: log.tracker.slots.get(slot), **before}
    remember(log, {DISPLACED: kept})
    return True


def skip_mark(slot: SlotName) -> str:
    """In the context of a frame: the customer does not want to give this slot."""
    return f"skipped_{slot}"


def prefill_mark(slot: SlotName) -> str:
    """In the context of a frame: the action that knows the answer beforehand was asked."""
    return f"prefilled_{slot}"


def turned_down_mark(slot: SlotName) -> str:
    """In the context of a frame: what the customer gave is not possible, so they are asked.

    Without it a prefill would put the usual answer in the place of the one they named.
    """
    return f"turned_down_{slot}"


def flow_of(log: TurnLog, frame: Frame) -> Flow:
    """The definition of a frame's flow."""
    return log.release.flows[frame.flow]


def push(
    log: TurnLog,
    flow_id: FlowId,
    kind: Literal["flow", "call", "pattern"] = "flow",
    context: Facts | None = None,
) -> Frame:
    """Put a flow on top of the stack; a task below is noted as interrupted."""
    tracker = log.tracker
    frame = Frame(
        frame_id=FrameId(f"{flow_id}:{len(tracker.events)}"),
        flow=flow_id,
        kind=kind,
        context=context or {},
    )
    below = tracker.top
    if kind == "flow" and below is not None and below.kind == "flow":
        log.add(FlowInterrupted, flow=below.flow, frame_id=below.frame_id)
    if kind != "pattern":
        log.add(FlowStarted, flow=flow_id, frame_id=frame.frame_id)
    log.add(StackChanged, stack=(*tracker.stack, frame))
    return frame


def push_pattern(log: TurnLog, name: str, context: Facts | None = None) -> Frame:
    """Put a repair pattern on top of the stack."""
    return push(log, FlowId(name), "pattern", context)


def change_top(log: TurnLog, **changes: JsonValue) -> Frame:
    """Replace fields of the active frame."""
    stack = log.tracker.stack
    frame = stack[-1].model_copy(update=changes)
    log.add(StackChanged, stack=(*stack[:-1], frame))
    return frame


def remember(log: TurnLog, facts: Facts) -> None:
    """Add to the context of the active frame."""
    frame = log.tracker.stack[-1]
    if any(frame.context.get(name) != value for name, value in facts.items()):
        change_top(log, context={**frame.context, **facts})


def go_to(log: TurnLog, step_id: StepId) -> None:
    """Move the active frame to a step; a question that must always be asked is cleared.

    What was learnt for that question is learnt anew, because it may rest on values that have
    been corrected since.
    """
    frame = log.tracker.stack[-1]
    change_top(log, step=step_id)
    step = flow_of(log, frame).steps.get(step_id)
    if not isinstance(step, CollectStep) or not step.ask_before_filling:
        return
    if frame.context.get(prefill_mark(step.slot)):
        remember(log, {prefill_mark(step.slot): None})
    if log.tracker.slots.get(step.slot) is not None:
        log.add(SlotSet, slot=step.slot, value=None, origin="flow")


def finish_top(log: TurnLog, *, is_linked: bool = False) -> None:
    """Close the active frame, which reached its end, and reset its slots.

    Args:
        log: The turn's log.
        is_linked: Another flow follows at once, so nothing is said to be over.
    """
    frame = log.tracker.stack[-1]
    flow = flow_of(log, frame)
    if frame.kind != "pattern":
        log.add(FlowCompleted, flow=frame.flow, frame_id=frame.frame_id, step=_last_step(frame))
    _remove(log, frame, flow)
    is_last = frame.kind == "flow" and not is_linked and next_item(log) is None
    if is_last and not flow.ends_turn:
        _resume_below(log, frame)


def next_item(log: TurnLog) -> int | None:
    """Index of the next wish of the plan that is still wanted."""
    plan = log.tracker.plan
    if plan is None:
        return None
    waiting = range(plan.index + 1, len(plan.items))
    return next((index for index in waiting if not plan.items[index].dropped), None)


def cancel(log: TurnLog, frame: Frame, reason: str) -> None:
    """Close a frame before its end, with the frames called by it that stand above."""
    for called in called_by(log, frame):
        log.add(FlowCancelled, flow=called.flow, frame_id=called.frame_id, reason=reason)
        _remove(log, called, flow_of(log, called))
    log.add(FlowCancelled, flow=frame.flow, frame_id=frame.frame_id, reason=reason)
    _remove(log, frame, flow_of(log, frame))


def drop(log: TurnLog, frame: Frame) -> None:
    """Take a pattern off the stack without a word."""
    _remove(log, frame, flow_of(log, frame))


def forget_missing(log: TurnLog) -> bool:
    """Drop tasks that the content in force no longer has.

    Returns:
        Whether there were any: the customer is told and says again what is wanted.
    """
    kept = tuple(frame for frame in log.tracker.stack if frame.flow in log.release.flows)
    if len(kept) == len(log.tracker.stack):
        return False
    log.add(Asked, slot=None)
    log.add(StackChanged, stack=kept)
    return True


def abandon_top(log: TurnLog) -> None:
    """Give up the active task and whatever stands on it: it cannot go on."""
    for frame in reversed(log.tracker.stack):
        if frame.kind == "pattern":
            drop(log, frame)
            continue
        cancel(log, frame, "internal_error")
        if frame.kind == "flow":
            return


def active_task(log: TurnLog) -> Frame | None:
    """The task the customer is in: the topmost frame that is no pattern."""
    for frame in reversed(log.tracker.stack):
        if frame.kind == "flow":
            return frame
    return None


def bring_up(log: TurnLog, frame: Frame) -> None:
    """Make a waiting task the active one."""
    frame = _exchange(log, frame)
    rest = tuple(other for other in log.tracker.stack if other.frame_id != frame.frame_id)
    below = rest[-1] if rest else None
    if below is not None and below.kind == "flow":
        log.add(FlowInterrupted, flow=below.flow, frame_id=below.frame_id)
    log.add(StackChanged, stack=(*rest, frame))
    log.add(FlowResumed, flow=frame.flow, frame_id=frame.frame_id)


def _exchange(log: TurnLog, frame: Frame) -> Frame:
    """Before a waiting task comes up: its own values again, those of the task on top kept aside."""
    top = log.tracker.stack[-1]
    displaced = top.context.get(DISPLACED)
    if top.frame_id == frame.frame_id or not isinstance(displaced, dict):
        return frame
    own = _slots_of(log, flow_of(log, frame), {})
    wanted = {name: value for name, value in displaced.items() if SlotName(name) in own}
    kept = {name: log.tracker.slots.get(name) for name in wanted}
    remember(log, {DISPLACED: {n: v for n, v in displaced.items() if n not in wanted}})
    for name, value in wanted.items():
        log.add(SlotSet, slot=SlotName(name), value=value, origin="flow")
    return frame.model_copy(update={"context": {**frame.context, DISPLACED: kept}})


def called_by(log: TurnLog, frame: Frame) -> list[Frame]:
    """Frames a task has called, the deepest first."""
    stack = log.tracker.stack
    place = next((i for i, other in enumerate(stack) if other.frame_id == frame.frame_id), None)
    if place is None or frame.kind != "flow":
        return []
    above = itertools.takewhile(lambda other: other.kind != "flow", stack[place + 1 :])
    return [other for other in reversed(list(above)) if other.kind == "call"]


def _remove(log: TurnLog, frame: Frame, flow: Flow) -> None:
    tracker = log.tracker
    rest = tuple(other for other in tracker.stack if other.frame_id != frame.frame_id)
    if tracker.asked is not None and tracker.asked.frame_id == frame.frame_id:
        log.add(Asked, slot=None)
    log.add(StackChanged, stack=rest)
    if frame.kind == "call" and any(other.kind == "flow" for other in rest):
        return  # a called flow is part of its caller: its slots last as long as the caller's
    still_needed = {name for other in rest for name in _slots_of(log, flow_of(log, other), {})}
    used = _slots_of(log, flow, {}) | ({*OUTCOME_SLOTS} if frame.kind == "flow" else set())
    _put_back(log, frame, still_needed)
    for slot in sorted(used - still_needed):
        initial = log.release.slots[slot].initial_value if slot in log.release.slots else None
        if tracker.slots.get(slot) != initial:
            log.add(SlotSet, slot=slot, value=initial, origin="reset")


def _put_back(log: TurnLog, frame: Frame, still_needed: set[SlotName]) -> None:
    """Give the waiting tasks back the values the frame had displaced."""
    displaced = frame.context.get(DISPLACED)
    for name, value in displaced.items() if isinstance(displaced, dict) else ():
        slot = SlotName(name)
        if slot in still_needed and log.tracker.slots.get(slot) != value:
            log.add(SlotSet, slot=slot, value=value, origin="flow")


def _slots_of(log: TurnLog, flow: Flow, seen: dict[FlowId, None]) -> set[SlotName]:
    """Slots a flow and the flows it calls fill, less what any of them persists."""
    seen[flow.id] = None
    own = set(flow.own_slots())
    for step in flow.steps.values():
        if isinstance(step, CallStep) and step.flow not in seen:
            own |= _slots_of(log, log.release.flows[step.flow], seen)
    return own - flow.persisted_slots


def _resume_below(log: TurnLog, finished: Frame) -> None:
    below = log.tracker.top
    if below is None and flow_of(log, finished).run_pattern_completed:
        push_pattern(log, "pattern_completed", completed(log, finished.flow))
    if below is None or below.kind != "flow" or below.step is None:
        return
    push_pattern(log, _CONTINUE, interrupted(log, finished.flow))


def resume_under_pattern(log: TurnLog, finished: FlowId) -> None:
    """Let the task that waits go on, saying so, once the pattern on top has spoken."""
    *rest, pattern = log.tracker.stack
    is_waiting = rest and rest[-1].kind == "flow" and rest[-1].step is not None
    if not is_waiting or next_item(log) is not None:
        return
    frame = Frame(
        frame_id=FrameId(f"{_CONTINUE}:{len(log.tracker.events)}"),
        flow=_CONTINUE,
        kind="pattern",
        context=interrupted(log, finished),
    )
    log.add(StackChanged, stack=(*rest, frame, pattern))


def _last_step(frame: Frame) -> StepId | None:
    last = frame.context.get("last_step")
    return StepId(last) if isinstance(last, str) and last != END else None
