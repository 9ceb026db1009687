"""Seeing the customer of a review by video, over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path

from assistant.model.ids import ReviewId
from assistant.seeing import Seen
from channels.desk.reviews import ReviewPath
from channels.web.bodies import ID_PATTERN
from channels.web.problems import Problem, documented
from channels.web.state import CurrentColleague, CurrentWeb

router = APIRouter(
    prefix="/v1/staff/reviews",
    tags=["desk"],
    responses=documented(401, 403, 409, 422, 500, 503),
)

CallPath = Annotated[str, Path(pattern=ID_PATTERN, examples=["v_01KAN5Q0Z3W8"])]


@router.post("/{review_id}/calls", status_code=HTTPStatus.CREATED)
async def start_call(review_id: ReviewPath, web: CurrentWeb, colleague: CurrentColleague) -> Seen:
    """Ring the customer of a review one has taken; `unavailable` says that nobody was called."""
    seen = await web.turns.run(web.service.reviews.seeing.call(ReviewId(review_id), colleague))
    return _own(seen)


@router.get("/{review_id}/calls/{call_id}")
async def read_call(
    review_id: ReviewPath, call_id: CallPath, web: CurrentWeb, colleague: CurrentColleague
) -> Seen:
    """How a call stands, with the face check once it is answered; the result is kept."""
    look = web.service.reviews.seeing.look(ReviewId(review_id), call_id, colleague)
    return _own(await web.turns.run(look))


def _own(seen: Seen | None) -> Seen:
    if seen is None:
        raise Problem(
            HTTPStatus.CONFLICT, "review.not_yours", "Take the review first, while it is open."
        )
    return seen
