"""Collect steps: which slot, what asks for it, what is not accepted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from assistant.model.flow import BaseStep, CollectStep, Rejection
from assistant.model.ids import ResponseKey
from assistant.model.release import SlotDefinition
from knowledge.content_names import Names, check_action, condition, slot_of
from knowledge.content_problems import did_you_mean
from knowledge.content_yaml import Part

COLLECT_KEYS: Final = (
    "utter",
    "ask_before_filling",
    "rejections",
    "force_slot_filling",
    "silence_timeout",
    "dtmf",
    "reset_after_flow_ends",
)
_LONGEST_SILENCE_S: Final = 600


def collect_step(names: Names, keys: Mapping[str, Part], base: BaseStep) -> CollectStep | None:
    """Read a collect step.

    Args:
        names: The reader and what may be named.
        keys: The entries of the step.
        base: What every step has, already read.
    """
    reader, known = names.reader, names.known
    slot = slot_of(reader, keys["collect"], known)
    if slot is None:
        return None
    _check_confirms(names, keys.get("metadata"))
    _check_silence(names, keys.get("silence_timeout"))
    reset = keys.get("reset_after_flow_ends")
    always = reader.flag(keys.get("ask_before_filling"), "ask_before_filling", False)
    return CollectStep(
        id=base.id,
        next=base.next,
        metadata=base.metadata,
        slot=slot.name,
        utter=_question(names, keys, slot, always=always),
        ask_before_filling=always,
        force_slot_filling=reader.flag(keys.get("force_slot_filling"), "force_slot_filling", False),
        reset_after_flow_ends=reader.flag(reset, "reset_after_flow_ends", True),
        rejections=(
            *_rejections(names, known.validations.get(slot.name)),
            *_rejections(names, keys.get("rejections")),
        ),
    )


def _check_confirms(names: Names, metadata: Part | None) -> None:
    """`metadata.confirms` names the action this question is the read-back of."""
    part = metadata.child("confirms") if metadata is not None else None
    action = names.reader.name(part, "confirms")
    if part is not None and action is not None:
        check_action(names.reader, part, action, names.known)


def _check_silence(names: Names, part: Part | None) -> None:
    """Seconds of silence on the line, one number or one for each channel."""
    if part is None:
        return
    values = [item for _, item in part.children()] if part.is_mapping else [part]
    for value in values:
        if names.reader.whole(value, "silence_timeout", 1, _LONGEST_SILENCE_S) is None:
            names.reader.error(part, "silence_timeout is in seconds, for example 15")


def _question(
    names: Names, keys: Mapping[str, Part], slot: SlotDefinition, *, always: bool
) -> ResponseKey:
    reader, known = names.reader, names.known
    written = keys.get("utter")
    if written is not None:
        name = reader.name(written, "utter")
        if name is not None:
            check_action(reader, written, name, known)
        return ResponseKey(name or "")
    says, does = f"utter_ask_{slot.name}", f"action_ask_{slot.name}"
    if says in known.responses:
        if does in known.domain_actions:
            reader.error(keys["collect"], f"both {says} and {does} ask; choose one with `utter:`")
        return ResponseKey(says)
    if known.has_action(does):
        return ResponseKey(does)
    if always or slot.initial_value is None:
        hint = did_you_mean(says, known.responses) if known.responses else ""
        hint = hint if hint.startswith("; did") else ""
        reader.missing(
            keys["collect"], f'nothing asks for it: no response "{says}", no action "{does}"{hint}'
        )
    return ResponseKey(says)


def _rejections(names: Names, part: Part | None) -> tuple[Rejection, ...]:
    reader, known = names.reader, names.known
    found = []
    for item in reader.elements(part, "rejections") if part is not None else []:
        keys = reader.known(item, "a rejection", ("if", "utter"))
        rule = condition(names, keys.get("if"))
        utter = reader.name(keys.get("utter"), "utter")
        if "if" not in keys or "utter" not in keys:
            reader.error(item, "a rejection needs `if` and `utter`")
        if utter is not None:
            check_action(reader, keys["utter"], utter, known)
        if rule is not None and utter is not None:
            found.append(Rejection(rule, ResponseKey(utter)))
    return tuple(found)
