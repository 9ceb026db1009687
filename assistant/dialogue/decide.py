"""Commands to changes of the stack and the slots, in the order the customer meant them.

One rule holds throughout: a yes answers a read-back only when it is nothing but a yes.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from assistant.dialogue import pattern_context
from assistant.dialogue.log import TurnLog
from assistant.dialogue.plan import (
    add_to_plan,
    arrange_plan,
    cancel_everything,
    drop_item,
    open_plan,
    read_plan,
)
from assistant.dialogue.stack import active_task, drop, flow_of, push, push_pattern
from assistant.dialogue.tasks import (
    find_frame,
    leave_patterns,
    offered_task,
    skip_question,
    start_task,
    take_value,
)
from assistant.model.commands import (
    Affirm,
    ArrangePlan,
    AskOutcome,
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
    Later,
    Repeat,
    SearchKnowledge,
    SetSlot,
    SkipQuestion,
    StartFlow,
    Thanks,
    UndoDone,
    Wait,
)
from assistant.model.events import (
    Chatted,
    Clarified,
    Confirmed,
    Frame,
    NotUnderstood,
    ReviewRequested,
    SlotSet,
)
from assistant.model.flow import CollectStep, LinkStep
from assistant.model.ids import FlowId

_SIMPLE_PATTERNS: dict[type, str] = {
    ChitChat: "pattern_chitchat",
    Greet: "pattern_greet",
    Thanks: "pattern_thanks",
    Goodbye: "pattern_goodbye",
    Repeat: "pattern_repeat_bot_messages",
    Wait: "pattern_wait",
    SkipQuestion: "pattern_skip_question",
    AskOutcome: "pattern_last_outcome",
    UndoDone: "pattern_correct_done",
}
_CLARIFICATION = FlowId("pattern_clarification")
_NOT_ON_LIST = "pattern_not_planned"
"""The wish named by its place is done, given up, or was never on the list."""
HANDOFF_FLOW = FlowId("human_handoff")
SESSION_START = FlowId("pattern_session_start")
"""Run with the first message of a conversation; there is none unless the pack has one."""
HANDOFF_PATTERN = FlowId("pattern_human_handoff")


def decide(commands: Sequence[Command], log: TurnLog) -> None:
    """Apply the commands of one message.

    Args:
        commands: As understood; at least one.
        log: The turn's log; afterwards the runner takes over.
    """
    _obey(commands, log)
    if log.tracker.turn == 1 and SESSION_START in log.release.flows:
        # Opened last, hence on top: what the pack says at the beginning is said first.
        push_pattern(log, SESSION_START)


def _obey(commands: Sequence[Command], log: TurnLog) -> None:
    if any(isinstance(command, HumanHandoff) for command in commands):
        _hand_off(log)
        return
    _leave_side_talk(commands, log)
    wishes = read_plan(commands)
    if wishes and any(isinstance(command, Later) for command in commands):
        add_to_plan(wishes, log)
    elif len(wishes) > 1:
        open_plan(wishes, log)
    else:
        _one_wish(commands, log)


def _one_wish(commands: Sequence[Command], log: TurnLog) -> None:
    starts = [command for command in commands if isinstance(command, StartFlow)]
    for start in starts:
        start_task(start.flow, log)
    values = [command for command in commands if isinstance(command, SetSlot | CorrectSlot)]
    for value in values:
        take_value(value, log)
    if values and len(values) == len(commands) and log.tracker.top is None:
        push_pattern(log, "pattern_nothing_asked")  # a value for no task: taken, and answered
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
        case ArrangePlan():
            _arrange(command, log)
        case SkipQuestion() if skip_question(log):
            pass  # the task goes on without it
        case SearchKnowledge():
            push_pattern(log, "pattern_search", {"question": command.question})
        case Clarify():
            log.add(Clarified, options=command.options)
            names = pattern_context.clarification(log, command.options)
            push_pattern(log, "pattern_clarification", names)
        case CannotHandle():
            log.add(NotUnderstood, reason=command.reason)
            failures = log.tracker.failures
            context = pattern_context.cannot_handle(
                command.reason, failures, asked=log.tracker.asked is not None
            )
            context["about"] = command.about
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
    waiting = find_frame(HANDOFF_FLOW, log)
    if waiting is not None:
        drop(log, waiting)
    _open_handoff(log)


def _open_handoff(log: TurnLog) -> None:
    """The pack's own pattern, when it has one; ours only leads to the flow of the same purpose."""
    pattern = log.release.flows.get(HANDOFF_PATTERN)
    first = pattern.steps[pattern.first] if pattern is not None else None
    if first is None or isinstance(first, LinkStep):
        push(log, HANDOFF_FLOW if first is None else first.flow)
    else:
        push_pattern(log, HANDOFF_PATTERN)


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


