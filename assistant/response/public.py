"""Events as callers may see them: the public names, masked, nothing else.

Source of the names and fields: the public contract, "Event types a caller may rely on".
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from assistant.model.events import (
    Answered,
    Event,
    Said,
    SlotCorrected,
    SlotSet,
)
from assistant.model.message import ReplyPart, Turn
from assistant.model.release import Release, SlotDefinition
from assistant.model.tracker import Tracker
from assistant.response.values import mask_phone, mask_tail

_FIELDS: dict[str, frozenset[str]] = {
    "flow_started": frozenset({"flow"}),
    "flow_completed": frozenset({"flow", "step"}),
    "flow_cancelled": frozenset({"flow", "reason"}),
    "flow_interrupted": frozenset({"flow"}),
    "flow_resumed": frozenset({"flow"}),
    "step_up_requested": frozenset({"proof", "level", "action"}),
    "step_up_passed": frozenset({"proof", "level"}),
    "step_up_failed": frozenset({"reason", "attempts_left"}),
    "action_executed": frozenset({"action", "outcome", "reason", "receipt_id", "reconciled"}),
    "abstained": frozenset({"reason"}),
    "recommended": frozenset({"products", "proof_id"}),
    "clarified": frozenset({"options"}),
    "review_requested": frozenset({"ticket", "action", "flow", "position"}),
    "review_decided": frozenset({"ticket", "action", "approved", "reason"}),
    "risk_decision": frozenset(
        {"decision", "action", "reason_codes", "category", "rule_version", "hold_hours"}
    ),
    "handoff_requested": frozenset({"ticket", "position", "eta_s", "reason"}),
    "handoff_accepted": frozenset({"ticket", "colleague"}),
    "handoff_ended": frozenset({"ticket"}),
    "cannot_handle": frozenset({"reason"}),
    "chitchat": frozenset(),
    "conversation_continued": frozenset({"into"}),
    "channel_changed": frozenset({"channel", "was"}),
    "content_erased": frozenset({"was", "reason"}),
}
_INTERNAL_SLOTS = frozenset(
    {"outcome", "reason"} | {"elder_mode", "quiet_hours", "marketing_consent", "preferences_known"}
)


def public_event(event: Event, release: Release) -> dict[str, JsonValue] | None:
    """One event in its public form; None when callers do not see it."""
    body: dict[str, JsonValue] | None
    if isinstance(event, SlotSet | SlotCorrected):
        body = _slot(event, release)
    elif isinstance(event, Answered):
        body = {"citation_ids": list(event.passages)}
    else:
        fields = _FIELDS.get(event.type)
        body = None if fields is None else event.model_dump(mode="json", include=set(fields))
    if body is None:
        return None
    return {"type": event.type, **{k: v for k, v in body.items() if v is not None}}


def public_turn(tracker: Tracker, turn: int, release: Release, level: int) -> Turn:
    """One turn as the contract shows it, rebuilt from the log, so that it can be repeated."""
    events = tracker.in_turn(turn)
    return Turn(
        turn=turn,
        level=level,
        replies=tuple(_replies(events)),
        events=tuple(body for e in events if (body := public_event(e, release)) is not None),
    )


def masked(value: JsonValue, definition: SlotDefinition | None) -> JsonValue:
    """A slot's value as events show it: last four of cards, middle of phones hidden, no codes."""
    if definition is None or not isinstance(value, str) or definition.mask == "none":
        return value
    if definition.mask == "secret":
        return "******"
    return mask_phone(value) if definition.mask == "phone" else mask_tail(value)


def _slot(event: SlotSet | SlotCorrected, release: Release) -> dict[str, JsonValue] | None:
    if event.slot in _INTERNAL_SLOTS:
        return None
    if isinstance(event, SlotSet) and (event.origin == "reset" or event.value is None):
        return None
    return {"slot": event.slot, "value": masked(event.value, release.slots.get(event.slot))}


def _replies(events: Sequence[Event]) -> list[ReplyPart]:
    return [event.part for event in events if isinstance(event, Said) and not event.to]
