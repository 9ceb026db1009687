"""What a message says besides the value it may give: nothing, or a question or wish of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.model.commands import SetSlot
from assistant.model.release import SlotDefinition
from assistant.understanding.agreed import deeds_named
from assistant.understanding.moment import Moment
from assistant.understanding.payloads import flow_for_intent
from assistant.understanding.slots import FREE_KINDS, asked_slot
from assistant.understanding.values.found import Found

_CHOSEN: Final = "item"
"""One of several things shown; any words may name it."""


def is_something_else(moment: Moment, values: Sequence[SetSlot], found: Sequence[Found]) -> bool:
    """Whether the message asks or wants something besides giving a value.

    Args:
        moment: The message in its place, with a question open.
        values: What it would fill.
        found: Every value in it, with its place.
    """
    limits, asked = moment.thresholds, asked_slot(moment.tracker, moment.release)
    rest = moment.message.text
    for value in sorted(found, key=lambda item: -item.start):
        rest = f"{rest[: value.start]} {rest[value.end :]}"
    rest = moment.rules.bare(_without_names(moment, rest, values))
    if len(rest) <= limits.answer_rest and not moment.asks:
        # "第二笔" is a choice in every task that asks for one; "先锁卡吧" is none.
        is_chosen = not values and asked is not None and asked.kind == _CHOSEN
        return is_chosen and bool(deeds_named(moment))
    intent, probability = moment.classify(moment.message.text).ranked[0]
    # With the value asked for in hand, the other words must tell of the same task: a number
    # of four digits speaks for every task that has cards.
    if values and moment.classify(rest).ranked[0][0] != intent:
        return False
    if intent == "search_knowledge":
        return probability >= limits.question and moment.asks
    flow = flow_for_intent(intent, moment.release)
    is_free = _is_free(asked)
    if flow is not None and flow.id not in {frame.flow for frame in moment.tracker.stack}:
        return probability >= (limits.part if is_free else limits.switch)
    if values or flow is not None or is_free:
        return False
    return probability >= limits.switch


def _without_names(moment: Moment, rest: str, values: Sequence[SetSlot]) -> str:
    """The text without free words that were taken, and what they are called: "备注写房租"."""
    for value in values:
        slot = moment.release.slots[value.slot]
        if slot.pattern and isinstance(value.value, str):
            for word in (value.value.lower(), *slot.words):
                rest = rest.replace(word, " ")
    return rest


def _is_free(asked: SlotDefinition | None) -> bool:
    """Anything may be the answer, also what is about nothing a bank does."""
    return asked is not None and asked.kind in FREE_KINDS
