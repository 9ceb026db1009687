"""How and when the customer wants to be spoken to: elder mode, quiet hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from assistant.model.message import Button, ReplyPart
from assistant.model.tracker import Tracker
from assistant.model.undo import BANK_ZONE
from assistant.response.render import Renderer

ELDER, QUIET, KNOWN = "elder_mode", "quiet_hours", "preferences_known"
"""Slots the bank's answer about the customer's preferences fills."""

_PERSON: Final = "utter_elder_person"
_HANDOFF: Final = "/human_handoff"


def as_preferred(part: ReplyPart, tracker: Tracker, renderer: Renderer) -> ReplyPart:
    """A bubble as this customer wants it: elder mode always shows the way to a person."""
    if not tracker.slots.get(KNOWN):
        return part
    if tracker.slots.get(ELDER) is not True:
        return part.model_copy(update={"display": "standard"})
    has_button = any(button.payload == _HANDOFF for button in part.buttons)
    if has_button or tracker.ticket is not None or tracker.colleague is not None:
        return part.model_copy(update={"display": "elder"})
    more: tuple[Button, ...] = renderer.buttons(_PERSON, tracker)
    return part.model_copy(update={"display": "elder", "buttons": (*part.buttons, *more)})


def quiet_until(tracker: Tracker, now: datetime) -> datetime | None:
    """The end of the quiet hours the customer is in, None outside them."""
    hours = tracker.slots.get(QUIET)
    begin, dash, end = hours.partition("-") if isinstance(hours, str) else ("", "", "")
    if not dash:
        return None
    local = now.astimezone(BANK_ZONE)
    first, last = time.fromisoformat(begin), time.fromisoformat(end)
    is_over_midnight = first > last
    is_late, is_early = local.time() >= first, local.time() < last
    if not (is_late or is_early if is_over_midnight else is_late and is_early):
        return None
    day = local.date() + timedelta(days=1 if is_over_midnight and is_late else 0)
    return datetime.combine(day, last, BANK_ZONE)
