"""How an action can be taken back, and when it is asked twice, as the bank writes it.

undo:
- {if: facts.is_delayed, by: cancel_transfer, within: 24h}
- never: true
ask_twice: {if: facts.payee_is_new or slots.amount >= 50000}
"""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Final

from assistant.model.ids import FlowId
from assistant.model.predicate import Predicate
from assistant.model.undo import UndoRule
from knowledge.content_names import Names, slot_condition
from knowledge.content_yaml import Part

CODE_NAMES: Final = frozenset({"slots", "facts"})
"""What conditions of a policy may read."""

_UNDO_KEYS: Final = ("if", "by", "never", "within", "cut_off", "until", "ahead")
_TWICE_KEYS: Final = ("if",)
_COLLEAGUE: Final = "colleague"
_DURATION: Final = re.compile(r"(?P<count>[1-9]\d{0,4})(?P<unit>[mhd])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def read_undo(names: Names, part: Part | None) -> tuple[UndoRule, ...]:
    """A list of ways, or one of them alone."""
    if part is None:
        return ()
    items = [part] if part.is_mapping else names.reader.elements(part, "undo")
    rules = [rule for item in items if (rule := _rule(names, item)) is not None]
    if rules and rules[-1].condition is not None:
        names.reader.error(items[-1], "the last way of an undo fits everything; leave out its if")
    return tuple(rules)


def read_twice(names: Names, part: Part | None) -> Predicate | None:
    """When a second yes is needed."""
    if part is None:
        return None
    keys = names.reader.known(part, "ask_twice", _TWICE_KEYS)
    if "if" not in keys:
        names.reader.error(part, "ask_twice needs if: the condition of the second question")
    return slot_condition(names, keys.get("if"), CODE_NAMES)


def _rule(names: Names, part: Part) -> UndoRule | None:
    reader = names.reader
    keys = reader.known(part, "an undo", _UNDO_KEYS)
    is_never = reader.flag(keys.get("never"), "never", default=False)
    by = reader.name(keys.get("by"), "by")
    if is_never == (by is not None):
        reader.error(part, "an undo needs either by: a flow or colleague, or never: true")
        return None
    return UndoRule(
        way="never" if by is None else "colleague" if by == _COLLEAGUE else "task",
        condition=slot_condition(names, keys.get("if"), CODE_NAMES),
        task=FlowId(by) if by not in {None, _COLLEAGUE} else None,
        within=_duration(names, keys.get("within"), "within"),
        cut_off=_time(names, keys.get("cut_off")),
        until=reader.name(keys.get("until"), "until"),
        ahead=_duration(names, keys.get("ahead"), "ahead") or timedelta(),
    )


def _duration(names: Names, part: Part | None, what: str) -> timedelta | None:
    text = names.reader.text(part, what)
    if text is None or part is None:
        return None
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        names.reader.error(part, f"{what} must be a number and m, h or d, for example 24h")
        return None
    return timedelta(**{_UNITS[found["unit"]]: int(found["count"])})


def _time(names: Names, part: Part | None) -> time | None:
    text = names.reader.text(part, "cut_off")
    if text is None or part is None:
        return None
    found = _TIME.fullmatch(text.strip())
    if found is None:
        names.reader.error(part, 'cut_off must be a time of the day, for example "17:00"')
        return None
    return time(int(found[1]), int(found[2]))
