"""What the NLU files say about values: words for an entity become words for the slots it fills.

Annotated examples (`[checking](account)`), lookup tables and synonyms give the words, `regex`
entries a pattern. A slot whose metadata has a kind or choices of ours keeps them alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from assistant.model.ids import SlotName
from assistant.model.release import SlotDefinition
from knowledge.content_nlu import Training

_OPEN_KINDS: Final = ("text", "category")
"""Kinds that have no extractor of their own."""


def with_entity_words(
    slots: Mapping[SlotName, SlotDefinition], training: Training
) -> dict[SlotName, SlotDefinition]:
    """The slots, those mapped from an entity with the words and patterns for it."""
    return {name: _with_words(slot, training) for name, slot in slots.items()}


def _with_words(slot: SlotDefinition, training: Training) -> SlotDefinition:
    if slot.kind not in _OPEN_KINDS or slot.choices or not slot.entities:
        return slot
    words: dict[str, dict[str, None]] = {}
    for value, said in _said(slot, training):
        known = _value(slot, value)
        if known is not None:
            words.setdefault(known, {})[said] = None
    choices = {value: tuple(said) for value, said in words.items()}
    patterns = [p for entity in slot.entities for p in training.patterns.get(entity, ())]
    return replace(slot, choices=choices, pattern="|".join(f"(?:{p})" for p in patterns))


def _said(slot: SlotDefinition, training: Training) -> list[tuple[str, str]]:
    """(value, words for it) of every annotation, lookup entry and synonym."""
    annotated = [
        (value, example.text[start:end])
        for example in training.examples
        for start, end, entity, value in example.entities
        if entity in slot.entities
    ]
    listed = [word for entity in slot.entities for word in training.lookups.get(entity, ())]
    found = [*annotated, *((word, word) for word in listed)]
    for value, _ in tuple(found):
        found.extend((value, variant) for variant in training.synonyms.get(value, ()))
    standing_for = {said: value for value, all_ in training.synonyms.items() for said in all_}
    return [(standing_for.get(value, value), said) for value, said in found]


def _value(slot: SlotDefinition, value: str) -> str | None:
    """The value as the slot has it; None when a categorical slot does not know it."""
    if slot.type != "categorical":
        return value
    return next((one for one in slot.values if one.lower() == value.lower()), None)
