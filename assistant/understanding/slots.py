"""Which slot a found value belongs to: the one asked first, then those of the task."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from assistant.model.commands import SetSlot
from assistant.model.flow import CollectStep, Flow
from assistant.model.ids import SlotName
from assistant.model.release import Release, SlotDefinition
from assistant.model.tracker import Tracker
from assistant.understanding.normalise import Normalised
from assistant.understanding.values.extract import choice_of, number_of, pattern_of
from assistant.understanding.values.found import Found

_CHOICE_KINDS = frozenset({"category"})
STORY_KINDS = frozenset({"story", "whole"})
"""Free text that the message which begins a task may be: `whole` always, `story` when it tells."""

FREE_KINDS = frozenset({"text", "name", "item"}) | STORY_KINDS
_STORY_LENGTH = 12
"""Weight from which a message tells something: a Chinese character 1, other words 2 each."""
_LEAD_TO_NAME = re.compile(
    r"^(?:我的?)?(?:姓名|名字|叫做?|是|本人)+(?:是|叫|为)?\s*[:：,，]?\s*"
    r"|^(?:my (?:full )?name(?: is|'s)?|i am|i'm|this is|it's|it is)\s*:?\s*",
    re.IGNORECASE,
)
"""What people say before their name; the bank compares the name alone."""
_MONEY_FLOWS = ("transfer", "pay", "repay", "instal", "deposit", "buy", "limit")


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


def said_slots(slots: Sequence[SlotDefinition]) -> list[SlotDefinition]:
    """Slots that hold something a customer says: no yes or no, nothing secret."""
    return [s for s in slots if s.type != "bool" and s.kind != "yes_no" and s.mask != "secret"]


def named_slots(text: str, slots: Sequence[SlotDefinition]) -> list[SlotDefinition]:
    """The slots called by name, each once; a word inside a longer name does not count."""
    words = sorted(
        ((word.lower(), slot) for slot in slots for word in slot.words),
        key=lambda pair: -len(pair[0]),
    )
    found: list[SlotDefinition] = []
    for word, slot in words:
        edge = r"(?<![a-z])" if word.isascii() else ""
        pattern = edge + re.escape(word) + (r"(?![a-z])" if word.isascii() else "")
        if re.search(pattern, text):
            text = re.sub(pattern, " ", text)
            if slot not in found:
                found.append(slot)
    return [slot for slot in slots if slot in found]


def fill(
    found: Sequence[Found],
    candidates: Sequence[SlotDefinition],
    message: Normalised,
    *,
    is_start: bool = False,
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
        if (slot.kind in _CHOICE_KINDS or slot.choices or slot.pattern) and slot.name not in taken:
            choice = choice_of(message, slot) or pattern_of(message, slot)
            if choice is not None:
                taken[slot.name] = _set(slot, choice.value, choice, message)
    number = _number(candidates, message, is_start=is_start)
    if number is not None and number.slot not in taken:
        taken[number.slot] = number
    return list(taken.values())


def _number(
    candidates: Sequence[SlotDefinition], message: Normalised, *, is_start: bool
) -> SetSlot | None:
    """A number belongs to the first slot for numbers, unless free text was asked for."""
    if not candidates or (candidates[0].kind in FREE_KINDS and not is_start):
        return None
    slot = next((slot for slot in candidates if slot.kind == "number"), None)
    found = number_of(message, slot) if slot is not None else None
    if slot is None or found is None:
        return None
    value = float(found.value) if "." in found.value else int(found.value)
    return _set(slot, value, found, message)


def is_forced(tracker: Tracker, release: Release) -> bool:
    """Whether the open question takes the whole message (`force_slot_filling`)."""
    asked = tracker.asked
    for frame in tracker.stack:
        if asked is not None and frame.frame_id == asked.frame_id and frame.step is not None:
            flow = release.flows.get(frame.flow)
            step = flow.steps.get(frame.step) if flow is not None else None
            return isinstance(step, CollectStep) and step.force_slot_filling
    return False


def may_move_money(flow: Flow) -> bool:
    """Whether a bare number said for the task may be an amount."""
    return any(word in flow.id for word in _MONEY_FLOWS) or SlotName("amount") in flow.own_slots()


def whole_answer(slot: SlotDefinition, message: Normalised, original: str) -> SetSlot | None:
    """The message as the answer to an open question for free text."""
    if slot.kind not in FREE_KINDS or not message.text.strip():
        return None
    said = original.strip()
    if slot.kind == "name":
        # In Simplified Chinese, as the bank has it; other scripts as they were written.
        said = said if message.text.isascii() else message.text.strip()
        said = _LEAD_TO_NAME.sub("", said).strip(" 。.!！,，") or said
    return SetSlot(slot=slot.name, value=said, span=(0, len(original)))


def stories(
    candidates: Sequence[SlotDefinition], filled: Sequence[SetSlot], original: str
) -> list[SetSlot]:
    """The customer's own words, for the slots of the task that want them and are still empty."""
    words = original.strip()
    wide = len(re.findall(r"[\u3400-\u9fff]", words))
    weight = wide + 2 * len(re.findall(r"[A-Za-z0-9']+", words))
    taken = {command.slot for command in filled}
    return [
        SetSlot(slot=slot.name, value=words, span=(0, len(original)))
        for slot in candidates
        if slot.name not in taken
        and (slot.kind == "whole" or (slot.kind == "story" and weight >= _STORY_LENGTH))
    ]


def _set(slot: SlotDefinition, value: JsonValue, found: Found, message: Normalised) -> SetSlot:
    return SetSlot(slot=slot.name, value=value, span=message.span(*found.said))
