"""Button payloads and typed shortcuts: they bypass understanding, not the guards.

`/intent`, `/intent{"entity": "value"}`, `/SetSlots(a=b, c=d)`, `/StartFlow(flow)` as Rasa writes
them; `/affirm` and the other names of commands; `/continue` says nothing and goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from pydantic import JsonValue

from assistant.model.commands import (
    Affirm,
    CancelFlow,
    CannotHandle,
    ChitChat,
    Command,
    Deny,
    Goodbye,
    GoOn,
    Greet,
    HumanHandoff,
    MoveTask,
    Repeat,
    SearchKnowledge,
    SetSlot,
    SkipQuestion,
    StartFlow,
    Thanks,
    Wait,
)
from assistant.model.flow import Flow
from assistant.model.ids import FlowId, SlotName
from assistant.model.release import Release, SlotDefinition
from assistant.model.tracker import Tracker

_CALL = re.compile(r"^/(SetSlots|StartFlow|CancelFlow|Search)\((.*)\)$", re.DOTALL)
_INTENT = re.compile(r"^/([\w.-]+)\s*(\{.*\})?$", re.DOTALL)
_PAIR = re.compile(r"\s*([\w-]+)\s*=\s*(\"(?:\\.|[^\"])*\"|'(?:\\.|[^'])*'|[^,]*)\s*(?:,|$)")
_SIMPLE: dict[str, Command] = {
    "affirm": Affirm(),
    "deny": Deny(),
    "cancel": CancelFlow(),
    "cancel_flow": CancelFlow(),
    "repeat": Repeat(),
    "wait": Wait(),
    "skip": SkipQuestion(),
    "skip_question": SkipQuestion(),
    "greet": Greet(),
    "thanks": Thanks(),
    "goodbye": Goodbye(),
    "chitchat": ChitChat(),
    "human_handoff": HumanHandoff(),
    "go_on": GoOn(),
    "move_task": MoveTask(),
}


def is_payload(text: str) -> bool:
    """Whether the text is a payload rather than words."""
    return bool(_CALL.match(text) or _INTENT.match(text))


def button_named(text: str, tracker: Tracker) -> str | None:
    """The payload of a button on offer whose title was typed instead of pressed."""
    title = text.strip().strip("。.！!")
    for said in tracker.last_said():
        for button in said.part.buttons:
            is_ours = is_payload(button.payload) and button.payload != "/sign_in"
            if button.title == title and is_ours:
                return button.payload
    return None


def read_payload(text: str, release: Release, asked: SlotName | None = None) -> tuple[Command, ...]:
    """The commands of a payload; an unknown one is `cannot_handle`.

    Args:
        text: Starts with "/".
        release: Names the flows, slots and triggers.
        asked: Slot of the open question.
    """
    if text == "/continue":
        return ()
    answer = _plain_answer(text, release, asked)
    if answer is not None:
        return (answer,)
    call = _CALL.match(text)
    if call:
        return _call(call[1], call[2], release)
    intent = _INTENT.match(text)
    if not intent:
        return (CannotHandle(reason="unknown_payload"),)
    return _intent(intent[1], intent[2], release)


def _plain_answer(text: str, release: Release, asked: SlotName | None) -> Command | None:
    """`/SetSlots(confirm=true)` pressed below its own question is a plain yes, not a value."""
    call = _CALL.match(text)
    definition = release.slots.get(asked) if asked is not None else None
    if call is None or call[1] != "SetSlots" or definition is None or definition.type != "bool":
        return None
    pairs = [pair for pair in _PAIR.finditer(call[2]) if pair[1]]
    if len(pairs) != 1 or pairs[0][1] != asked:
        return None
    return Affirm() if fit(_unquote(pairs[0][2]), definition) is True else Deny()


def _call(name: str, inside: str, release: Release) -> tuple[Command, ...]:
    if name == "SetSlots":
        commands = tuple(
            _set(SlotName(pair[1]), _unquote(pair[2]), release)
            for pair in _PAIR.finditer(inside)
            if pair[1] in release.slots
        )
        return commands or (CannotHandle(reason="unknown_payload"),)
    if name == "Search":
        return (SearchKnowledge(question=str(_unquote(inside))),)
    flow = release.flows.get(FlowId(inside.strip()))
    if flow is None or flow.is_pattern:
        return (CannotHandle(reason="unknown_payload"),)
    return (CancelFlow(flow=flow.id),) if name == "CancelFlow" else (StartFlow(flow=flow.id),)


def _intent(name: str, entities: str | None, release: Release) -> tuple[Command, ...]:
    values = _entities(entities, release)
    if name in _SIMPLE:
        return (_SIMPLE[name],)
    if name == "search_knowledge":
        return (CannotHandle(reason="unknown_payload"),)
    flow = flow_for_intent(name, release)
    if flow is not None:
        return (StartFlow(flow=flow.id), *values)
    slots = slots_for_intent(name, release)
    return (*slots, *values) or (CannotHandle(reason="unknown_payload"),)


def flow_for_intent(intent: str, release: Release, confidence: float = 1.0) -> Flow | None:
    """The flow an intent starts: by `nlu_trigger`, or the flow of the same name."""
    for flow in release.flows.values():
        for trigger in flow.nlu_triggers:
            if trigger.intent == intent and confidence >= trigger.confidence_threshold:
                return flow
    named = release.flows.get(FlowId(intent))
    return None if named is None or named.is_pattern else named


def slots_for_intent(
    intent: str, release: Release, active: Collection[FlowId] | None = None
) -> tuple[SetSlot, ...]:
    """Slots whose mapping `from_intent` names the intent.

    Args:
        intent: What was meant, or pressed.
        release: The content in force.
        active: Flows under way, for mappings with a condition; None asks no condition.
    """
    return tuple(
        SetSlot(slot=name, value=definition.intents[intent])
        for name, definition in release.slots.items()
        if intent in definition.intents
        and (active is None or not definition.only_in or definition.only_in & {*active})
    )


def _entities(text: str | None, release: Release) -> tuple[Command, ...]:
    if not text:
        return ()
    try:
        entities = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    return tuple(
        _set(name, value, release)
        for entity, value in entities.items()
        for name, definition in release.slots.items()
        if entity in definition.entities or entity == name
    )


def _set(slot: SlotName, value: JsonValue, release: Release) -> SetSlot:
    return SetSlot(slot=slot, value=fit(value, release.slots[slot]))


def fit(value: JsonValue, definition: SlotDefinition) -> JsonValue:
    """A value as the slot's type has it."""
    if definition.type == "bool" and isinstance(value, str):
        return value.strip().lower() in {"true", "yes", "1", "是"}
    if definition.type == "float" and isinstance(value, str):
        written = value.strip()
        is_number = re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", written) is not None
        return (float(written) if "." in written else int(written)) if is_number else value
    if isinstance(value, str) and value.strip().lower() in {"null", "none"}:
        return None
    return value


def _unquote(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text
