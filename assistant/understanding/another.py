"""Another of the things that may be chosen: "不是这笔，是城市地铁那笔", "20号那笔", "not that one".

Words that point at an item of a kind the task has chosen ("那笔") change the choice; which item
they mean is for the action that validates the slot.
"""

from __future__ import annotations

import re

from assistant.model.commands import Command, CorrectSlot, SetSlot
from assistant.understanding.moment import Moment
from assistant.understanding.slots import asked_slot, named_slots, said_slots, task_slots

_LONGEST = 24
_POINTS = re.compile(r"[那这][一]?[笔条张个]|\b(?:that|the) (?:one|payment|transaction)\b")
_OLD = re.compile(
    r"^(?:不是|不对|错了|唔系|not)[^,，。;]{0,8}?[,，。;\s]+|^(?:不对|错了|唔系|no)\s*"
    r"|^(?:not (?:that|this)(?: one)?)\s*"
)
_LEAD = re.compile(r"^(?:就|说的|应该|要|我说的|but |it's |it is |i mean )*是?(?:的是)?\s*")
_BARE = re.compile(r"(?:不是|不对|错了|是|唔系|not|no|the|[那这][一]?[笔条张个]|[\s,，。!！])*")


def read_another(moment: Moment) -> tuple[Command, ...]:
    """A choice for the only slot of the task that holds or asks for an item; else nothing."""
    text = moment.message.text.strip()
    slots = said_slots(task_slots(moment.active(), moment.release))
    asked = asked_slot(moment.tracker, moment.release)
    known = moment.tracker.slots
    held = [s for s in slots if s.kind == "item" and (s == asked or known.get(s.name) is not None)]
    if len(held) != 1 or len(text) > _LONGEST * (1 + text.isascii()) or moment.asks:
        return ()
    slot = held[0]
    if any(named != slot for named in named_slots(text, slots)):
        return ()
    if not (_OLD.search(text) or _POINTS.search(text) or named_slots(text, [slot])):
        return ()
    new = _LEAD.sub("", _OLD.sub("", text, count=1), count=1)
    if _BARE.fullmatch(new):
        return (CorrectSlot(slot=slot.name, value=None),) if _OLD.search(text + " ") else ()
    if slot == asked:
        return (SetSlot(slot=slot.name, value=new),)
    return (CorrectSlot(slot=slot.name, value=new),)
