"""A question that leans on the one before: "那交通呢", "上个月的呢", "what about dining?".

The last task asked for something to be looked up and changed nothing; the message brings other
values for it and no task of its own. The task is done again, with the values given before and
the new ones instead of theirs.
"""

from __future__ import annotations

import re

from pydantic import JsonValue

from assistant.model.commands import Command, SetSlot, StartFlow
from assistant.model.events import (
    ActionFinished,
    FlowCompleted,
    FlowStarted,
    SlotCorrected,
    SlotSet,
)
from assistant.model.flow import Flow
from assistant.model.ids import SlotName
from assistant.model.tracker import Tracker
from assistant.understanding.moment import Moment
from assistant.understanding.slots import fill, task_slots
from assistant.understanding.values.extract import Wanted, extract

_OPENING = re.compile(r"^(?:那么?|还有|换成|改成|再看看?|再查|and|what about|how about|then)\s*")
_LEFT = re.compile(
    r"(?:那么?|的|呢|吧|啊|呀|看看|查|一下|只|要|和|跟|还有|情况|方面|上|花了?|多少|钱|交易|what|how|about|the"
    r"|and|on|for|in|me|show|ones?|transactions?|payments?|[\s,?？。.!！])*"
)
_LONGEST = 20


def read_follow_up(moment: Moment) -> tuple[Command, ...]:
    """The last look-up again, with other values; nothing when the message is no such thing."""
    text = moment.message.text
    flow = _last_look_up(moment)
    if flow is None or moment.tracker.stack or len(text) > _LONGEST * (1 + text.isascii()):
        return ()
    slots = [s for s in task_slots([flow], moment.release) if s.mask != "secret"]
    wanted = Wanted(None, moves_money=False, today=moment.today)
    values = fill(extract(moment.message, wanted, moment.release.lexicon), slots, moment.message)
    if not values or not _is_nothing_but(values, moment):
        return ()
    earlier = _given(moment.tracker, {slot.name for slot in slots})
    kept = [SetSlot(slot=name, value=value) for name, value in earlier.items()]
    new = {value.slot for value in values}
    return (StartFlow(flow=flow.id), *(k for k in kept if k.slot not in new), *values)


def _is_nothing_but(values: list[SetSlot], moment: Moment) -> bool:
    """Whether the values are all there is, besides the words such questions are made of."""
    text = moment.message.text
    places = [v.span for v in values if v.span is not None]
    origins = moment.message.origins
    rest = "".join(
        character
        for index, character in enumerate(text)
        if not any(start <= origins[index] < end for start, end in places)
    )
    return _LEFT.fullmatch(_OPENING.sub("", rest)) is not None


def _last_look_up(moment: Moment) -> Flow | None:
    """The task that ended last, when it only looked something up."""
    for event in reversed(moment.tracker.events):
        if isinstance(event, ActionFinished) and event.idempotency_key is not None:
            return None
        if isinstance(event, FlowCompleted):
            flow = moment.release.flows.get(event.flow)
            is_free = flow is not None and bool(flow.optional_slots()) and not flow.collects()
            return flow if is_free else None
    return None


def _given(tracker: Tracker, names: set[SlotName]) -> dict[SlotName, JsonValue]:
    """What the customer had said for the task that ended last."""
    given: dict[SlotName, JsonValue] = {}
    for event in reversed(tracker.events):
        if isinstance(event, FlowStarted):
            break
        if isinstance(event, SlotSet) and event.origin != "customer":
            continue
        if isinstance(event, SlotSet | SlotCorrected) and event.slot in names:
            given.setdefault(event.slot, event.value)
    return given
