"""What the change of a document touches, for colleagues: past replies and drafted corrections."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from assistant.errors import ContentError
from assistant.model.ids import DocumentId
from channels.service import Touched
from channels.web.problems import Problem, documented
from channels.web.state import LIMITED, CurrentColleague, CurrentWeb

router = APIRouter(
    prefix="/v1/staff/documents",
    tags=["desk"],
    responses=documented(401, 403, 404, 422, 429, 500, 503),
)

_LABEL: Final = 80


class TouchedReply(BaseModel):
    """A reply that rested on a sentence which changed or is gone.

    Attributes:
        question: What the customer had asked, as stored.
        version: The version that was cited.
        new: What stands in its place, null when nothing does.
        draft: Words of a correction in the customer's language; never sent from here.
    """

    conversation_id: str
    turn: int
    at: datetime
    question: str
    version: str
    section: str
    old: str
    new: str | None
    draft: str


class ImpactOfChange(BaseModel):
    """Every reply that a newer version touches, oldest conversation first."""

    document_id: DocumentId
    conversations: int
    replies: list[TouchedReply]


@router.get("/{document_id}/impact", dependencies=[LIMITED])
async def read_impact(
    web: CurrentWeb,
    colleague: CurrentColleague,
    document_id: Annotated[str, Path(max_length=_LABEL, examples=["deposit-rates"])],
    start: Annotated[
        str | None,
        Query(alias="from", max_length=_LABEL, description="Earlier version; the one before."),
    ] = None,
    end: Annotated[
        str | None, Query(alias="to", max_length=_LABEL, description="Newer version; the newest.")
    ] = None,
) -> ImpactOfChange:
    """Past replies whose sentence changed, with a correction; who looks is written down first."""
    try:
        found = await web.service.impact.of(document_id, start, end, colleague)
    except ContentError as error:
        raise Problem(
            HTTPStatus.NOT_FOUND, "document.not_found", "There is no such document or version."
        ) from error
    return ImpactOfChange(
        document_id=DocumentId(document_id),
        conversations=len({one.conversation_id for one in found}),
        replies=[_shown(one) for one in found],
    )


def _shown(one: Touched) -> TouchedReply:
    return TouchedReply(
        conversation_id=one.conversation_id,
        turn=one.turn,
        at=one.at,
        question=one.question,
        version=one.citation.version,
        section=one.citation.section,
        old=one.change.old,
        new=one.change.new,
        draft=one.draft,
    )
