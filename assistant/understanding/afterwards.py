"""Words about what was just done or asked for: how it ended, a mistake, a review taken back."""

from __future__ import annotations

import re
from datetime import timedelta

from assistant.model.commands import AskOutcome, CancelFlow, Command, UndoDone
from assistant.model.ids import FlowId
from assistant.model.tracker import Tracker
from assistant.understanding.moment import Moment

RECENT = timedelta(minutes=10)
"""How long "it was a mistake" can mean what was done last in this conversation; longer where the
customer was told that it can be taken back until later."""

_CALLS_OFF = re.compile(r"取消|不要了|作废|cancel|call off")
_LONGEST = 12
_PAIR = 2

LATE = timedelta(days=1)
"""How long after that instant the wish still means it, and is answered with "too late"."""


def read_afterwards(moment: Moment) -> tuple[Command, ...]:
    """A question about the last deed, the wish to undo it, or not to wait for a review."""
    rules, text = moment.rules, moment.message.text
    waits = next(reversed(moment.tracker.reviews.values()), None)
    if waits is not None and not moment.asks and rules.mentions("withdraw_review", text):
        return (CancelFlow(flow=waits.flow),)
    is_free = not moment.tasks()
    is_whole = rules.whole_is("undo_done", moment.message)
    is_about_past = rules.mentions("just_now", text) or (is_free and not moment.asks)
    is_named = is_free and not moment.asks and _calls_off_deed(moment)
    is_undone = is_about_past and rules.mentions("undo_done", text)
    is_undone = is_undone or is_named or (is_free and is_whole)
    if is_undone and _is_recent(moment.tracker):
        return (UndoDone(),)
    has_deed = moment.tracker.last_deed() is not None or bool(moment.tracker.reviews)
    if (has_deed or not is_free) and rules.mentions("last_outcome", text):
        return (AskOutcome(),)
    return ()


def _calls_off_deed(moment: Moment) -> bool:
    """Whether the words call off what was just done by its name: "取消预约" after booking."""
    deed, text = moment.tracker.last_deed(), moment.message.text
    flow = moment.release.flows.get(FlowId(deed.action)) if deed is not None else None
    if flow is None or len(text) > _LONGEST * (1 + text.isascii()) or not _CALLS_OFF.search(text):
        return False
    chinese, english = flow.name["zh-Hans"], flow.name.get("en", "").lower()
    pairs = {chinese[at : at + _PAIR] for at in range(len(chinese) - 1)}
    words = {word for word in english.split() if len(word) > _PAIR + 1}
    return any(part in text for part in pairs | words)


def _is_recent(tracker: Tracker) -> bool:
    deed = tracker.last_deed()
    if deed is None:
        return False
    now = tracker.events[-1].at
    until = deed.undo.until if deed.undo is not None else None
    return (until is not None and now < until + LATE) or now - deed.at <= RECENT
