"""The domain: slots with their mappings, and the names of actions, entities and intents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Final, Literal, cast

from pydantic import JsonValue

from assistant.model.ids import ActionName, SlotName
from assistant.model.release import SlotDefinition, SlotType
from knowledge.content_problems import Place, Problems, did_you_mean
from knowledge.content_reading import Reader
from knowledge.content_yaml import FALSE_WORDS, TRUE_WORDS, Part, as_json

_SLOT_KEYS: Final = (
    "type",
    "initial_value",
    "values",
    "mappings",
    "metadata",
    "min_value",
    "max_value",
    "influence_conversation",
    "shared_for_coexistence",
    "validation",
)
_UNSUPPORTED: Final = {
    "auto_fill": "write a mapping `from_entity`",
    "value_reset_delay": "write `persisted_slots` in the flow",
}
_TYPES: Final = ("text", "bool", "categorical", "float", "any", "list")
_METADATA: Final = ("kind", "mask", "words", "choices")
_MASKS: Final = ("none", "tail", "phone", "secret")
_MAPPINGS: Final = {
    "from_llm": ("allow_nlu_correction",),
    "from_entity": ("entity", "role", "group", "intent", "not_intent"),
    "from_intent": ("intent", "not_intent", "value"),
    "from_text": ("intent", "not_intent"),
    "controlled": ("run_action_every_turn", "coexistence_system"),
    "custom": ("action",),
}
_UNUSED: Final = {
    "run_action_every_turn": "call the action from the flow that needs the slot",
    "role": "annotate an entity of its own",
    "group": "annotate an entity of its own",
    "not_intent": "the value counts whatever the intent",
    "allow_nlu_correction": "a value may always be corrected",
    "coexistence_system": "there is one system",
}
"""Keys of mappings that have no effect, with what to do or what happens instead."""
_MAPPING_SHARED: Final = ("type", "conditions")
_DEFAULT_KIND: Final = {"bool": "yes_no", "categorical": "category", "float": "number"}
"""Sort of value the words of a slot hold when its metadata does not say."""


@dataclass(slots=True)
class Domain:
    """What the domain files of one folder define.

    Attributes:
        places: Where each slot was defined.
        validations: Slot to the `rejections` its definition holds.
    """

    slots: dict[SlotName, SlotDefinition] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    actions: dict[ActionName, Place] = field(default_factory=dict)
    validations: dict[str, Part] = field(default_factory=dict)
    entities: set[str] = field(default_factory=set)
    intents: set[str] = field(default_factory=set)


def read_domain(
    sections: Mapping[str, list[Part]], problems: Problems, replaced: Set[str] = frozenset()
) -> Domain:
    """Read slots, actions, entities and intents of one folder.

    Args:
        sections: Parts by top-level key.
        problems: Where faults are reported.
        replaced: Slots that are left out, because the pack has its own.
    """
    reader, domain = Reader(problems), Domain()
    for part in sections["slots"]:
        for name, item in reader.mapping(part, "slots").items():
            if name not in replaced:
                _add_slot(reader, domain, name, item, part.key_place(name))
    for part in sections["actions"]:
        for item in reader.elements(part, "actions"):
            action = _action(reader, item)
            if action is not None:
                domain.actions.setdefault(ActionName(action), item.place)
    domain.entities |= _names(reader, sections["entities"], "entities")
    domain.intents |= _names(reader, sections["intents"], "intents")
    return domain


def fit_value(reader: Reader, part: Part, slot: SlotDefinition) -> JsonValue:
    """Read a value written for a slot, e.g. in `set_slots`, as the slot's type has it."""
    if part.is_null:
        return None
    word = (part.text or "").lower()
    if slot.type == "bool":
        if word not in TRUE_WORDS | FALSE_WORDS:
            reader.error(part, f"slot {slot.name} is a bool; write true, false or null")
        return word in TRUE_WORDS
    if slot.type == "list" and not part.is_list:
        reader.error(part, f"slot {slot.name} is a list; write [a, b]")
    if slot.type == "text":
        if part.text is None:
            reader.error(part, f"slot {slot.name} holds a text")
        return part.text
    if slot.type == "categorical" and part.text is not None:
        return _category(reader, part, slot)
    return _number_or_any(reader, part, slot)


def _category(reader: Reader, part: Part, slot: SlotDefinition) -> JsonValue:
    for value in slot.values:
        if value.lower() == (part.text or "").lower():
            return value
    reader.error(part, f"slot {slot.name} has the values {', '.join(slot.values)}")
    return None


def _number_or_any(reader: Reader, part: Part, slot: SlotDefinition) -> JsonValue:
    value = as_json(part)
    if slot.type == "float" and (isinstance(value, bool) or not isinstance(value, int | float)):
        reader.error(part, f"slot {slot.name} is a number; write digits without quotes")
        return None
    return value


def _add_slot(reader: Reader, domain: Domain, name: str, part: Part, place: Place) -> None:
    if name in domain.places:
        first = domain.places[name]
        message = f'slot "{name}" is also in {first.file}:{first.line}; keep one'
        reader.problems.error(place, message)
        return
    domain.places[name] = place
    keys = reader.known(part, f"slot {name}", _SLOT_KEYS, _UNSUPPORTED)
    kind = reader.choice(keys.get("type"), "type", _TYPES) or "text"
    if "type" not in keys:
        reader.error(part, "type is missing; write type: text")
    mapped = _mappings(reader, keys.get("mappings"), domain)
    _validation(reader, domain, name, keys.get("validation"))
    values = reader.words(keys.get("values"), "values")
    if kind == "categorical" and not values:
        reader.error(part, "a categorical slot needs values: [a, b]")
    meta = keys.get("metadata")
    _check_metadata(reader, meta)
    slot = SlotDefinition(
        name=SlotName(name),
        type=cast("SlotType", kind),
        values=values,
        kind=_meta_kind(reader, meta) or _DEFAULT_KIND.get(kind, "text"),
        mask=_mask(reader, meta),
        entities=mapped.entities,
        intents=mapped.intents,
        only_in=mapped.only_in,
        words=reader.words(meta.child("words"), "a word") if meta is not None else (),
        choices=_choices(reader, meta, values),
    )
    initial = keys.get("initial_value")
    if initial is not None:
        slot = replace(slot, initial_value=fit_value(reader, initial, slot))
    domain.slots[slot.name] = slot


