"""The queue of what a colleague decides after seeing the customer."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

from pydantic import JsonValue

from assistant.model.frozen import Frozen
from assistant.model.ids import (
    ActionName,
    ConversationId,
    CustomerId,
    FlowId,
    FrameId,
    ReviewId,
)

ReviewStatus = Literal["waiting", "seconding", "approved", "refused", "closed"]


class ReviewRequest(Frozen):
    """What is to be decided about: one action with its arguments, as the customer confirmed it.

    Attributes:
        flow: The task the action belongs to.
        arguments: In canonical form; what the action is run with after an approval.
        arguments_sha256: Digest of the arguments.
        epoch: The frame that asked: the idempotency key of the action depends on it.
        four_eyes: Whether two colleagues have to approve.
        checklist: What a colleague must have checked before approving; names from the policy.
    """

    action: ActionName
    flow: FlowId
    conversation_id: ConversationId
    customer_id: CustomerId
    arguments: dict[str, JsonValue]
    arguments_sha256: str
    epoch: FrameId
    four_eyes: bool = False
    checklist: tuple[str, ...] = ()


class Verdict(Frozen):
    """What one colleague decided; the first of two, or the last.

    Attributes:
        colleague: "" when nobody did: the time ran out, or the customer took it back.
        code: Why it was refused, a name from the content; the customer is told its wording.
        note: What the colleague wrote down, for colleagues.
        checks: What was checked.
    """

    approved: bool
    colleague: str
    code: str = ""
    note: str = ""
    checks: tuple[str, ...] = ()


class Review(Frozen):
    """A request and what became of it.

    Attributes:
        status: `waiting` for a colleague; `seconding`: approved by one, waiting for another;
            `approved` or `refused` by one, and not told yet;
            `closed` once the customer has been told how it ended.
        colleague: Who took it while it waits, then who decided last.
        reason: What the colleague wrote down, for colleagues.
        verdicts: In the order they were given.
    """

    review_id: ReviewId
    request: ReviewRequest
    status: ReviewStatus
    created_at: datetime
    approved: bool | None = None
    colleague: str | None = None
    reason: str | None = None
    decided_at: datetime | None = None
    verdicts: tuple[Verdict, ...] = ()

    @property
    def code(self) -> str:
        """Why it was refused; "" when it was not, or no reason was given."""
        return self.verdicts[-1].code if self.verdicts else ""

    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.status in {"waiting", "seconding"}

    def after(self, verdict: Verdict) -> ReviewStatus | None:
        """What this verdict makes of it; None when it may not be given (now, or by this one)."""
        if self.status == "waiting":
            if self.colleague not in {None, verdict.colleague}:
                return None
            if verdict.approved and self.request.four_eyes:
                return "seconding"
        elif self.status != "seconding" or self.colleague == verdict.colleague:
            return None
        return "approved" if verdict.approved else "refused"

    def is_given(self, verdict: Verdict) -> bool:
        """Whether this colleague decided just so before."""
        last = self.verdicts[-1] if self.verdicts else None
        return last is not None and (last.approved, last.colleague) == (
            verdict.approved,
            verdict.colleague,
        )


class ReviewQueue(Protocol):
    """Requests for a review. Every call raises `StoreUnavailable` when it cannot be kept."""

    async def submit(self, request: ReviewRequest) -> Review:
        """Queue a request; while the same one waits, that is given again."""
        ...

    async def find(self, review_id: ReviewId) -> Review | None:
        """One review."""
        ...

    async def waiting(self) -> list[Review]:
        """Those not decided yet, oldest first; one approval of two decides nothing."""
        ...

    async def claim(self, review_id: ReviewId, colleague: str) -> Review | None:
        """Take it, so that one colleague at a time sees the customer.

        Returns:
            None when there is none to take, or another colleague has it.
        """
        ...

    async def give_back(self, review_id: ReviewId, colleague: str) -> None:
        """Let others take what this colleague took."""
        ...

    async def end(self, review_id: ReviewId, code: str) -> Review | None:
        """End without a colleague what is not decided yet; None when it is."""
        ...

    async def decided(self) -> list[Review]:
        """Those decided whose customers have not been told yet, oldest first."""
        ...

    async def decide(self, review_id: ReviewId, verdict: Verdict) -> Review | None:
        """Decide once. Where two have to approve, the first approval leaves it `seconding`.

        Returns:
            None when another colleague has it, or there is no such review, or somebody decided
            otherwise before; the same decision of the same colleague again changes nothing.
        """
        ...

    async def close(self, review_id: ReviewId) -> None:
        """The customer has been told how it ended."""
        ...
