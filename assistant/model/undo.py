"""Taking back what was done: whether, until when and how, as the bank wrote it for each action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Final, Literal

from pydantic import JsonValue

from assistant.model.frozen import Frozen
from assistant.model.ids import FlowId
from assistant.model.predicate import Predicate

BANK_ZONE: Final = timezone(timedelta(hours=8), "CST")
"""China Standard Time: the bank's days begin and its cut-offs fall here."""

UndoWay = Literal["never", "task", "colleague"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoRule:
    """One way of taking an action back; of several the first whose condition holds counts.

    Attributes:
        condition: Over slots and facts of the action; None means always.
        way: `never`, by a task the customer can do here, or by a colleague alone.
        task: That task.
        within: How long after the action; None for no limit of this kind.
        cut_off: Time of the bank's day it ends at; an action after it has until the next day's.
        until: Fact of the result that holds the instant something begins, less `ahead`.
    """

    way: UndoWay
    condition: Predicate | None = None
    task: FlowId | None = None
    within: timedelta | None = None
    cut_off: time | None = None
    until: str | None = None
    ahead: timedelta = timedelta()


class Undo(Frozen):
    """What holds for one action, as the customer is told.

    Attributes:
        until: Last instant, UTC; None while there is none or it is not known yet.
    """

    way: UndoWay
    task: FlowId | None = None
    until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be taken back."""
        return self.way != "never" and (self.until is None or now < self.until)


def rule_for(rules: Sequence[UndoRule], names: Mapping[str, JsonValue]) -> UndoRule | None:
    """The rule that fits.

    Args:
        rules: Of the action's policy.
        names: What conditions may read: {"slots": …, "facts": …}.
    """
    for rule in rules:
        if rule.condition is None or rule.condition.holds(names):
            return rule
    return None


def undo_at(rule: UndoRule, facts: Mapping[str, JsonValue], done_at: datetime) -> Undo:
    """The rule applied to an action that was done.

    Args:
        rule: That fits it.
        facts: What the bank said about it.
        done_at: When, aware.
    """
    ends = [] if rule.within is None else [done_at + rule.within]
    if rule.cut_off is not None:
        ends.append(_next(rule.cut_off, done_at))
    instant = instant_of(facts.get(rule.until)) if rule.until is not None else None
    if instant is not None:
        ends.append(instant - rule.ahead)
    return Undo(way=rule.way, task=rule.task, until=min(ends, default=None))


def _next(cut_off: time, at: datetime) -> datetime:
    local = at.astimezone(BANK_ZONE)
    end = datetime.combine(local.date(), cut_off, BANK_ZONE)
    return end if local < end else end + timedelta(days=1)


def instant_of(value: JsonValue) -> datetime | None:
    """An aware instant of the bank; None for what is not one."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=BANK_ZONE)