def _check_metadata(reader: Reader, meta: Part | None) -> None:
    """Foreign metadata is left alone; what looks like a slip of ours is pointed at."""
    if meta is None:
        return
    for key, _ in meta.children():
        hint = did_you_mean(key, _METADATA)
        if key not in _METADATA and hint.startswith("; did"):
            reader.problems.warn(meta.key_place(key), f'"{key}" has no meaning here{hint}')


def _choices(
    reader: Reader, meta: Part | None, values: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """Words for each value of a categorical slot, or for special values of a text slot."""
    part = meta.child("choices") if meta is not None else None
    found: dict[str, tuple[str, ...]] = {}
    for value, item in reader.mapping(part, "choices").items() if part is not None else []:
        if values and value not in values:
            place = item.place
            hint = did_you_mean(value, values)
            reader.problems.error(place, f'"{value}" is not among the values{hint}')
        found[value] = reader.words(item, "a word")
    return found


def _meta_kind(reader: Reader, meta: Part | None) -> str | None:
    return reader.name(meta.child("kind"), "kind") if meta is not None else None


def _mask(reader: Reader, meta: Part | None) -> Literal["none", "tail", "phone", "secret"]:
    part = meta.child("mask") if meta is not None else None
    chosen = reader.choice(part, "mask", _MASKS) or "none"
    return cast("Literal['none', 'tail', 'phone', 'secret']", chosen)


@dataclass(frozen=True, slots=True)
class _Mapped:
    """What fills a slot besides the question for it."""

    entities: tuple[str, ...]
    intents: dict[str, JsonValue]
    only_in: frozenset[str]


def _validation(reader: Reader, domain: Domain, name: str, part: Part | None) -> None:
    """Rasa's real-time validation: its rejections hold wherever the slot is collected."""
    if part is None:
        return
    keys = reader.known(part, "validation", ("rejections", "refill_utter"))
    if "rejections" in keys:
        domain.validations[name] = keys["rejections"]
    if "refill_utter" in keys:
        place = part.key_place("refill_utter")
        reader.problems.warn(place, "refill_utter is not used; the usual question is asked again")


def _mappings(reader: Reader, part: Part | None, domain: Domain) -> _Mapped:
    entities: list[str] = []
    intents: dict[str, JsonValue] = {}
    flows: set[str] = set()
    for item in reader.elements(part, "mappings") if part is not None else []:
        type_part = item.child("type")
        if type_part is None:
            reader.error(item, "a mapping needs type: from_entity, from_intent, from_llm, …")
            continue
        kind = reader.choice(type_part, "type", _MAPPINGS)
        if kind is None:
            continue
        keys = reader.known(item, f"mapping {kind}", (*_MAPPING_SHARED, *_MAPPINGS[kind]))
        _point_at_unused(reader, item, keys)
        flows |= _flows_of(reader, keys.get("conditions"))
        if kind == "from_entity":
            entities.extend(_required_names(reader, item, keys.get("entity"), "entity"))
        elif kind == "from_intent":
            value = as_json(keys["value"]) if "value" in keys else True
            names = _required_names(reader, item, keys.get("intent"), "intent")
            intents.update(dict.fromkeys(names, value))
    domain.entities.update(entities)
    return _Mapped(tuple(dict.fromkeys(entities)), intents, frozenset(flows))


def _point_at_unused(reader: Reader, item: Part, keys: Mapping[str, Part]) -> None:
    for key, instead in _UNUSED.items():
        if key in keys:
            reader.problems.warn(item.key_place(key), f'"{key}" is not used; {instead}')


def _flows_of(reader: Reader, part: Part | None) -> set[str]:
    """`conditions: [{active_flow: f}]`; a form (`active_loop`) does not exist here."""
    found: set[str] = set()
    for item in reader.elements(part, "conditions") if part is not None else []:
        keys = reader.known(
            item, "a condition", ("active_flow",), {"active_loop": "forms are Rasa before CALM"}
        )
        flow = reader.name(keys.get("active_flow"), "active_flow")
        found |= {flow} if flow is not None else set()
    return found


def _required_names(reader: Reader, holder: Part, part: Part | None, what: str) -> tuple[str, ...]:
    if part is None:
        reader.error(holder, f"{what} is missing")
        return ()
    return reader.words(part, what)


def _action(reader: Reader, part: Part) -> str | None:
    """An action name; Rasa also allows `- name: {send_domain: true}`."""
    if part.is_mapping:
        return next((key for key, _ in part.children()), None)
    return reader.name(part, "action")


def _names(reader: Reader, parts: Iterable[Part], what: str) -> set[str]:
    found: set[str] = set()
    for part in parts:
        for item in reader.elements(part, what):
            if item.is_mapping:
                found.update(key for key, _ in item.children())
            else:
                name = reader.text(item, what)
                found |= {name} if name is not None else set()
    return found
