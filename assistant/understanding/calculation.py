"""A calculation in the customer's words: asked for, carried on with another value, or answered.

Nothing is worked out here; the words go to the documents' side as a question, which keeps the
task under way waiting. Without this an amount in such a question would be taken for the amount
of that task ("存5万三年利息多少" in the middle of a transfer).
"""

from __future__ import annotations

from typing import Final

from assistant.model.calculator_words import calculation_asked, carries_on, is_value_of
from assistant.model.commands import Command, SearchKnowledge, SetSlot
from assistant.model.events import Calculated
from assistant.model.ids import SlotName
from assistant.understanding.moment import Moment

ASKED_SLOT: Final = SlotName("calculation_value")
"""Slot of the one question a calculation asks when a value is missing."""
REACH: Final = 3
"""Turns after which "那三年呢" no longer means the calculation."""


def read_calculation(moment: Moment) -> Command | None:
    """The command, when the message is about a calculation."""
    calculators = moment.release.calculators
    text, words = moment.message.text, moment.message.original or moment.message.text
    tracker = moment.tracker
    last = next((e for e in reversed(tracker.events) if isinstance(e, Calculated)), None)
    if last is not None and last.calculator in calculators and tracker.turn - last.turn <= REACH:
        calculator = calculators[last.calculator]
        is_asked = tracker.asked is not None and tracker.asked.slot == ASKED_SLOT
        if is_asked and last.missing and is_value_of(calculator.input(last.missing), text):
            return SetSlot(slot=ASKED_SLOT, value=words.strip())
        if not last.missing and carries_on(calculator, text):
            return SearchKnowledge(question=words.strip())
    if calculation_asked(calculators.values(), text) is not None:
        return SearchKnowledge(question=words.strip())
    return None
