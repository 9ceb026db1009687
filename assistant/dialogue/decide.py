"""Commands to changes of the stack and the slots, in the order the customer meant them.

One rule holds throughout: a yes answers a read-back only when it is nothing but a yes.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from assistant.dialogue.log import TurnLog
from assistant.dialogue.repair import correct, is_own_slot
from assistant.dialogue.stack import active_task, bring_up, drop, flow_of, push, push_pattern
from assistant.model.commands import (
    Affirm,
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    Command,
    CorrectSlot,
    Deny,
    Goodbye,
    Greet,
    HumanHandoff,
    Repeat,
    SearchKnowledge,
    SetSlot,
    SkipQuestion,
    StartFlow,
    Thanks,
    Wait,
)
from assistant.model.events import Chatted, Clarified, Confirmed, Frame, NotUnderstood, SlotSet
from assistant.model.flow import END, CollectStep
from assistant.model.ids import FlowId

_SIMPLE_PATTERNS: dict[type, str] = {
    ChitChat: "pattern_chitchat",
    Greet: "pattern_greet",
    Thanks: "pattern_thanks",
    Goodbye: "pattern_goodbye",
    Repeat: "pattern_repeat_bot_messages",
    Wait: "pattern_wait",
    SkipQuestion: "pattern_skip_question",
}
HANDOFF_FLOW = FlowId("human_handoff")


def decide(commands: Sequence[Command], log: TurnLog) -> None:
    """Apply the commands of one message.

    Args:
        commands: As understood; at least one.
        log: The turn's log; afterwards the runner takes over.
    """
    if any(isinstance(command, HumanHandoff) for command in commands):
        _hand_off(log)
        return
    _leave_side_talk(commands, log)
    starts = [command for command in commands if isinstance(command, StartFlow)]
    for start in reversed(starts):
        _start(start.flow, log)
    values = [command for command in commands if isinstance(command, SetSlot | CorrectSlot)]
    for value in values:
        _take(value, log)
    for command in commands:
        if isinstance(command, Affirm | Deny):
            if not values and not starts:
                _answer(isinstance(command, Affirm), log)
        elif not isinstance(command, StartFlow | SetSlot | CorrectSlot):
            _talk(command, log)


def _talk(command: Command, log: TurnLog) -> None:
    match command:
        case CancelFlow():
            _cancel(command, log)
        case SearchKnowledge():
            push_pattern(log, "pattern_search", {"question": command.question})
        case Clarify():
            log.add(Clarified, options=command.options)
            options: list[JsonValue] = [str(option) for option in command.options]
            push_pattern(log, "pattern_clarification", {"options": options})
        case CannotHandle():
            log.add(NotUnderstood, reason=command.reason)
            failures = log.tracker.failures
            context: dict[str, JsonValue] = {
                "reason": command.reason,
                "failures": failures,
                "asked": log.tracker.asked is not None,
            }
            push_pattern(log, "pattern_cannot_handle", context)
        case _:
            if isinstance(command, ChitChat):
                log.add(Chatted)
            push_pattern(log, _SIMPLE_PATTERNS[type(command)])


def _hand_off(log: TurnLog) -> None:
    """A person, on the first request, whatever else was going on."""
    for frame in reversed(log.tracker.stack):
        if frame.kind == "pattern":
            drop(log, frame)
    waiting = _find(HANDOFF_FLOW, log)
    if waiting is not None:
        drop(log, waiting)
    push(log, HANDOFF_FLOW)


def _leave_side_talk(commands: Sequence[Command], log: TurnLog) -> None:
    """Drop an optional offer on top ("shall I get a person?") that was not answered."""
    top = log.tracker.top
    if top is None or top.kind != "pattern" or not flow_of(log, top).metadata.get("optional"):
        return
    step = flow_of(log, top).steps.get(top.step) if top.step else None
    slot = step.slot if isinstance(step, CollectStep) else None
    for command in commands:
        if isinstance(command, Affirm | Deny | Repeat | Wait):
            return
        if isinstance(command, SetSlot) and command.slot == slot:
            return
    drop(log, top)


def _start(flow_id: FlowId, log: TurnLog) -> None:
    flow = log.release.flows[flow_id]
    names: dict[str, JsonValue] = {"slots": {**log.tracker.slots}}
    if flow.guard is not None and not flow.guard.holds(names):
        push_pattern(log, "pattern_cannot_handle", {"reason": "not_available", "failures": 0})
        return
    frame = _find(flow_id, log)
    task = active_task(log)
    if frame is None:
        _leave_patterns(log)
        push(log, flow_id)
    elif task is not None and frame.frame_id != task.frame_id:
        _leave_patterns(log)
        bring_up(log, frame)


def _leave_patterns(log: TurnLog) -> None:
    """A new task begins: proofs and offers asked for by another are asked again later."""
    while log.tracker.top is not None and log.tracker.top.kind == "pattern":
        drop(log, log.tracker.top)


def _find(flow_id: FlowId, log: TurnLog) -> Frame | None:
    for frame in reversed(log.tracker.stack):
        if frame.flow == flow_id and frame.step != END:
            return frame
    return None


def _take(command: SetSlot | CorrectSlot, log: TurnLog) -> None:
    """Fill a slot, or correct it when it holds something else and is not being asked."""
    tracker = log.tracker
    present = tracker.slots.get(command.slot)
    is_asked = tracker.asked is not None and tracker.asked.slot == command.slot
    correction = CorrectSlot(slot=command.slot, value=command.value, span=command.span)
    if isinstance(command, CorrectSlot):
        correct(log, correction)
    elif present == command.value:
        return
    elif present is not None and not is_asked and is_own_slot(log, command.slot):
        correct(log, correction)
    else:
        log.add(
            SlotSet, slot=command.slot, value=command.value, origin="customer", span=command.span
        )


def _answer(yes: bool, log: TurnLog) -> None:
    """A plain yes or no: it answers the open yes/no question.

    To any other question a no means "leave it" and a yes means nothing: it is asked again.
    """
    asked = log.tracker.asked
    if asked is None or asked.slot is None:
        push_pattern(log, "pattern_thanks")
        return
    definition = log.release.slots.get(asked.slot)
    if definition is None or definition.type != "bool":
        if not yes:
            _cancel(CancelFlow(), log)
        return
    log.add(SlotSet, slot=asked.slot, value=yes, origin="customer")
    if yes and asked.confirms and asked.digest and asked.frame_id:
        log.add(Confirmed, action=asked.confirms, digest=asked.digest, frame_id=asked.frame_id)


def _cancel(command: CancelFlow, log: TurnLog) -> None:
    frame = _find(command.flow, log) if command.flow else active_task(log)
    _leave_patterns(log)
    context: dict[str, JsonValue] = {}
    if frame is not None:
        context = {"canceled_frame": frame.frame_id, "canceled_flow": frame.flow}
    push_pattern(log, "pattern_cancel_flow", context)
