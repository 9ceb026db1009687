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

ReviewStatus = Literal["waiting", "approved", "refused", "closed"]


class ReviewRequest(Frozen):
    """What is to be decided about: one action with its arguments, as the customer confirmed it.

    Attributes:
        flow: The task the action belongs to.
        arguments: In canonical form; what the action is run with after an approval.
        arguments_sha256: Digest of the arguments.
        epoch: The frame that asked: the idempotency key of the action depends on it.
    """

    action: ActionName
    flow: FlowId
    conversation_id: ConversationId
    customer_id: CustomerId
    arguments: dict[str, JsonValue]
    arguments_sha256: str
    epoch: FrameId


class Review(Frozen):
    """A request and what became of it.

    Attributes:
        status: `waiting` for a colleague; `approved` or `refused` by one, and not told yet;
            `closed` once the customer has been told how it ended.
        reason: What the colleague wrote down, for colleagues.
    """

    review_id: ReviewId
    request: ReviewRequest
    status: ReviewStatus
    created_at: datetime
    approved: bool | None = None
    colleague: str | None = None
    reason: str | None = None
    decided_at: datetime | None = None


class ReviewQueue(Protocol):
    """Requests for a review. Every call raises `StoreUnavailable` when it cannot be kept."""

    async def submit(self, request: ReviewRequest) -> Review:
        """Queue a request; while the same one waits, that is given again."""
        ...

    async def find(self, review_id: ReviewId) -> Review | None:
        """One review."""
        ...

    async def waiting(self) -> list[Review]:
        """Those no colleague has decided, oldest first."""
        ...

    async def decided(self) -> list[Review]:
        """Those decided whose customers have not been told yet, oldest first."""
        ...

    async def decide(
        self, review_id: ReviewId, *, approved: bool, colleague: str, reason: str
    ) -> Review | None:
        """Decide once.

        Returns:
            None when there is no such review, or somebody decided otherwise before; the same
            decision of the same colleague again changes nothing.
        """
        ...

    async def close(self, review_id: ReviewId) -> None:
        """The customer has been told how it ended."""
        ...
