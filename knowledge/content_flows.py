"""Flows: the flow-level keys, and what must hold between a flow's keys and its steps."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from assistant.model.assurance import Assurance
from assistant.model.flow import PATTERN_PREFIX, CollectStep, Flow, NluTrigger, SetSlotsStep
from assistant.model.ids import FlowId, SlotName, StepId
from knowledge.content_locale import SIMPLIFIED, completed, translations
from knowledge.content_names import Names, condition
from knowledge.content_problems import Place, did_you_mean
from knowledge.content_rasa import PATTERNS_NOT_RUN
from knowledge.content_reading import Reader
from knowledge.content_steps import Flattener
from knowledge.content_yaml import Part

_KEYS: Final = (
    "name",
    "description",
    "if",
    "nlu_trigger",
    "always_include_in_prompt",
    "run_pattern_completed",
    "persisted_slots",
    "steps",
    "metadata",
    "translation",
)
_UNSUPPORTED: Final = {
    "agent": "autonomous agents are not run; write steps",
    "mcp_server": "write an action and call it with `action:`",
    "file_path": "remove it; the file is known",
}
_TOP_LEVEL: Final = 4


@dataclass(slots=True)
class FlowSource:
    """A flow and where its pieces stand.

    Attributes:
        part: The whole flow.
        place: Its first line.
        steps: Where each step stands.
    """

    flow: Flow
    part: Part
    place: Place
    steps: Mapping[StepId, Part] = field(default_factory=dict)


def read_flows(
    parts: list[Part], names: Names, replaced: Set[FlowId] = frozenset()
) -> dict[FlowId, FlowSource]:
    """Read every flow of one folder; the same id twice is an error.

    Args:
        parts: The `flows` sections.
        names: The reader and what may be named.
        replaced: Flows that are left out, because the pack has its own.
    """
    found: dict[FlowId, FlowSource] = {}
    problems = names.reader.problems
    for part in parts:
        for key, item in names.reader.mapping(part, "flows").items():
            if key in replaced:
                continue
            place = part.key_place(key)
            if key in PATTERNS_NOT_RUN:
                problems.warn(place, f'"{key}" is not run; {PATTERNS_NOT_RUN[key]}')
                continue
            first = found.get(FlowId(key))
            if first is not None:
                where = f"{first.place.file}:{first.place.line}"
                problems.error(place, f'flow "{key}" is also in {where}; keep one')
                continue
            if not key.replace("-", "_").isidentifier() and not key.isalnum():
                problems.error(place, "flow ids hold only letters, digits, _ and -")
            found[FlowId(key)] = _flow(names, FlowId(key), item, place)
    return found


def _flow(names: Names, flow_id: FlowId, part: Part, place: Place) -> FlowSource:
    reader = names.reader
    keys = reader.known(part, f"flow {flow_id}", _KEYS, _UNSUPPORTED)
    description = reader.text(keys.get("description"), "description")
    if "description" not in keys:
        reader.problems.error(place, "description is missing; say what the customer wants")
    metadata = reader.free_mapping(keys.get("metadata"), "metadata")
    flattener = Flattener(reader, names.known)
    steps = keys.get("steps")
    if steps is None:
        reader.problems.error(place, "steps are missing")
    first = flattener.flatten(steps) if steps is not None else StepId("")
    flow = Flow(
        id=flow_id,
        name=_name(reader, flow_id, keys),
        description=(description or "").strip(),
        steps=flattener.steps,
        first=first,
        guard=condition(names, keys.get("if")),
        nlu_triggers=_triggers(reader, keys.get("nlu_trigger")),
        persisted_slots=_persisted(reader, keys.get("persisted_slots"), flattener),
        run_pattern_completed=reader.flag(
            keys.get("run_pattern_completed"), "run_pattern_completed", default=True
        ),
        start_level=_start_level(reader, keys.get("metadata")),
        metadata=metadata,
        source=f"{place.file}:{place.line}",
    )
    reader.flag(keys.get("always_include_in_prompt"), "always_include_in_prompt", default=False)
    return FlowSource(flow, part, place, flattener.parts)


def _name(reader: Reader, flow_id: FlowId, keys: Mapping[str, Part]) -> dict[str, str]:
    """The name by locale; other languages stand in `translation` or in `metadata.name`."""
    written = reader.text(keys.get("name"), "name")
    plain = written.strip() if written else flow_id.removeprefix(PATTERN_PREFIX).replace("_", " ")
    meta = keys.get("metadata")
    named = meta.child("name") if meta is not None else None
    others = translations(reader, keys.get("translation"), "name", "name")
    others |= translations(reader, named, "name", "name")
    return completed({SIMPLIFIED: plain, reader.language: plain, **others})


def _start_level(reader: Reader, meta: Part | None) -> Assurance:
    part = meta.child("start_level") if meta is not None else None
    level = reader.whole(part, "start_level", 0, _TOP_LEVEL)
    return Assurance(level or 0)


def _triggers(reader: Reader, part: Part | None) -> tuple[NluTrigger, ...]:
    found = []
    for item in reader.elements(part, "nlu_trigger") if part is not None else []:
        keys = reader.known(item, "a trigger", ("intent",))
        intent = keys.get("intent")
        if intent is None:
            reader.error(item, "a trigger needs intent")
            continue
        if not intent.is_mapping:
            name, threshold = reader.text(intent, "intent"), None
        else:
            inner = reader.known(intent, "intent", ("name", "confidence_threshold"))
            name, threshold = (
                reader.text(inner.get("name"), "name"),
                inner.get("confidence_threshold"),
            )
            if "name" not in inner:
                reader.error(intent, "the intent has no name")
        if name is not None:
            found.append(NluTrigger(name, reader.share(threshold, "confidence_threshold") or 0.0))
    return tuple(found)


def _persisted(reader: Reader, part: Part | None, flattener: Flattener) -> frozenset[SlotName]:
    """Slots kept after the end; each must be filled by a step of the flow (Rasa's rule)."""
    if part is None:
        return frozenset()
    for reset in flattener.resets:
        reader.error(reset, "reset_after_flow_ends and persisted_slots do not mix; keep the latter")
    filled = _filled(flattener)
    kept = set()
    for item in reader.elements(part, "persisted_slots"):
        name = reader.name(item, "slot")
        if name is None:
            continue
        if name not in filled:
            hint = did_you_mean(name, filled)
            reader.error(item, f'no collect or set_slots step of this flow fills "{name}"{hint}')
        kept.add(SlotName(name))
    return frozenset(kept)


def _filled(flattener: Flattener) -> set[str]:
    names: set[str] = set()
    for step in flattener.steps.values():
        if isinstance(step, SetSlotsStep):
            names |= set(step.values)
        elif isinstance(step, CollectStep):
            names.add(step.slot)
    return names
