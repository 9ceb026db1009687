"""Whether and until when something can be taken back: told before the yes and with the receipt."""

from __future__ import annotations

from datetime import datetime

from assistant.acting.context import BANK_ZONE, TurnContext
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey
from assistant.model.message import Locale
from assistant.model.undo import Undo, UndoRule, rule_for, undo_at
from assistant.response.values import show_instant

NOTE = ResponseKey("utter_undo_note")
_HOUR_S = 3600


def note_before(action: ActionName, facts: Facts, context: TurnContext) -> None:
    """Say with the next reply, the read-back, what will hold once it is done."""
    rule = _rule(action, facts, context)
    if rule is None:
        return
    said: Facts = {
        "undo_stage": "before",
        "undo_way": rule.way,
        "undo_flow": rule.task or "",
        "undo_hours": None if rule.within is None else _hours(rule.within.total_seconds()),
        "undo_ahead": _hours(rule.ahead.total_seconds()) if rule.until is not None else None,
        "undo_cut_off": None if rule.cut_off is None else f"{rule.cut_off:%H:%M}",
    }
    _note(said, context)


def undo_of(
    action: ActionName, facts: Facts, done_at: datetime, context: TurnContext
) -> Undo | None:
    """What holds for an action that was done; None where the bank wrote nothing about it."""
    rule = _rule(action, facts, context)
    return None if rule is None else undo_at(rule, facts, done_at)


def note_after(undo: Undo | None, context: TurnContext) -> None:
    """Say with the next reply, the receipt, whether and until when it can be taken back."""
    if undo is not None:
        _note({"undo_stage": "after", **undo_facts(undo, context.log.tracker.locale)}, context)


def undo_facts(undo: Undo, locale: Locale) -> Facts:
    """What responses may say about it."""
    until = undo.until
    return {
        "undo_way": undo.way,
        "undo_flow": undo.task or "",
        "undo_until": None if until is None else show_instant(until.astimezone(BANK_ZONE), locale),
    }


def _rule(action: ActionName, facts: Facts, context: TurnContext) -> UndoRule | None:
    policy = context.log.release.policies.get(action)
    if policy is None:
        return None
    return rule_for(policy.undo, {"slots": {**context.log.tracker.slots}, "facts": {**facts}})


def _note(facts: Facts, context: TurnContext) -> None:
    if context.renderer.has(NOTE):
        named = context.with_names(facts)
        context.notes.append(context.renderer.part(NOTE, named, context.log.tracker).text)


def _hours(seconds: float) -> int:
    return round(seconds / _HOUR_S)
