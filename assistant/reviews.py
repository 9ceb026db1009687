"""Reviews: what waits for a colleague's decision, the decision, and what follows from it.

An approval is carried out through the same door as everything else, once, under the key of the
task that asked. A process that stops in between loses nothing: whatever was decided and not told
is taken up again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from assistant.acting.bank import outcome_facts
from assistant.acting.context import Ports, TurnContext
from assistant.conversation import Conversation, Conversations
from assistant.dialogue.runner import Runner
from assistant.model.assurance import Assurance
from assistant.model.events import (
    ActionFinished,
    Confirmed,
    Event,
    ReviewDecided,
    RiskDecided,
    SignedIn,
    StepUpFailed,
    StepUpPassed,
)
from assistant.model.frozen import Facts
from assistant.model.ids import ResponseKey, ReviewId
from assistant.ports import ActionRequest, ActionResult, Review, Verdict
from assistant.response.render import Renderer
from assistant.turn import isolated

REFUSED: Final = "utter_review_refused"
"""Wording of a refusal; with `_` and the code of a reason, that of the reason."""

EXPIRED: Final = "expired"
"""Code of a refusal by time."""

_EVIDENCE = (SignedIn, StepUpPassed, StepUpFailed, Confirmed, RiskDecided)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """What colleagues may do with reviews.

    Attributes:
        patience: How long a request may wait for its decision.
    """

    ports: Ports
    conversations: Conversations
    patience: timedelta = timedelta(hours=48)

    async def waiting(self) -> list[Review]:
        """Those to be decided, oldest first."""
        return await self.ports.reviews.waiting()

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
        """What was known about who asked: sign-ins, proofs, the yes, risk decisions."""
        stored = await self.conversations.store.load(review.request.conversation_id)
        until = [record.event for record in stored if record.event.at <= review.created_at]
        return [event for event in until if isinstance(event, _EVIDENCE)]

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
        async with self.conversations.hold_any(review.request.conversation_id) as held:
            if not _is_told(held, review.review_id):
                self._tell(held, review, result)
                await held.flush()
        await self.ports.reviews.close(review.review_id)
        return True

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

    def _tell(self, held: Conversation, review: Review, result: ActionResult | None) -> None:
        context = self._context(held)
        action = review.request.action
        held.log.add(
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
        held.log.add(
            ActionFinished,
            action=action,
            outcome=result.outcome,
            frame_id=review.request.epoch,
            reason=result.reason,
            receipt_id=result.receipt_id,
            idempotency_key=result.idempotency_key,
            facts=result.facts,
        )
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


def _is_told(held: Conversation, review_id: ReviewId) -> bool:
    events = held.log.tracker.events
    return any(isinstance(e, ReviewDecided) and e.ticket == review_id for e in events)
