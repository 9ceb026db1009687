"""What a turn shows to a test: the internal events, in the words Rasa's assertions use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import JsonValue

from assistant.model.events import (
    Abstained,
    ActionFinished,
    Answered,
    Clarified,
    CodeSent,
    Event,
    FlowCancelled,
    FlowCompleted,
    FlowStarted,
    Frame,
    HandoffRequested,
    Said,
    SlotCorrected,
    SlotSet,
    StackChanged,
    StepUpFailed,
    StepUpPassed,
)
from assistant.model.message import Button

Kind = Literal[
    "flow_started",
    "flow_completed",
    "flow_cancelled",
    "clarification",
    "action",
    "slot",
    "utterance",
]

_BUILT_IN: Final[dict[type, str]] = {
    Answered: "action_trigger_search",
    Abstained: "action_trigger_search",
    HandoffRequested: "action_request_handoff",
    CodeSent: "action_send_code",
    StepUpPassed: "action_verify_code",
    StepUpFailed: "action_verify_code",
}
"""Actions of the engine itself leave these events instead of `action_executed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that happened.

    Attributes:
        name: Flow id, action name, slot name or response key without `utter_`.
        step: Step a flow ended at.
        value: Value of a slot; options of a clarification.
        text: Words of an utterance.
    """

    kind: Kind
    name: str = ""
    step: str | None = None
    value: JsonValue = None
    text: str = ""
    buttons: tuple[Button, ...] = ()

    def __str__(self) -> str:
        """One short line for a report."""
        match self.kind:
            case "utterance":
                words = " ".join(self.text.split())
                return f"{self.name or '(free text)'}: {words[:120]}"
            case "slot":
                return f"{self.name} = {self.value!r}"
            case "clarification":
                return f"options {self.value}"
            case _:
                return f"{self.name} (step {self.step})" if self.step else self.name


def observe(events: Sequence[Event], before: Sequence[Frame] = ()) -> list[Observation]:
    """Everything assertions may speak of, oldest first.

    Args:
        events: Of one turn.
        before: The stack when the turn began, so that patterns opened earlier are not new.
    """
    seen: list[Observation] = []
    stack = tuple(before)
    for event in events:
        if isinstance(event, StackChanged):
            seen.extend(_patterns(stack, event.stack))
            stack = event.stack
        else:
            seen.extend(_of(event, stack))
    return seen


def _patterns(before: Sequence[Frame], after: Sequence[Frame]) -> Iterator[Observation]:
    """Rasa tells of its patterns as of any flow; our log tells of them by the stack alone."""
    known = {frame.frame_id for frame in before}
    left = {frame.frame_id for frame in after}
    for frame in after:
        if frame.kind == "pattern" and frame.frame_id not in known:
            yield Observation(kind="flow_started", name=frame.flow)
    for frame in before:
        if frame.kind == "pattern" and frame.frame_id not in left:
            yield Observation(kind="flow_completed", name=frame.flow, step=_last_step(frame))


def _of(event: Event, stack: Sequence[Frame]) -> Iterator[Observation]:
    match event:
        case FlowStarted():
            yield Observation(kind="flow_started", name=event.flow)
        case FlowCompleted():
            yield Observation(kind="flow_completed", name=event.flow, step=event.step)
        case FlowCancelled():
            at = next((f.step for f in stack if f.frame_id == event.frame_id), None)
            yield Observation(kind="flow_cancelled", name=event.flow, step=at)
        case SlotSet() | SlotCorrected():
            if event.value is not None:
                yield Observation(kind="slot", name=event.slot, value=event.value)
        case _:
            yield from _done_or_said(event)


def _done_or_said(event: Event) -> Iterator[Observation]:
    match event:
        case Clarified():
            yield Observation(kind="clarification", value=[str(flow) for flow in event.options])
        case ActionFinished():
            yield Observation(kind="action", name=event.action)
        case Said():
            part = event.part
            key = bare(part.response_key or "")
            yield Observation(kind="utterance", name=key, text=part.text, buttons=part.buttons)
        case _:
            if type(event) in _BUILT_IN:
                yield Observation(kind="action", name=_BUILT_IN[type(event)])


def bare(name: str) -> str:
    """A response's name without the `utter_` that files may or may not write."""
    return name.removeprefix("utter_")


def _last_step(frame: Frame) -> str | None:
    last = frame.context.get("last_step")
    return str(last) if last else frame.step
