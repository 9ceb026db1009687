"""Video and face checks of the sandbox, and what stands where a bank has connected none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

from assistant.errors import FaceCheckUnavailable, VideoUnavailable
from assistant.model.ids import CustomerId, ReviewId
from assistant.ports import Clock, IdSource
from assistant.ports.seeing import Call, CallState, FaceResult, FaceVerdict

SANDBOX_VIDEO: Final = "sandbox video: nobody was seen"
SANDBOX_FACE: Final = "sandbox face check: no face was compared"

Behaviour = Literal["answers", "absent", "declines", "drops", "down"]


@dataclass(slots=True, kw_only=True)
class SandboxVideo:
    """Implements the VideoCalls port with customers who behave as told; nobody is seen.

    Attributes:
        behaviours: By customer; who is not named answers.
        rings: How long it rings before the customer does what they do.
    """

    clock: Clock
    ids: IdSource
    behaviours: dict[CustomerId, Behaviour] = field(default_factory=dict)
    rings: timedelta = timedelta(seconds=2)
    _calls: dict[str, Call] = field(default_factory=dict)

    async def start(self, review_id: ReviewId, customer_id: CustomerId, colleague: str) -> Call:
        """See the port."""
        if self.behaviours.get(customer_id) == "down":
            raise VideoUnavailable
        for known in list(self._calls):
            call = self._now(self._calls[known])
            if call.review_id == review_id and call.state in {"ringing", "answered"}:
                return call
        call = Call(
            call_id=self.ids.new("v"),
            review_id=review_id,
            customer_id=customer_id,
            system=SANDBOX_VIDEO,
            state="ringing",
            started_at=self.clock.now(),
        )
        self._calls[call.call_id] = call
        return call

    async def find(self, call_id: str) -> Call | None:
        """See the port."""
        call = self._calls.get(call_id)
        if call is None:
            return None
        if self.behaviours.get(call.customer_id) == "down":
            raise VideoUnavailable
        return self._now(call)

    async def hang_up(self, call_id: str) -> None:
        """See the port."""
        call = await self.find(call_id)
        if call is not None and call.state in {"ringing", "answered"}:
            over: CallState = "not_answered" if call.state == "ringing" else "dropped"
            self._calls[call_id] = call.model_copy(update={"state": over})

    def _now(self, call: Call) -> Call:
        """What the customer has done by now."""
        if call.state != "ringing" or self.clock.now() - call.started_at < self.rings:
            return call
        states: dict[Behaviour, CallState] = {
            "answers": "answered",
            "declines": "declined",
            "drops": "dropped",
        }
        behaviour = self.behaviours.get(call.customer_id, "answers")
        state = states.get(behaviour)
        if state is None:
            return call
        self._calls[call.call_id] = call.model_copy(update={"state": state})
        return self._calls[call.call_id]


@dataclass(frozen=True, slots=True)
class SandboxFace:
    """Implements the FaceChecks port with verdicts as told; no face is compared.

    Attributes:
        verdicts: By customer, None: out of order; who is not named matches.
    """

    verdicts: Mapping[CustomerId, FaceVerdict | None] = field(default_factory=dict)

    async def compare(self, call: Call) -> FaceResult:
        """See the port."""
        verdict = self.verdicts.get(call.customer_id, "match")
        if verdict is None:
            raise FaceCheckUnavailable
        return FaceResult(verdict=verdict, system=SANDBOX_FACE)


@dataclass(frozen=True, slots=True)
class NoVideo:
    """Implements the VideoCalls port where the bank has connected no system."""

    async def start(self, review_id: ReviewId, customer_id: CustomerId, colleague: str) -> Call:
        """See the port."""
        raise VideoUnavailable

    async def find(self, call_id: str) -> Call | None:
        """See the port."""
        return None

    async def hang_up(self, call_id: str) -> None:
        """See the port."""


@dataclass(frozen=True, slots=True)
class NoFace:
    """Implements the FaceChecks port where the bank has connected no system."""

    async def compare(self, call: Call) -> FaceResult:
        """See the port."""
        raise FaceCheckUnavailable
