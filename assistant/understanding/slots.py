"""Which slot a found value belongs to: the one asked first, then those of the task."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from assistant.model.commands import SetSlot
from assistant.model.flow import Flow
from assistant.model.ids import SlotName
from assistant.model.release import Release, SlotDefinition
from assistant.model.tracker import Tracker
from assistant.understanding.normalise import Normalised
from assistant.understanding.values.extract import choice_of
from assistant.understanding.values.found import Found

_CHOICE_KINDS = frozenset({"category"})


def asked_slot(tracker: Tracker, release: Release) -> SlotDefinition | None:
    """The slot of the open question."""
    if tracker.asked is None or tracker.asked.slot is None:
        return None
    return release.slots.get(tracker.asked.slot)


def task_slots(flows: Iterable[Flow], release: Release) -> list[SlotDefinition]:
    """Slots the given flows collect or can use (`optional_slots`), in order, each once."""
    names: dict[SlotName, None] = {}
    for flow in flows:
        names |= dict.fromkeys(step.slot for step in flow.collects())
        names |= dict.fromkeys(flow.optional_slots())
    return [release.slots[name] for name in names if name in release.slots]


def fill(
    found: Sequence[Found],
    candidates: Sequence[SlotDefinition],
    message: Normalised,
) -> list[SetSlot]:
    """Give each value to the first free slot of its kind.

    Of two values of one kind the later is meant when there is one slot ("五百，不，六百").
    """
    taken: dict[SlotName, SetSlot] = {}
    for value in sorted(found, key=lambda item: item.start):
        fitting = [slot for slot in candidates if slot.kind == value.kind]
        free = [slot for slot in fitting if slot.name not in taken]
        if fitting:
            slot = (free or fitting)[0]
            taken[slot.name] = _set(slot, value.value, value, message)
    for slot in candidates:
        if slot.kind in _CHOICE_KINDS and slot.name not in taken:
            choice = choice_of(message, slot)
            if choice is not None:
                taken[slot.name] = _set(slot, choice.value, choice, message)
    return list(taken.values())


def whole_answer(slot: SlotDefinition, message: Normalised, original: str) -> SetSlot | None:
    """The message as the answer to an open question for free text."""
    if slot.kind not in {"text", "name", "number"} or not message.text.strip():
        return None
    return SetSlot(slot=slot.name, value=original.strip(), span=(0, len(original)))


def slot_named(text: str, candidates: Sequence[SlotDefinition]) -> SlotDefinition | None:
    """The slot the customer calls by its name ("金额", "收款人")."""
    for slot in candidates:
        if any(word.lower() in text for word in slot.words):
            return slot
    return None


def _set(slot: SlotDefinition, value: JsonValue, found: Found, message: Normalised) -> SetSlot:
    return SetSlot(slot=slot.name, value=value, span=message.span(found.start, found.end))
