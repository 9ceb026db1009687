"""How tasks went on: flows, the stack, slots and questions."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import JsonValue

from assistant.model.commands import SetSlot, Span
from assistant.model.events.base import BaseEvent, Frame
from assistant.model.frozen import Frozen
from assistant.model.ids import ActionName, FlowId, FrameId, SlotName, StepId


class FlowStarted(BaseEvent):
    """A task began."""

    shown: ClassVar[bool] = True
    type: Literal["flow_started"] = "flow_started"
    flow: FlowId
    frame_id: FrameId


class FlowCompleted(BaseEvent):
    """A task reached its end.

    Attributes:
        step: Id of the last step.
    """

    shown: ClassVar[bool] = True
    type: Literal["flow_completed"] = "flow_completed"
    flow: FlowId
    frame_id: FrameId
    step: StepId | None = None


class FlowCancelled(BaseEvent):
    """A task was given up.

    Attributes:
        reason: `customer`, `step_up_failed`, `handoff`, `replaced`.
    """

    shown: ClassVar[bool] = True
    type: Literal["flow_cancelled"] = "flow_cancelled"
    flow: FlowId
    frame_id: FrameId
    reason: str


class FlowInterrupted(BaseEvent):
    """A task waits under another."""

    shown: ClassVar[bool] = True
    type: Literal["flow_interrupted"] = "flow_interrupted"
    flow: FlowId
    frame_id: FrameId


class FlowResumed(BaseEvent):
    """A waiting task goes on."""

    shown: ClassVar[bool] = True
    type: Literal["flow_resumed"] = "flow_resumed"
    flow: FlowId
    frame_id: FrameId


class StackChanged(BaseEvent):
    """The dialogue stack, bottom first, after whatever just happened."""

    type: Literal["stack_changed"] = "stack_changed"
    stack: tuple[Frame, ...]


class SlotSet(BaseEvent):
    """A slot got a value; None clears it.

    Attributes:
        origin: `customer`, `flow`, `action`, `reset`.
        span: Where in the message the words stand, for the read-back.
    """

    shown: ClassVar[bool] = True
    type: Literal["slot_set"] = "slot_set"
    slot: SlotName
    value: JsonValue
    origin: Literal["customer", "flow", "action", "reset"]
    span: Span | None = None


class SlotCorrected(BaseEvent):
    """The customer replaced a value."""

    shown: ClassVar[bool] = True
    type: Literal["slot_corrected"] = "slot_corrected"
    slot: SlotName
    old: JsonValue
    value: JsonValue
    span: Span | None = None


class Asked(BaseEvent):
    """A question is open; None closes it.

    Attributes:
        confirms: Action whose read-back this question is.
        digest: SHA-256 over that action's arguments as read back.
    """

    type: Literal["asked"] = "asked"
    slot: SlotName | None
    frame_id: FrameId | None = None
    confirms: ActionName | None = None
    digest: str | None = None


class Confirmed(BaseEvent):
    """The customer said yes to exactly one read-back.

    Attributes:
        digest: SHA-256 over the arguments that were read back.
        again: A second yes to the same, in a later message.
    """

    type: Literal["confirmed"] = "confirmed"
    action: ActionName
    digest: str
    frame_id: FrameId
    again: bool = False


class PlanItem(Frozen):
    """One wish of a message that held several.

    Attributes:
        question: A question instead of a task.
        values: Slots the customer gave for this task, applied when it begins.
        dropped: The customer took it off the list.
    """

    flow: FlowId | None = None
    question: str | None = None
    values: tuple[SetSlot, ...] = ()
    dropped: bool = False


class PlanChanged(BaseEvent):
    """Several wishes, carried out one after another in the order they were said.

    Attributes:
        items: All of them, the finished ones too: "the second one" counts from the first.
        index: Of the item under way.
        frame_id: Frame of that item; the next begins when it has left the stack.
    """

    type: Literal["plan_changed"] = "plan_changed"
    items: tuple[PlanItem, ...]
    index: int = 0
    frame_id: FrameId | None = None


class Clarified(BaseEvent):
    """We asked which of a few tasks was meant."""

    shown: ClassVar[bool] = True
    type: Literal["clarified"] = "clarified"
    options: tuple[FlowId, ...]
