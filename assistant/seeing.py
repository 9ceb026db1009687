"""A colleague sees the customer before deciding: the call, the face check, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from assistant.conversation import Conversations
from assistant.errors import FaceCheckUnavailable, VideoUnavailable
from assistant.model.events import ReviewCalled
from assistant.model.frozen import Frozen
from assistant.model.ids import ReviewId
from assistant.ports import Clock, Review, ReviewQueue
from assistant.ports.seeing import Call, FaceChecks, FaceResult, VideoCalls

Ended = Literal["ringing", "answered", "not_answered", "declined", "dropped", "unavailable"]


class Seen(Frozen):
    """How an attempt to see the customer stands.

    Attributes:
        call_id: "" when there was no call, because the system was out of order.
        state: `unavailable`: the video system did not answer; the customer was not called.
        face: None while there is nothing to compare, or the face check was out of order.
        face_unavailable: Whether it was.
    """

    call_id: str = ""
    state: Ended
    system: str = ""
    face: FaceResult | None = None
    face_unavailable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeing:
    """Calls customers for reviews.

    Attributes:
        rings: How long it rings before it counts as not answered.
    """

    video: VideoCalls
    faces: FaceChecks
    reviews: ReviewQueue
    conversations: Conversations
    clock: Clock
    rings: timedelta = timedelta(seconds=45)

    async def call(self, review_id: ReviewId, colleague: str) -> Seen | None:
        """Ring the customer of a review the colleague has taken.

        Returns:
            None when it is not this colleague's to decide.
        """
        review = await self._own(review_id, colleague)
        if review is None:
            return None
        try:
            call = await self.video.start(review_id, review.request.customer_id, colleague)
        except VideoUnavailable:
            seen = Seen(state="unavailable")
            await self._keep(review, seen)
            return seen
        return Seen(call_id=call.call_id, state=call.state, system=call.system)

    async def look(self, review_id: ReviewId, call_id: str, colleague: str) -> Seen | None:
        """How a call stands; once it is answered or over, that is kept as evidence.

        Returns:
            None when there is no such call of this review, or it is not this colleague's.
        """
        review = await self._own(review_id, colleague)
        if review is None:
            return None
        try:
            call = await self.video.find(call_id)
            if call is None or call.review_id != review_id:
                return None
            if call.state == "ringing" and self.clock.now() - call.started_at >= self.rings:
                await self.video.hang_up(call_id)
                call = call.model_copy(update={"state": "not_answered"})
        except VideoUnavailable:
            return Seen(call_id=call_id, state="unavailable")
        kept = await self._kept(review, call)
        if kept is not None or call.state == "ringing":
            return kept or Seen(call_id=call_id, state="ringing", system=call.system)
        seen = await self._with_face(call)
        await self._keep(review, seen)
        return seen

    async def _own(self, review_id: ReviewId, colleague: str) -> Review | None:
        review = await self.reviews.find(review_id)
        if review is None or not review.is_open():
            return None
        # The second pair of eyes sees the customer too, and has not taken anything.
        is_second = review.status == "seconding" and review.colleague != colleague
        return review if is_second or review.colleague == colleague else None

    async def _with_face(self, call: Call) -> Seen:
        seen = Seen(call_id=call.call_id, state=call.state, system=call.system)
        if call.state != "answered":
            return seen
        try:
            return seen.model_copy(update={"face": await self.faces.compare(call)})
        except FaceCheckUnavailable:
            return seen.model_copy(update={"face_unavailable": True})

    async def _kept(self, review: Review, call: Call) -> Seen | None:
        """What is in the log of this call in its present state."""
        stored = await self.conversations.store.load(review.request.conversation_id)
        for event in (each.event for each in reversed(stored)):
            if not isinstance(event, ReviewCalled) or event.call_id != call.call_id:
                continue
            if event.state != call.state:
                return None
            face = None
            if event.face != "" and event.face != "unavailable":
                face = FaceResult(verdict=event.face, system=event.face_system, score=event.score)
            return Seen(
                call_id=call.call_id,
                state=event.state,
                system=event.system,
                face=face,
                face_unavailable=event.face == "unavailable",
            )
        return None

    async def _keep(self, review: Review, seen: Seen) -> None:
        if seen.state == "ringing":
            return
        face = seen.face.verdict if seen.face else "unavailable" if seen.face_unavailable else ""
        async with self.conversations.hold_any(review.request.conversation_id) as held:
            held.log.add(
                ReviewCalled,
                ticket=review.review_id,
                call_id=seen.call_id,
                state=seen.state,
                system=seen.system,
                face=face,
                face_system=seen.face.system if seen.face else "",
                score=seen.face.score if seen.face else None,
            )
            await held.flush()
