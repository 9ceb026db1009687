"""What patterns can read about what happened: our names, and beside them those of Rasa's CALM.

A pattern of a foreign project reads `context.previous_flow_name`, `context.canceled_name`,
`context.names` and so on; names of flows are what the customer is told, in their language.
Source: Rasa's documentation of the default patterns and their stack frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from assistant.dialogue.log import TurnLog
from assistant.model.events import Frame
from assistant.model.flow import CollectStep
from assistant.model.frozen import Facts
from assistant.model.ids import FlowId, SlotName

_RASA_REASONS: Final = {
    "out_of_scope": "cannot_handle_not_supported",
    "not_supported": "cannot_handle_not_supported",
    "not_available": "cannot_handle_not_supported",
    "insult": "cannot_handle_chitchat",
}
"""Our reason to the nearest of Rasa's; the rest is Rasa's `cannot_handle_default`."""


def flow_name(log: TurnLog, flow: FlowId) -> str:
    """What the customer is told a task is called."""
    names = log.release.flows[flow].name
    return names.get(log.tracker.locale) or names.get("zh-Hans") or flow


def completed(log: TurnLog, flow: FlowId) -> Facts:
    """For `pattern_completed`."""
    return {"previous_flow": flow, "previous_flow_name": flow_name(log, flow)}


def interrupted(log: TurnLog, finished: FlowId) -> Facts:
    """For `pattern_continue_interrupted`: the tasks that wait, the next one first."""
    frames = [f for f in reversed(log.tracker.stack) if f.kind == "flow"]
    waiting = [frame.flow for frame in frames]
    names: list[JsonValue] = [flow_name(log, flow) for flow in waiting]
    ids: list[JsonValue] = [str(flow) for flow in waiting]
    return {
        **completed(log, finished),
        "interrupted_flow": waiting[0],
        "interrupted_flow_names": names,
        "interrupted_flow_ids": ids,
        "interrupted_flow_options": _joined([str(name) for name in names]),
        "multiple_flows_interrupted": len(waiting) > 1,
        **_recap(log, frames[0]),
    }


def _recap(log: TurnLog, frame: Frame) -> Facts:
    """What the waiting task knows and what it asks for next.

    `known` and `missing` are lists of `{"slot": …}`; who says them adds `label` and `words`.
    """
    flow, slots = log.release.flows[frame.flow], log.tracker.slots
    sayable = [slot for step in flow.collects() if _may_say(log, slot := step.slot)]
    known: list[JsonValue] = [
        {"slot": s} for s in dict.fromkeys(sayable) if slots.get(s) is not None
    ]
    step = flow.steps.get(frame.step) if frame.step is not None else None
    missing: list[JsonValue] = []
    if isinstance(step, CollectStep) and step.slot in sayable and slots.get(step.slot) is None:
        missing.append({"slot": step.slot})
    return {"known": known, "missing": missing, "waiting_facts": frame.context.get("facts") or {}}


def _may_say(log: TurnLog, slot: SlotName) -> bool:
    definition = log.release.slots.get(slot)
    return definition is not None and definition.type != "bool" and definition.mask != "secret"


def canceled(log: TurnLog, frame: Frame) -> Facts:
    """For `pattern_cancel_flow`."""
    return {
        "canceled_frame": frame.frame_id,
        "canceled_flow": frame.flow,
        "canceled_name": flow_name(log, frame.flow),
        "canceled_frames": [frame.frame_id],
        "task_waits": any(f.kind == "flow" and f != frame for f in log.tracker.stack),
    }


def clarification(log: TurnLog, options: Sequence[FlowId]) -> Facts:
    """For `pattern_clarification`."""
    names = [flow_name(log, flow) for flow in options]
    return {
        "options": [str(option) for option in options],
        "names": [*names],
        "clarification_options": _joined(names),
    }


def cannot_handle(reason: str, failures: int, *, asked: bool) -> Facts:
    """For `pattern_cannot_handle`."""
    return {
        "reason": reason,
        "rasa_reason": _RASA_REASONS.get(reason, "cannot_handle_default"),
        "failures": failures,
        "asked": asked,
    }


def _joined(names: Sequence[str]) -> str:
    return ", ".join(names)
