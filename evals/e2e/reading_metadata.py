"""What stands under `metadata` and is ours: who speaks, the clock, faults, and the bank's state.

Rasa allows any key there. A key that is nearly one of ours is taken for a slip and refused,
because a slip would silently drop a check; other keys are left to whoever wrote them.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from pydantic import JsonValue

from assistant.model.message import Locale
from evals.e2e.cases import Advance, Afterwards, BankFact, Start
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part, as_json

_LOCALES: Final = ("zh-Hans", "zh-Hant", "en")
_FAULT: Final = ("operation", "kind", "times", "delay_ms", "after_commit")
_KINDS: Final = ("timeout_before", "timeout_after_commit", "error_500", "refuse", "slow")
_OUTCOMES: Final = ("done", "refused", "unknown")
_EVENTS: Final = (
    "flow_started",
    "flow_completed",
    "flow_cancelled",
    "flow_interrupted",
    "flow_resumed",
    "slot_set",
    "slot_corrected",
    "step_up_requested",
    "step_up_passed",
    "step_up_failed",
    "action_executed",
    "answered",
    "abstained",
    "recommended",
    "clarified",
    "review_requested",
    "review_decided",
    "handoff_requested",
    "handoff_accepted",
    "handoff_ended",
    "cannot_handle",
    "risk_decision",
    "chitchat",
)
"""Source: the public contract, "Event types a caller may rely on"."""
_START: Final = ("customer", "level", "channel", "locale", "clock", "faults", "advance")
_AFTERWARDS: Final = (
    "bank_state",
    "journal",
    "events",
    "absent_events",
    "outcome",
    "citations",
    "recommended",
)
_STEP: Final = ("message_id", "error", "customer", "level", "review")
_DECISIONS: Final = ("approve", "refuse")
_MAX_LEVEL: Final = 4
_MAX_RISK: Final = 5
_MANY: Final = 1000
_A_YEAR_S: Final = 366 * 24 * 3600
_NEARLY: Final = 0.75


@dataclass(frozen=True, slots=True)
class StepMetadata:
    """Ours at one step; see evals.e2e.cases.Step."""

    message_id: str | None = None
    error: str | None = None
    customer: str | None = None
    level: int | None = None
    review: str | None = None


def read_start(part: Part, reader: Reader) -> Start:
    """How the conversation begins."""
    entries = _ours(part, (*_START, *_AFTERWARDS), reader)
    level = reader.whole(entries.get("level"), "level", 0, _MAX_LEVEL)
    locale = reader.choice(entries.get("locale"), "locale", _LOCALES)
    faults = entries.get("faults")
    return Start(
        customer=reader.name(entries.get("customer"), "customer"),
        level=3 if level is None else level,
        channel=reader.name(entries.get("channel"), "channel") or "web",
        locale=cast("Locale | None", locale),
        clock=_instant(entries.get("clock"), reader),
        faults=tuple(_fault(one, reader) for one in reader.elements(faults, "faults"))
        if faults is not None
        else (),
        advance=_advances(entries.get("advance"), reader),
    )


def read_afterwards(part: Part, reader: Reader) -> Afterwards:
    """What must be true afterwards."""
    entries = dict(part.children())
    count, journal = _journal(entries.get("journal"), reader)
    max_risk, recommended = _recommended(entries.get("recommended"), reader)
    states = entries.get("bank_state")
    return Afterwards(
        bank_state=tuple(
            fact
            for one in (reader.elements(states, "bank_state") if states is not None else ())
            if (fact := _bank_fact(one, reader)) is not None
        ),
        journal_count=count,
        journal=journal,
        events=_event_names(entries.get("events"), reader),
        absent_events=_event_names(entries.get("absent_events"), reader),
        outcomes=_outcomes(entries.get("outcome"), reader),
        citations=reader.words(entries.get("citations"), "citations"),
        max_risk=max_risk,
        recommended=recommended,
        line=part.node.line,
    )


def read_step_metadata(part: Part | None, reader: Reader) -> StepMetadata:
    """Ours at one step."""
    if part is None:
        return StepMetadata()
    entries = _ours(part, _STEP, reader)
    return StepMetadata(
        message_id=reader.text(entries.get("message_id"), "message_id"),
        error=reader.text(entries.get("error"), "error"),
        customer=reader.name(entries.get("customer"), "customer"),
        level=reader.whole(entries.get("level"), "level", 0, _MAX_LEVEL),
        review=reader.choice(entries.get("review"), "review", _DECISIONS),
    )


def _ours(part: Part, names: Collection[str], reader: Reader) -> dict[str, Part]:
    entries = reader.mapping(part, "metadata")
    for key in entries.keys() - set(names):
        close = difflib.get_close_matches(key, names, n=1, cutoff=_NEARLY)
        if close:
            place = part.key_place(key)
            reader.problems.error(place, f'unknown key "{key}"; did you mean "{close[0]}"?')
    return entries


def _instant(part: Part | None, reader: Reader) -> datetime | None:
    text = reader.text(part, "clock")
    if text is None or part is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        reader.error(part, "clock must be an instant such as 2026-11-22T10:00:00+08:00")
        return None
    return instant


def _fault(part: Part, reader: Reader) -> Mapping[str, JsonValue]:
    entries = reader.known(part, "a fault", _FAULT)
    reader.choice(entries.get("kind"), "kind", _KINDS)
    if not {"operation", "kind"} <= entries.keys():
        reader.error(part, "a fault needs operation and kind")
    return {key: as_json(value) for key, value in entries.items()}


def _advances(part: Part | None, reader: Reader) -> tuple[Advance, ...]:
    if part is None:
        return ()
    items = reader.elements(part, "advance") if part.is_list else [part]
    read: list[Advance] = []
    for item in items:
        entries = reader.known(item, "advance", ("at_step", "seconds"))
        at_step = reader.whole(entries.get("at_step"), "at_step", 1, _MANY)
        seconds = reader.whole(entries.get("seconds"), "seconds", 1, _A_YEAR_S)
        if at_step is None or seconds is None:
            reader.error(item, "advance needs at_step (of the user steps, from 1) and seconds")
        else:
            read.append(Advance(at_step, seconds))
    return tuple(read)


def _bank_fact(part: Part, reader: Reader) -> BankFact | None:
    entries = reader.known(part, "a fact of bank_state", ("path", "equals", "customer"))
    path = reader.text(entries.get("path"), "path")
    if path is None or "equals" not in entries:
        reader.error(part, "a fact of bank_state needs path and equals")
        return None
    customer = reader.name(entries.get("customer"), "customer")
    return BankFact(path, as_json(entries["equals"]), part.node.line, customer)


def _journal(part: Part | None, reader: Reader) -> tuple[int | None, dict[str, int]]:
    if part is None:
        return None, {}
    entries = reader.known(part, "journal", ("count", "operations"))
    operations: dict[str, int] = {}
    if "operations" in entries:
        for name, value in reader.mapping(entries["operations"], "operations").items():
            times = reader.whole(value, name, 0, _MANY)
            if times is not None:
                operations[name] = times
    return reader.whole(entries.get("count"), "count", 0, _MANY), operations


def _event_names(part: Part | None, reader: Reader) -> tuple[str, ...]:
    if part is None:
        return ()
    names = [reader.choice(one, "an event", _EVENTS) for one in reader.elements(part, "events")]
    return tuple(name for name in names if name is not None)


def _outcomes(part: Part | None, reader: Reader) -> dict[str, tuple[str, ...]]:
    if part is None:
        return {}
    outcomes: dict[str, tuple[str, ...]] = {}
    for action, value in reader.mapping(part, "outcome").items():
        items = list(value.elements()) if value.is_list else [value]
        words = [reader.choice(item, "an outcome", _OUTCOMES) for item in items]
        outcomes[action] = tuple(word for word in words if word is not None)
    return outcomes


def _recommended(part: Part | None, reader: Reader) -> tuple[int | None, tuple[str, ...]]:
    if part is None:
        return None, ()
    entries = reader.known(part, "recommended", ("max_risk", "includes"))
    max_risk = reader.whole(entries.get("max_risk"), "max_risk", 0, _MAX_RISK)
    return max_risk, reader.words(entries.get("includes"), "includes")
