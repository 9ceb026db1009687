"""Seeing a customer: a video call by the bank's own system, and a face compared by another.

Neither decides anything: a colleague does, with their results at hand.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

from assistant.model.frozen import Frozen
from assistant.model.ids import CustomerId, ReviewId

CallState = Literal["ringing", "answered", "not_answered", "declined", "dropped"]
FaceVerdict = Literal["match", "mismatch", "not_live", "unclear"]


class Call(Frozen):
    """One attempt to see the customer.

    Attributes:
        system: Which system made it, as told to colleagues and auditors; a sandbox says so.
        started_at: When it began to ring, UTC.
    """

    call_id: str
    review_id: ReviewId
    customer_id: CustomerId
    system: str
    state: CallState
    started_at: datetime


class FaceResult(Frozen):
    """A face in a call compared with the photograph the bank has.

    Attributes:
        verdict: `unclear`: the picture did not allow a comparison.
        score: Likeness, thousandths; None where the system gives none.
        system: Which system compared; a sandbox says so.
    """

    verdict: FaceVerdict
    system: str
    score: int | None = None


class VideoCalls(Protocol):
    """A system for video calls. Every call raises `VideoUnavailable` when it does not answer."""

    async def start(self, review_id: ReviewId, customer_id: CustomerId, colleague: str) -> Call:
        """Ring the customer; while a call of this review rings or lasts, that one is given."""
        ...

    async def find(self, call_id: str) -> Call | None:
        """How it stands; None when there is no such call."""
        ...

    async def hang_up(self, call_id: str) -> None:
        """End it; one that still rang was not answered. Nothing happens when it is over."""
        ...


class FaceChecks(Protocol):
    """A system that compares faces."""

    async def compare(self, call: Call) -> FaceResult:
        """Compare who is seen in an answered call with who the customer is.

        Raises:
            FaceCheckUnavailable: It does not answer, or cannot compare this customer.
        """
        ...
