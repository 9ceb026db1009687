"""Words about what was just done: whether it went through, and that it was a mistake."""

from __future__ import annotations

from datetime import timedelta

from assistant.model.commands import AskOutcome, Command, UndoDone
from assistant.model.tracker import Tracker
from assistant.understanding.moment import Moment

RECENT = timedelta(minutes=10)
"""How long "it was a mistake" can mean what was done last in this conversation."""


def read_afterwards(moment: Moment) -> tuple[Command, ...]:
    """A question about the last deed, or the wish to undo it."""
    rules, text = moment.rules, moment.message.text
    is_free = not moment.tasks()
    is_about_past = rules.mentions("just_now", text) or (is_free and not moment.asks)
    if is_about_past and rules.mentions("undo_done", text) and _is_recent(moment.tracker):
        return (UndoDone(),)
    has_deed = moment.tracker.last_deed() is not None or bool(moment.tracker.reviews)
    if (has_deed or not is_free) and rules.mentions("last_outcome", text):
        return (AskOutcome(),)
    return ()


def _is_recent(tracker: Tracker) -> bool:
    deed = tracker.last_deed()
    return deed is not None and tracker.events[-1].at - deed.at <= RECENT
