"""The fields every event has, and the stack frame."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from assistant.model.frozen import Facts, Frozen
from assistant.model.ids import Fingerprint, FlowId, FrameId, StepId


class BaseEvent(Frozen):
    """Fields every event has.

    Attributes:
        at: When it happened, UTC, from the Clock port.
        turn: Number of the customer turn it belongs to, from 1; 0 before the first.
        release: Fingerprint of the content that was in force.
    """

    shown: ClassVar[bool] = False

    at: AwareDatetime
    turn: int
    release: Fingerprint


class Frame(Frozen):
    """One entry of the dialogue stack.

    Attributes:
        frame_id: Stable within the conversation; part of the idempotency key, so a task
            started again is a new intent and a retried one is not.
        step: Step it stands at; None before the first.
        kind: `flow` by the customer, `call` from another flow, `pattern` for a repair.
        context: What `context.…` reads in conditions and responses.
    """

    frame_id: FrameId
    flow: FlowId
    step: StepId | None = None
    kind: Literal["flow", "call", "pattern"] = "flow"
    context: Facts = {}
