"""Several wishes in one message: an ordered plan, told, editable, carried out one after another."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from assistant.dialogue.log import TurnLog
from assistant.dialogue.stack import cancel, drop, next_item, push_pattern
from assistant.dialogue.tasks import find_frame, start_task, take_value
from assistant.model.commands import Command, SearchKnowledge, SetSlot, StartFlow
from assistant.model.events import PlanChanged, PlanItem
from assistant.model.ids import FrameId


def read_plan(commands: Sequence[Command]) -> list[PlanItem]:
    """The wishes of a message with the values said for each, in the order they were said."""
    items: list[PlanItem] = []
    for command in commands:
        match command:
            case StartFlow():
                items.append(PlanItem(flow=command.flow))
            case SearchKnowledge():
                items.append(PlanItem(question=command.question))
            case SetSlot() if items:
                last = items[-1]
                items[-1] = last.model_copy(update={"values": (*last.values, command)})
            case _:
                pass
    return items


def open_plan(items: Sequence[PlanItem], log: TurnLog) -> None:
    """Tell the customer the list and begin with the first."""
    _begin(tuple(items), 0, log)
    planned: list[JsonValue] = [{"flow": item.flow, "question": item.question} for item in items]
    push_pattern(log, "pattern_plan", {"planned": planned})


def plan_is_free(log: TurnLog) -> bool:
    """Whether the item under way has left the stack and another one waits."""
    plan = log.tracker.plan
    top = log.tracker.top
    if plan is None or next_item(log) is None or (top is not None and top.kind == "pattern"):
        return False
    return all(frame.frame_id != plan.frame_id for frame in log.tracker.stack)


def go_on_with_plan(log: TurnLog) -> None:
    """Begin the next item, saying so."""
    plan, index = log.tracker.plan, next_item(log)
    if plan is None or index is None:
        return
    item = plan.items[index]
    _begin(plan.items, index, log)
    if item.flow is not None:
        push_pattern(log, "pattern_next_planned", {"next_flow": item.flow})


def drop_item(place: int, log: TurnLog) -> bool:
    """Take a wish off the list; the one under way is cancelled.

    Args:
        place: As announced, from 1.
        log: The turn's log.

    Returns:
        Whether there was such a wish.
    """
    plan = log.tracker.plan
    if plan is None or not plan.index < place <= len(plan.items):
        return False
    items = list(plan.items)
    items[place - 1] = items[place - 1].model_copy(update={"dropped": True})
    log.add(PlanChanged, items=tuple(items), index=plan.index, frame_id=plan.frame_id)
    return True


def cancel_everything(log: TurnLog) -> None:
    """Give up every task and every wish that waits."""
    if log.tracker.plan is not None:
        log.add(PlanChanged, items=())
    for frame in reversed(log.tracker.stack):
        if frame.kind == "pattern":
            drop(log, frame)
        else:
            cancel(log, frame, "customer")


def _begin(items: tuple[PlanItem, ...], index: int, log: TurnLog) -> None:
    item = items[index]
    frame_id: FrameId | None = None
    if item.flow is not None:
        start_task(item.flow, log)
        for value in item.values:
            take_value(value, log)
        frame = find_frame(item.flow, log)
        frame_id = frame.frame_id if frame else None
    else:
        frame_id = push_pattern(log, "pattern_search", {"question": item.question}).frame_id
    log.add(PlanChanged, items=items, index=index, frame_id=frame_id)
