"""More of a story that was told: "还排了一个小时" while the complaint is read back.

The customer's own words are what is sent; what comes after them and is nothing else belongs to
them, and the read-back is asked again with all of it.
"""

from __future__ import annotations

from assistant.model.commands import Command, CorrectSlot
from assistant.ports import IntentScores
from assistant.understanding.moment import Moment
from assistant.understanding.payloads import flow_for_intent
from assistant.understanding.slots import STORY_KINDS, task_slots
from assistant.understanding.talk import TALK

_SHORTEST = 4
_LONGEST = 500
"""Characters of a whole story; a longer one is for a colleague to hear."""


def read_more_of_story(moment: Moment, scores: IntentScores, original: str) -> tuple[Command, ...]:
    """The story with the new words behind it; nothing when they are surely something else.

    Args:
        moment: The message in its place.
        scores: What the message alone would be.
        original: The message as it was written.
    """
    asked = moment.tracker.asked
    slots = [s for s in task_slots(moment.active(), moment.release) if s.kind in STORY_KINDS]
    told = moment.tracker.slots.get(slots[0].name) if len(slots) == 1 else None
    if asked is None or asked.confirms is None or not isinstance(told, str) or moment.asks:
        return ()
    words = original.strip()
    whole = f"{told}；{words}"
    if len(words) < _SHORTEST or len(whole) > _LONGEST or _is_surely_other(moment, scores):
        return ()
    return (CorrectSlot(slot=slots[0].name, value=whole),)


def _is_surely_other(moment: Moment, scores: IntentScores) -> bool:
    intent, probability = scores.ranked[0]
    flow = flow_for_intent(intent, moment.release)
    if flow is not None and flow in moment.tasks():
        return False
    is_ours = scores.known >= moment.thresholds.known
    if intent in TALK:
        return probability >= moment.thresholds.sure
    return is_ours and flow is not None and probability >= moment.thresholds.part
