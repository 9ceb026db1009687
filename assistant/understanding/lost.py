"""A customer who cannot follow us: "我听不懂这些", "太复杂了", "I don't understand any of this"."""

from __future__ import annotations

from typing import Final

from assistant.model.commands import CannotHandle, Command
from assistant.understanding.moment import Moment
from assistant.understanding.payloads import flow_for_intent

_LONGEST: Final = 16
"""Characters of a message that is about nothing else; English needs twice as many."""


def read_lost(moment: Moment) -> tuple[Command, ...]:
    """That we were not understood, unless the message is clear about a task besides."""
    text = moment.message.text
    if len(text) > _LONGEST * (1 + text.isascii()) or not moment.rules.mentions("lost", text):
        return ()
    intent, probability = moment.classify(text).ranked[0]
    if flow_for_intent(intent, moment.release) and probability >= moment.thresholds.part:
        return ()
    return (CannotHandle(reason="lost"),)
