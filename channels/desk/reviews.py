"""The review queue over HTTP: what waits for a colleague, and what the colleague decided."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, JsonValue, StringConstraints

from assistant.model.ids import ActionName, ConversationId, FlowId, ReviewId, SlotName
from assistant.ports import Review
from assistant.response.public import masked
from channels.desk.http import QueuedCustomer
from channels.web.bodies import MESSAGE_ID_PATTERN, Body, Words
from channels.web.problems import Problem, documented
from channels.web.state import CurrentColleague, CurrentWeb, Web

router = APIRouter(
    prefix="/v1/staff/reviews",
    tags=["desk"],
    responses=documented(401, 403, 404, 413, 415, 422, 500, 503),
)

ReviewPath = Annotated[str, Path(pattern=MESSAGE_ID_PATTERN, examples=["r_01KAN5Q0Z3W8"])]


class WaitingReview(BaseModel):
    """One request.

    Attributes:
        arguments: What the action would be run with; numbers of cards and phones are masked.
        status: `waiting`, `approved` or `refused` by a colleague, or `closed`: told.
        reason: What the colleague wrote down.
    """

    review_id: ReviewId
    conversation_id: ConversationId
    customer: QueuedCustomer
    action: ActionName
    flow: FlowId
    arguments: dict[str, JsonValue]
    status: str
    created_at: datetime
    approved: bool | None
    colleague: str | None
    reason: str | None
    decided_at: datetime | None


class ReviewList(BaseModel):
    """Requests that wait, oldest first."""

    reviews: list[WaitingReview]


class Decision(Body):
    """What the colleague decided, and why.

    Attributes:
        reason: For the record; the customer does not read it.
    """

    decision: Literal["approve", "refuse"]
    reason: Annotated[Words, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


@router.get("")
async def read_reviews(web: CurrentWeb, _: CurrentColleague) -> ReviewList:
    """What waits for a decision."""
    waiting = await web.service.reviews.waiting()
    return ReviewList(reviews=[await _shown(review, web) for review in waiting])


@router.get("/{review_id}")
async def read_review(review_id: ReviewPath, web: CurrentWeb, _: CurrentColleague) -> WaitingReview:
    """One request and what became of it."""
    review = await web.service.reviews.find(ReviewId(review_id))
    if review is None:
        raise _not_found()
    return await _shown(review, web)


@router.post("/{review_id}/decision", responses=documented(409))
async def decide(
    review_id: ReviewPath, body: Decision, web: CurrentWeb, colleague: CurrentColleague
) -> WaitingReview:
    """Approve or refuse. What is approved is carried out at once, and once; both are told."""
    reviews = web.service.reviews
    if await reviews.find(ReviewId(review_id)) is None:
        raise _not_found()
    decided = await web.turns.run(
        reviews.decide(
            ReviewId(review_id),
            approved=body.decision == "approve",
            colleague=colleague,
            reason=body.reason,
        )
    )
    if decided is None:
        raise Problem(
            HTTPStatus.CONFLICT, "review.decided", "It was decided otherwise, or by another."
        )
    return await _shown(decided, web)


def _not_found() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "review.not_found", "There is no such review.")


async def _shown(review: Review, web: Web) -> WaitingReview:
    request, slots = review.request, web.service.release.slots
    return WaitingReview(
        review_id=review.review_id,
        conversation_id=request.conversation_id,
        customer=QueuedCustomer(
            id=request.customer_id, name=await web.directory.name_of(request.customer_id)
        ),
        action=request.action,
        flow=request.flow,
        arguments={
            name: masked(value, slots.get(SlotName(name)))
            for name, value in request.arguments.items()
        },
        status=review.status,
        created_at=review.created_at,
        approved=review.approved,
        colleague=review.colleague,
        reason=review.reason,
        decided_at=review.decided_at,
    )
