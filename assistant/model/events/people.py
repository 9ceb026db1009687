"""Who speaks, how sure we are, and colleagues who help."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from assistant.model.assurance import Assurance
from assistant.model.events.base import BaseEvent
from assistant.model.ids import (
    ActionName,
    CustomerId,
    FlowId,
    FrameId,
    ReviewId,
    TicketId,
)


class SignedIn(BaseEvent):
    """The channel vouched for the customer.

    Attributes:
        session: Which sign-in of the customer it was.
    """

    type: Literal["signed_in"] = "signed_in"
    customer_id: CustomerId
    level: Assurance
    signed_in_at: AwareDatetime
    session: str = ""


class StepUpRequested(BaseEvent):
    """Fresh proof of identity was asked for.

    Attributes:
        proof: `phone`, `identity`, `card`, `code`.
        level: Level the proof leads to.
        purpose: What a one-time code is bound to.
    """

    shown: ClassVar[bool] = True
    type: Literal["step_up_requested"] = "step_up_requested"
    proof: str
    level: Assurance
    action: ActionName | None = None
    purpose: str | None = None
    target: str = "reserved"


class CodeSent(BaseEvent):
    """A one-time code went out; the code itself is never here.

    Attributes:
        target: `reserved`, or the slot of the number it went to.
    """

    type: Literal["code_sent"] = "code_sent"
    code_id: str
    purpose: str
    masked_phone: str
    expires_at: AwareDatetime
    target: str = "reserved"


class StepUpPassed(BaseEvent):
    """A proof held.

    Attributes:
        level: Level the customer has from now on.
        purpose: What a code was bound to; fresh for 5 minutes.
    """

    shown: ClassVar[bool] = True
    type: Literal["step_up_passed"] = "step_up_passed"
    proof: str
    level: Assurance
    customer_id: CustomerId | None = None
    purpose: str | None = None
    target: str = "reserved"


class StepUpFailed(BaseEvent):
    """A proof did not hold.

    Attributes:
        attempts_left: 0 ends the task and offers a person.
    """

    shown: ClassVar[bool] = True
    type: Literal["step_up_failed"] = "step_up_failed"
    proof: str
    reason: str
    attempts_left: int


class ReviewRequested(BaseEvent):
    """A colleague is to see the customer by video and decide; nothing was done yet.

    Attributes:
        ticket: What the customer may name when they ask how it stands.
        position: Place among those that wait, from 1.
    """

    shown: ClassVar[bool] = True
    type: Literal["review_requested"] = "review_requested"
    ticket: ReviewId
    action: ActionName
    flow: FlowId
    frame_id: FrameId | None = None
    position: int = 0


class ReviewCalled(BaseEvent):
    """A colleague tried to see the customer, and what came of it.

    Attributes:
        call_id: "" when the video system was out of order, so that nobody was called.
        system: Which system called; a sandbox says so.
        face: Verdict of the face check, `unavailable` when it was out of order; "" without one.
        score: Likeness, thousandths.
    """

    type: Literal["review_called"] = "review_called"
    ticket: ReviewId
    call_id: str
    state: Literal["answered", "not_answered", "declined", "dropped", "unavailable"]
    system: str = ""
    face: Literal["match", "mismatch", "not_live", "unclear", "unavailable", ""] = ""
    face_system: str = ""
    score: int | None = None


class ReviewDecided(BaseEvent):
    """It was decided; an approval is followed by the action's own end.

    Attributes:
        reason: Why it was refused, a name from the content; "" when none was given.
    """

    shown: ClassVar[bool] = True
    type: Literal["review_decided"] = "review_decided"
    ticket: ReviewId
    action: ActionName
    approved: bool
    reason: str = ""


class WokenUp(BaseEvent):
    """The customer was told how something done earlier has gone on.

    Attributes:
        wake_up: Which; it is told once.
    """

    type: Literal["woken_up"] = "woken_up"
    wake_up: str
    action: ActionName


class HandoffRequested(BaseEvent):
    """The conversation waits for a colleague.

    Attributes:
        position: Place in the queue, from 1.
        eta_s: Estimated wait, seconds.
    """

    shown: ClassVar[bool] = True
    type: Literal["handoff_requested"] = "handoff_requested"
    ticket: TicketId
    position: int
    eta_s: int
    reason: str


class HandoffAccepted(BaseEvent):
    """A colleague took over; the assistant is silent until it is handed back."""

    shown: ClassVar[bool] = True
    type: Literal["handoff_accepted"] = "handoff_accepted"
    ticket: TicketId
    colleague: str


class HandoffEnded(BaseEvent):
    """The colleague handed the conversation back to the assistant."""

    shown: ClassVar[bool] = True
    type: Literal["handoff_ended"] = "handoff_ended"
    ticket: TicketId