def _answer(yes: bool, log: TurnLog) -> None:
    """A plain yes or no: it answers the open yes/no question.

    To any other question a no means "leave it" and a yes means nothing: it is asked again.
    """
    asked = log.tracker.asked
    top = log.tracker.top
    if top is not None and top.flow == _CLARIFICATION:
        _answer_clarification(yes, top, log)
        return
    if asked is None or asked.slot is None:
        offered = offered_task(log) if yes else None
        if offered is None:
            push_pattern(log, "pattern_nothing_asked")
        else:
            start_task(offered, log)
        return
    definition = log.release.slots.get(asked.slot)
    if definition is None or definition.type != "bool":
        if not yes:
            _cancel(CancelFlow(), log)
        return
    log.add(SlotSet, slot=asked.slot, value=yes, origin="customer")
    if yes and asked.confirms and asked.digest and asked.frame_id:
        log.add(Confirmed, action=asked.confirms, digest=asked.digest, frame_id=asked.frame_id)


def _answer_clarification(yes: bool, frame: Frame, log: TurnLog) -> None:
    """It answers "is it this?", or "which of these?", and not the question that waits below."""
    drop(log, frame)
    options = frame.context.get("options")
    if yes and isinstance(options, list) and len(options) == 1:
        start_task(FlowId(str(options[0])), log)
    elif log.tracker.asked is None:
        _talk(CannotHandle(), log)


def _arrange(command: ArrangePlan, log: TurnLog) -> None:
    if not arrange_plan(command.items, only=command.only, log=log):
        push_pattern(log, _NOT_ON_LIST)


def _cancel(command: CancelFlow, log: TurnLog) -> None:
    if command.everything:
        cancel_everything(log)
        push_pattern(log, "pattern_cancel_flow", {"canceled_all": True})
        return
    if command.item is not None and _drop_planned(command.item, log):
        return
    if command.item is not None and not _is_under_way(command.item, log):
        push_pattern(log, _NOT_ON_LIST)
        return
    frame = find_frame(command.flow, log) if command.flow else active_task(log)
    if frame is None or frame == active_task(log):
        leave_patterns(log)  # a proof asked for by the task that goes on stays open
    if frame is not None:
        push_pattern(log, "pattern_cancel_flow", pattern_context.canceled(log, frame))
        return
    waits = _waiting_review(command.flow, log)
    if waits is not None:
        names: dict[str, JsonValue] = {"ticket": waits.ticket, "review_flow": waits.flow}
        push_pattern(log, "pattern_withdraw_review", names)
    else:
        push_pattern(log, "pattern_nothing_to_cancel")


def _waiting_review(flow: FlowId | None, log: TurnLog) -> ReviewRequested | None:
    """What waits for a colleague's decision: of the flow, or the newest."""
    waiting = reversed(log.tracker.reviews.values())
    return next((each for each in waiting if flow in {None, each.flow}), None)


def _is_under_way(place: int, log: TurnLog) -> bool:
    """Whether the wish at this place of the list is the one being done."""
    plan = log.tracker.plan
    if plan is None or place != plan.index + 1:
        return False
    return any(frame.frame_id == plan.frame_id for frame in log.tracker.stack)


def _drop_planned(place: int, log: TurnLog) -> bool:
    """Take a waiting wish off the list; false when the one under way is meant."""
    plan = log.tracker.plan
    if plan is None or place == plan.index + 1 or not drop_item(place, log):
        return False
    item = plan.items[place - 1]
    push_pattern(
        log, "pattern_plan_changed", {"dropped_flow": item.flow, "question": item.question}
    )
    return True
