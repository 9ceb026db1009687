"""The review queue over HTTP: what waits for a colleague, and what the colleague decided."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field, JsonValue, StringConstraints

from assistant.model.events import Event
from assistant.model.ids import (
    ActionName,
    ConversationId,
    FlowId,
    ResponseKey,
    ReviewId,
    SlotName,
)
from assistant.ports import Review, Verdict
from assistant.response.public import masked
from assistant.response.render import pick
from assistant.reviews import NOT_A_COLLEAGUES, REFUSED
from channels.desk.http import QueuedCustomer
from channels.web.bodies import ID_PATTERN, Body, Words
from channels.web.problems import Problem, documented
from channels.web.state import CurrentColleague, CurrentWeb, Web

router = APIRouter(
    prefix="/v1/staff/reviews",
    tags=["desk"],
    responses=documented(403, 404, 422),
)

ReviewPath = Annotated[str, Path(pattern=ID_PATTERN, examples=["r_01KAN5Q0Z3W8"])]

_SHOWN = frozenset(
    {
        "type",
        "at",
        "turn",
        "proof",
        "level",
        "target",
        "decision",
        "reason",
        "reason_codes",
        "score",
        "state",
        "system",
        "face",
        "face_system",
    }
)
"""Fields of a piece of evidence; no values of slots."""


class Check(BaseModel):
    """Something to check, or a reason to refuse, with its wording."""

    id: str
    text: str


class WaitingReview(BaseModel):
    """One request.

    Attributes:
        title: What the task is called.
        arguments: What the action would be run with; numbers of cards and phones are masked.
        status: `waiting`, `approved` or `refused` by a colleague, or `closed`: told.
        reason: What the colleague wrote down.
        verdicts: What colleagues decided, in order; two of them where `four_eyes` says so.
        evidence: Sign-ins, proofs, the yes and risk decisions until it was asked for, oldest
            first; only of a single review.
    """

    review_id: ReviewId
    conversation_id: ConversationId
    customer: QueuedCustomer
    action: ActionName
    flow: FlowId
    title: str
    arguments: dict[str, JsonValue]
    status: str
    created_at: datetime
    approved: bool | None
    colleague: str | None
    reason: str | None
    decided_at: datetime | None
    four_eyes: bool
    checklist: list[Check]
    verdicts: list[Verdict]
    evidence: list[dict[str, JsonValue]] = Field(default_factory=list)


class ReviewList(BaseModel):
    """Requests that wait, oldest first, and the reasons there are to refuse one."""

    reviews: list[WaitingReview]
    reasons: list[Check]


class Decision(Body):
    """What the colleague decided, and why.

    Attributes:
        reason: For the record; the customer does not read it.
        code: Why it is refused, one of the reasons of the list; the customer is told its wording.
        checks: What was checked; an approval needs the whole checklist.
    """

    decision: Literal["approve", "refuse"]
    reason: Annotated[Words, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    code: Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,40}$")] = ""
    checks: Annotated[tuple[str, ...], Field(max_length=20)] = ()


@router.get("")
async def read_reviews(web: CurrentWeb, colleague: CurrentColleague) -> ReviewList:
    """What waits for a decision."""
    waiting = await web.service.reviews.waiting(colleague)
    shown = [await _shown(review, web) for review in waiting]
    return ReviewList(reviews=shown, reasons=_reasons(web))


@router.get("/{review_id}")
async def read_review(
    review_id: ReviewPath, web: CurrentWeb, colleague: CurrentColleague
) -> WaitingReview:
    """One request and what became of it; that a colleague read it is written down."""
    review = await web.service.reviews.look_at(ReviewId(review_id), colleague)
    if review is None:
        raise _not_found()
    shown = await _shown(review, web)
    evidence = await web.service.reviews.evidence(review)
    shown.evidence = [_shown_event(event) for event in evidence]
    return shown


@router.post("/{review_id}/claim", responses=documented(409))
async def claim(
    review_id: ReviewPath, web: CurrentWeb, colleague: CurrentColleague
) -> WaitingReview:
    """Take a review; others cannot decide it until it is given back."""
    if await web.service.reviews.find(ReviewId(review_id)) is None:
        raise _not_found()
    taken = await web.service.reviews.claim(ReviewId(review_id), colleague)
    if taken is None:
        raise Problem(HTTPStatus.CONFLICT, "review.taken", "Decided, or another colleague has it.")
    return await _shown(taken, web)


@router.delete("/{review_id}/claim", status_code=HTTPStatus.NO_CONTENT)
async def give_back(review_id: ReviewPath, web: CurrentWeb, colleague: CurrentColleague) -> None:
    """Let others take it; nothing happens when it is not one's own."""
    await web.service.reviews.give_back(ReviewId(review_id), colleague)


@router.post("/{review_id}/decision", responses=documented(409))
async def decide(
    review_id: ReviewPath, body: Decision, web: CurrentWeb, colleague: CurrentColleague
) -> WaitingReview:
    """Approve or refuse. What is approved is carried out at once, and once; both are told."""
    reviews = web.service.reviews
    review = await reviews.find(ReviewId(review_id))
    if review is None:
        raise _not_found()
    verdict = Verdict(
        approved=body.decision == "approve",
        colleague=colleague,
        code="" if body.decision == "approve" else body.code,
        note=body.reason,
        checks=body.checks,
    )
    _check_complete(review, verdict, web)
    decided = await web.turns.run(reviews.decide(ReviewId(review_id), verdict))
    if decided is None:
        raise Problem(
            HTTPStatus.CONFLICT, "review.decided", "It was decided otherwise, or by another."
        )
    return await _shown(decided, web)


def _check_complete(review: Review, verdict: Verdict, web: Web) -> None:
    """An approval needs every check, a refusal a reason the content has words for."""
    if verdict.approved and not set(review.request.checklist) <= set(verdict.checks):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "review.checks_missing", "Not everything was checked."
        )
    if not verdict.approved and verdict.code not in {each.id for each in _reasons(web)}:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "review.reason_unknown", "Give one of the reasons."
        )


def _reasons(web: Web) -> list[Check]:
    prefix = f"{REFUSED}_"
    return [
        Check(id=key.removeprefix(prefix), text=_words(key, web))
        for key in web.service.release.responses
        if key.startswith(prefix) and key.removeprefix(prefix) not in NOT_A_COLLEAGUES
    ]


def _title(flow: FlowId, web: Web) -> str:
    found = web.service.release.flows.get(flow)
    return pick(found.name, web.service.release.locale) if found else flow


def _words(key: str, web: Web) -> str:
    """Approved wording as colleagues read it."""
    variants = web.service.release.responses.get(ResponseKey(key), ())
    return variants[0].text.get(web.service.release.locale, "") if variants else key


def _shown_event(event: Event) -> dict[str, JsonValue]:
    return event.model_dump(mode="json", include=set(_SHOWN))


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
        title=_title(request.flow, web),
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
        four_eyes=request.four_eyes,
        checklist=[
            Check(id=check, text=_words(f"utter_check_{check}", web)) for check in request.checklist
        ],
        verdicts=list(review.verdicts),
    )
