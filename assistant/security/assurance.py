"""The level of assurance now: what was earned, less what time has taken back.

Source of the times: the ladder of assurance levels (docs/architecture.md, "Assurance").
"""

from __future__ import annotations

from datetime import datetime, timedelta

from assistant.model.assurance import Assurance
from assistant.model.tracker import Tracker

_IDLE_LIMITS = {
    Assurance.FULL: timedelta(minutes=10),
    Assurance.BOUND_CARD: timedelta(minutes=30),
}
"""Time without a turn after which the level is lost."""

_AGE_LIMITS = {
    Assurance.REAL_NAME: timedelta(hours=12),
    Assurance.PHONE: timedelta(hours=24),
}
"""Time since it was earned after which the level is lost, turns or not."""


def level_now(tracker: Tracker, now: datetime) -> Assurance:
    """The level that counts at this moment.

    Args:
        tracker: Gives the level earned, when, and the last turn.
        now: The present instant, UTC.
    """
    if tracker.assured_at is None:
        return Assurance.VISITOR
    idle = now - max(tracker.assured_at, tracker.last_turn_at or tracker.assured_at)
    return decayed(tracker.assurance, idle=idle, age=now - tracker.assured_at)


def decayed(level: Assurance, *, idle: timedelta, age: timedelta) -> Assurance:
    """What is left of a level.

    Args:
        level: As it was earned.
        idle: Since the last turn, or since it was earned.
        age: Since it was earned.
    """
    for rung in (Assurance.FULL, Assurance.BOUND_CARD):
        if level >= rung and idle > _IDLE_LIMITS[rung]:
            level = Assurance(rung - 1)
    for rung in (Assurance.REAL_NAME, Assurance.PHONE):
        if level >= rung and age > _AGE_LIMITS[rung]:
            level = Assurance(rung - 1)
    return level
