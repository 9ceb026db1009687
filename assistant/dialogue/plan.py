"""Several wishes in one message: an ordered plan, told, editable, carried out one after another."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from assistant.dialogue.log import TurnLog
from assistant.dialogue.stack import active_task, cancel, drop, next_item, push_pattern
from assistant.dialogue.tasks import find_frame, leave_patterns, start_task, take_value
from assistant.model.commands import Command, SearchKnowledge, SetSlot, StartFlow
from assistant.model.events import Frame, PlanChanged, PlanItem
from assistant.model.ids import FrameId

_TOLD = frozenset({"payee", "amount", "card"})
"""Kinds of value told in the list: short, and said by the customer just before."""


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
    _announce(items, log)


def add_to_plan(items: Sequence[PlanItem], log: TurnLog) -> None:
    """Put wishes at the end of the list; a task under way without one becomes its first."""
    plan, task = log.tracker.plan, active_task(log)
    under_way = _under_way(log)
    if plan is not None and under_way is not None:
        _rearrange([*_unfinished(plan), *items], under_way.frame_id, log)
    elif task is not None:
        _rearrange([PlanItem(flow=task.flow), *items], task.frame_id, log)
    else:
        _begin(tuple(items), 0, log)


def arrange_plan(places: Sequence[int], *, only: bool, log: TurnLog) -> bool:
    """Take some wishes of the list first, in this order, or give up all the others.

    What is under way and does not come first goes back on the list with what is known of it.
    The list is told again, and counted anew.

    Args:
        places: As announced, from 1; without any, what is under way is meant.
        only: Whether the others are given up.
        log: The turn's log.

    Returns:
        Whether these wishes can still be arranged.
    """
    plan, frame = log.tracker.plan, _under_way(log)
    if plan is None or frame is None:
        return False
    waiting = {
        index: plan.items[index]
        for index in range(plan.index, len(plan.items))
        if not plan.items[index].dropped
    }
    chosen = [place - 1 for place in places] or [plan.index]
    if any(index not in waiting for index in chosen):
        return False
    order = [*chosen, *(index for index in waiting if index not in chosen and not only)]
    if chosen[0] == plan.index:
        _rearrange([waiting[index] for index in order], frame.frame_id, log)
        return True
    leave_patterns(log)
    waiting[plan.index] = _put_back(frame, waiting[plan.index], log)
    items = tuple(waiting[index] for index in order)
    _begin(items, 0, log)
    _announce(items, log)
    return True


def _under_way(log: TurnLog) -> Frame | None:
    """The frame of the wish of the list that is being done."""
    plan = log.tracker.plan
    if plan is None:
        return None
    return next((f for f in log.tracker.stack if f.frame_id == plan.frame_id), None)


def _unfinished(plan: PlanChanged) -> list[PlanItem]:
    return [item for item in plan.items[plan.index :] if not item.dropped]


def _rearrange(items: Sequence[PlanItem], frame_id: FrameId, log: TurnLog) -> None:
    """A list whose first wish is under way already."""
    log.add(PlanChanged, items=tuple(items), index=0, frame_id=frame_id)
    _announce(items, log)


def _put_back(frame: Frame, item: PlanItem, log: TurnLog) -> PlanItem:
    """Take a task off the stack; what the customer said for it stays with its place in the list."""
    flow, slots = log.release.flows[frame.flow], log.tracker.slots
    names = [step.slot for step in flow.collects() if not step.ask_before_filling]
    known = tuple(
        SetSlot(slot=name, value=slots[name]) for name in names if slots.get(name) is not None
    )
    cancel(log, frame, "postponed")
    return item.model_copy(update={"values": known or item.values})


def _details(item: PlanItem, log: TurnLog) -> str:
    """What tells two tasks of one kind apart; nothing that is masked."""
    definitions = log.release.slots
    return ", ".join(
        str(value.value)
        for value in item.values
        if value.slot in definitions
        and definitions[value.slot].mask in {"none", "tail"}
        and definitions[value.slot].kind in _TOLD
        and value.value is not None
    )


def _announce(items: Sequence[PlanItem], log: TurnLog) -> None:
    planned: list[JsonValue] = [
        {"flow": item.flow, "question": item.question, "details": _details(item, log)}
        for item in items
        if not item.dropped
    ]
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
