"""Reviews: what waits for a colleague's decision, the decision, and what follows from it.

An approval is carried out through the same door as everything else, once, under the key of the
task that asked. A process that stops in between loses nothing: whatever was decided and not told
is taken up again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from assistant.acting.bank import outcome_facts
from assistant.acting.context import Ports, TurnContext
from assistant.acting.ends import note_wake_ups, record_end
from assistant.acting.review import WITHDRAWN
from assistant.conversation import Conversation, Conversations
from assistant.dialogue.runner import Runner
from assistant.model.assurance import Assurance
from assistant.model.events import (
    Confirmed,
    Event,
    ReviewCalled,
    ReviewDecided,
    RiskDecided,
    SignedIn,
    StepUpFailed,
    StepUpPassed,
)
from assistant.model.frozen import Facts
from assistant.model.ids import ConversationId, ResponseKey, ReviewId
from assistant.ports import ActionRequest, ActionResult, Review, Verdict
from assistant.reads import Reads
from assistant.response.render import Renderer
from assistant.seeing import Seeing
from assistant.turn import isolated

REFUSED: Final = "utter_review_refused"
"""Wording of a refusal; with `_` and the code of a reason, that of the reason."""

EXPIRED: Final = "expired"
"""Code of a refusal by time."""

NOT_A_COLLEAGUES: Final = frozenset({EXPIRED, WITHDRAWN})
"""Codes that no colleague gives."""

_EVIDENCE = (SignedIn, StepUpPassed, StepUpFailed, Confirmed, RiskDecided)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """What colleagues may do with reviews.

    Attributes:
        patience: How long a request may wait for its decision.
        reads: Where it is written down which colleague saw what.
        seeing: Calls customers by video.
    """

    ports: Ports
    conversations: Conversations
    patience: timedelta = timedelta(hours=48)
    reads: Reads = field(default_factory=Reads)
    seeing: Seeing

    async def waiting(self, colleague: str) -> list[Review]:
        """Those to be decided, oldest first; that a colleague sees them is written down.

        Raises:
            StoreUnavailable: It could not be written down, so nothing is shown.
        """
        waiting = await self.ports.reviews.waiting()
        listed = {str(each.review_id): each.request.conversation_id for each in waiting}
        await self.reads.note_listed(listed, colleague, "review")
        return waiting

    async def look_at(self, review_id: ReviewId, colleague: str) -> Review | None:
        """One review for a colleague; that it is looked at is written down.

        Raises:
            StoreUnavailable: It could not be written down, so it is not shown.
        """
        review = await self.ports.reviews.find(review_id)
        if review is not None:
            await self.reads.note((review.request.conversation_id,), colleague, "review")
        return review

    async def find(self, review_id: ReviewId) -> Review | None:
        """One review."""
        return await self.ports.reviews.find(review_id)

    async def claim(self, review_id: ReviewId, colleague: str) -> Review | None:
        """Take a review; None when another colleague has it or it is decided."""
        return await self.ports.reviews.claim(review_id, colleague)

    async def give_back(self, review_id: ReviewId, colleague: str) -> None:
        """Let others take it."""
        await self.ports.reviews.give_back(review_id, colleague)

    async def evidence(self, review: Review) -> list[Event]:
        """What was known about who asked: sign-ins, proofs, the yes, risk decisions; then calls."""
        stored = await self.conversations.store.load(review.request.conversation_id)
        events = [record.event for record in stored]
        known = [e for e in events if isinstance(e, _EVIDENCE) and e.at <= review.created_at]
        called = [e for e in events if isinstance(e, ReviewCalled) and e.ticket == review.review_id]
        return [*known, *called]

    async def decide(self, review_id: ReviewId, verdict: Verdict) -> Review | None:
        """Decide, carry out what was approved, and tell the customer.

        Returns:
            The review as it stands then; None when it does not exist or was decided otherwise.

        Raises:
            StoreUnavailable: Nothing was decided.
        """
        queue = self.ports.reviews
        review = await queue.decide(review_id, verdict)
        if review is None:
            return None
        if review.status in {"approved", "refused"}:
            # A conversation that is busy now is taken up again by `carry_out`.
            await isolated(self._carry_out(review))
        return await queue.find(review_id)

    async def carry_out(self) -> int:
        """Take up what was decided and not told; one that fails stops no other.

        Returns:
            How many customers were told.
        """
        await self._expire()
        decided = await self.ports.reviews.decided()
        return sum([await isolated(self._carry_out(review)) for review in decided])

    async def _expire(self) -> None:
        """Refuse what waited too long; the customer is told like of any other decision."""
        oldest = self.ports.clock.now() - self.patience
        for review in await self.ports.reviews.waiting():
            if review.created_at < oldest:
                await self.ports.reviews.end(review.review_id, EXPIRED)

    async def _carry_out(self, review: Review) -> bool:
        result = await self._run(review) if review.approved else None
        for conversation_id in await self._waiting_in(review):
            async with self.conversations.hold_any(conversation_id) as held:
                if _is_to_be_told(held, review):
                    context = self._context(held)
                    self._tell(context, review, result)
                    await note_wake_ups(context)
                    await held.flush()
        await self.ports.reviews.close(review.review_id)
        return True

    async def _waiting_in(self, review: Review) -> list[ConversationId]:
        """Where the customer waits for it, or did: the same matter asked for twice is one review.

        The conversation that asked first is told first; the action belongs to it.
        """
        first, customer = review.request.conversation_id, review.request.customer_id
        asked = await self.conversations.store.holding(("review_requested",), customer)
        return [first, *(each for each in asked if each != first)]

    async def _run(self, review: Review) -> ActionResult:
        request = review.request
        return await self.ports.actions.run(
            ActionRequest(
                action=request.action,
                conversation_id=request.conversation_id,
                customer_id=request.customer_id,
                slots=request.arguments,
                epoch=request.epoch,
                assurance=Assurance.VISITOR,  # nobody speaks: the approval alone opens the door
                confirmed_digest=request.arguments_sha256,
                review=review.review_id,
            )
        )

    def _tell(self, context: TurnContext, review: Review, result: ActionResult | None) -> None:
        action = review.request.action
        context.log.add(
            ReviewDecided,
            ticket=review.review_id,
            action=action,
            approved=review.approved is True,
            reason=review.code,
        )
        facts: Facts = {"review_flow": review.request.flow, "ticket": review.review_id}
        if result is None:
            own = ResponseKey(f"{REFUSED}_{review.code}")
            context.say(own if context.renderer.has(own) else REFUSED, facts)
            return
        record_end(action, result, context, review.request.epoch)
        facts |= {**outcome_facts(result, context), "settled_flow": review.request.flow}
        if result.outcome == "done":
            own = ResponseKey(f"utter_{action}_done")
            context.say(own if context.renderer.has(own) else "utter_settled_done", facts)
        elif result.outcome == "refused":
            context.say("utter_settled_refused", facts)
        else:
            context.say("utter_action_unknown", facts)

    def _context(self, held: Conversation) -> TurnContext:
        return TurnContext(
            ports=self.ports,
            log=held.log,
            runner=Runner(held.log, self.ports.actions, Assurance.VISITOR),
            renderer=Renderer(self.conversations.release),
            flush=held.flush,
        )


def _is_to_be_told(held: Conversation, review: Review) -> bool:
    """Whether the customer still waits here; the one that asked first hears in any case, once."""
    if review.review_id in held.log.tracker.reviews:
        return True
    if held.log.tracker.conversation_id != review.request.conversation_id:
        return False
    events = held.log.tracker.events
    return not any(isinstance(e, ReviewDecided) and e.ticket == review.review_id for e in events)
