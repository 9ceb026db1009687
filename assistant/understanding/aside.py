"""What is said beside an open task: a question about it, or perhaps another task."""

from __future__ import annotations

import re

from assistant.model.flow import Flow
from assistant.model.ids import FlowId
from assistant.understanding.moment import Moment
from assistant.understanding.slots import asked_slot

_POLITE = re.compile(
    r"[帮给]我|(?:能|可)不(?:能|可以?)|[能可]以?.*吗|麻烦|\b(?:can|could|would) (?:you|i)\b"
)
"""A wish in the form of a question."""


def is_side_question(flow: Flow | None, probability: float, moment: Moment) -> bool:
    """Whether a message read as a task is rather a question within the one under way.

    Args:
        flow: The task it was read as.
        probability: Of that reading.
        moment: The message in its place.
    """
    if flow is None or not moment.asks:
        return False
    active = moment.tasks()
    if flow in active:  # it runs already: who asks about it wants to know something
        return _POLITE.search(moment.message.text) is None
    return bool(active) and probability < moment.thresholds.part


def is_doubtful_switch(flow: Flow, probability: float, moment: Moment) -> bool:
    """Whether a message beside an open question is not surely another task that changes things."""
    asked = moment.tracker.asked
    if asked is None or probability >= moment.thresholds.part:
        return False
    slot = asked_slot(moment.tracker, moment.release)
    if slot is not None and slot.type == "bool" and asked.confirms is None:
        return False  # an offer: "好的，补一张" takes it up in other words
    return is_worth_asking(flow.id, moment)


def is_worth_asking(flow_id: FlowId, moment: Moment) -> bool:
    """Whether a task is asked about before it begins: it changes things and is not under way."""
    flow = moment.release.flows[flow_id]
    changes = any("confirms" in step.metadata for step in flow.collects())
    return changes and flow not in moment.tasks()
