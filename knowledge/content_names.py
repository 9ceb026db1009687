"""Names a flow may use: slots, responses and actions, and the checks that they exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from assistant.model.ids import ActionName, SlotName
from assistant.model.predicate import Predicate
from assistant.model.release import SlotDefinition
from knowledge.content_domain import fit_value
from knowledge.content_problems import did_you_mean
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part, as_json

CONDITION_NAMES: Final = frozenset({"slots", "context", "facts"})
ENGINE_SLOTS: Final = frozenset({"outcome", "reason"})
"""Slots the engine fills after each action; no domain needs to declare them."""
BUILT_IN_ACTIONS: Final = frozenset(
    {
        "action_listen",
        "action_cancel_flow",
        "action_cancel_interrupted_flows",
        "action_clarify_flows",
        "action_confirmed_again",
        "action_continue_interrupted_flow",
        "action_correct_flow_slot",
        "action_match_identity",
        "action_not_confirmed_again",
        "action_repeat_bot_messages",
        "action_request_handoff",
        "action_scam_contact",
        "action_order_erasure",
        "action_prepare_export",
        "action_read_register",
        "action_send_code",
        "action_withdraw_review",
        "action_session_start",
        "action_step_up_failed",
        "action_go_on",
        "action_stop_risky_task",
        "action_trigger_search",
        "action_last_outcome",
        "action_offer_compensation",
        "action_verify_code",
        "recommend_product",
    }
)
"""Actions the engine does itself, for checks without an engine; a test holds the two equal."""


@dataclass(frozen=True, slots=True)
class Known:
    """Names that steps may use.

    Attributes:
        domain_actions: Actions a domain file lists.
        gateway_knows: Whether the gateway has an action.
        validations: Slot to the `rejections` its definition holds.
    """

    slots: Mapping[SlotName, SlotDefinition]
    responses: Set[str]
    domain_actions: Set[str]
    gateway_knows: Callable[[ActionName], bool]
    validations: Mapping[str, Part] = field(default_factory=dict)

    def has_action(self, name: str) -> bool:
        """Whether somebody can run it."""
        listed = name in self.domain_actions or name in BUILT_IN_ACTIONS
        return listed or self.gateway_knows(ActionName(name))


@dataclass(frozen=True, slots=True)
class Names:
    """A reader together with the names it may meet."""

    reader: Reader
    known: Known


def slot_condition(names: Names, part: Part | None, spaces: Set[str]) -> Predicate | None:
    """Read a condition over some namespaces; every `slots.x` in it must be a slot."""
    reader, slots = names.reader, names.known.slots
    predicate = reader.condition(part, spaces)
    if predicate is None or part is None:
        return None
    alone = 1
    for name in sorted(predicate.names()):
        if len(name) == alone:
            reader.error(part, f'"{name[0]}" needs a name after it, for example {name[0]}.card')
        elif name[0] == "slots" and name[1] not in slots and name[1] not in ENGINE_SLOTS:
            reader.missing(part, f'there is no slot "{name[1]}"{did_you_mean(name[1], slots)}')
    return predicate


def condition(names: Names, part: Part | None) -> Predicate | None:
    """Read a condition of a flow."""
    return slot_condition(names, part, CONDITION_NAMES)


def slot_values(reader: Reader, part: Part, known: Known) -> dict[SlotName, JsonValue]:
    """`set_slots` is a list of one-entry mappings, or one mapping."""
    holders = list(part.elements()) if part.is_list else [part]
    found: dict[SlotName, JsonValue] = {}
    for holder in holders:
        for name, item in reader.mapping(holder, "set_slots").items():
            slot = known.slots.get(SlotName(name))
            if slot is not None:
                found[slot.name] = fit_value(reader, item, slot)
            elif name in ENGINE_SLOTS:
                found[SlotName(name)] = as_json(item)
            else:
                hint = did_you_mean(name, known.slots)
                place = holder.key_place(name)
                reader.problems.missing(place, f'there is no slot "{name}"{hint}')
    return found


def slot_of(reader: Reader, part: Part, known: Known) -> SlotDefinition | None:
    """The slot a collect step names; a missing one is reported."""
    name = reader.name(part, "collect")
    if name is None:
        return None
    slot = known.slots.get(SlotName(name))
    if slot is None:
        hint = did_you_mean(name, known.slots)
        reader.missing(part, f'there is no slot "{name}"; add it to the domain{hint}')
    return slot


def check_action(reader: Reader, part: Part, name: str, known: Known) -> None:
    """Report a response or an action that nobody has."""
    if name.startswith("utter_"):
        if name not in known.responses:
            hint = did_you_mean(name, known.responses)
            reader.missing(part, f'there is no response "{name}"{hint}')
    elif not known.has_action(name):
        hint = did_you_mean(name, {*known.domain_actions, *known.responses})
        reader.missing(part, f'no action "{name}" in the domain or behind the gateway{hint}')
