"""What a waiting task already knows and what it still lacks, in the customer's words."""

from __future__ import annotations

from assistant.model.frozen import Facts
from assistant.model.ids import ResponseKey, SlotName
from assistant.model.tracker import Tracker
from assistant.response.render import Renderer
from assistant.response.values import show_slot


def slot_words(slot: SlotName, facts: Facts, tracker: Tracker, renderer: Renderer) -> Facts:
    """How a slot is called, and how its present value is told.

    Args:
        slot: Name of the slot.
        facts: What the task that collects it has learnt of the bank.
        tracker: Holds the value and the language.
        renderer: Has the bank's own wordings: `utter_label_<slot>`, `utter_known_<slot>`.

    Returns:
        `label` and `words`; empty where neither a wording nor a word for the slot exists.
    """
    label = _wording(f"utter_label_{slot}", facts, tracker, renderer)
    if not label:
        label = _own_word(slot, tracker, renderer)
    words = _wording(f"utter_known_{slot}", facts, tracker, renderer)
    if not words and label:
        definition = renderer.release.slots.get(slot)
        value = show_slot(tracker.slots.get(slot), definition, tracker.locale)
        words = f"{label} {value}".strip()
    return {"label": label, "words": words}


def _wording(key: str, facts: Facts, tracker: Tracker, renderer: Renderer) -> str:
    if not renderer.has(ResponseKey(key)):
        return ""
    return renderer.part(ResponseKey(key), facts, tracker).text


def _own_word(slot: SlotName, tracker: Tracker, renderer: Renderer) -> str:
    """The first word customers use for it in this language."""
    definition = renderer.release.slots.get(slot)
    words = definition.words if definition is not None else ()
    is_english = tracker.locale == "en"
    return next((word for word in words if word.isascii() == is_english), "")
