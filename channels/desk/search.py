"""Searching the bank's documents for colleagues: ranked passages, as of any day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from assistant.model.ids import DocumentId, PassageId, ProductId
from assistant.ports import PassageHit
from assistant.ports.knowledge import EVERYTHING, SearchScope
from assistant.response.grounded import citation_of
from channels.web.http import BANK_ZONE
from channels.web.problems import documented
from channels.web.state import LIMITED, CurrentColleague, CurrentWeb

router = APIRouter(prefix="/v1/staff", tags=["desk"], responses=documented(403, 422))

_MOST: Final = 20
_LONGEST: Final = 500
_NAME: Final = 80
_BEST: Final = 2
"""Sentences of a passage that are pointed out."""


class FoundSentence(BaseModel):
    """A sentence that may answer; `url` opens its document there."""

    text: str
    score: float
    url: str


class FoundPassage(BaseModel):
    """One passage of one version.

    Attributes:
        effective_to: Last day it is valid, null while open-ended.
        owner: Department that answers for the document.
        score: How surely it answers, 0 to 1.
        sentences: Best first.
    """

    passage_id: PassageId
    document_id: DocumentId
    title: str
    section: str
    version: str
    effective_from: date
    effective_to: date | None
    owner: str
    score: float
    text: str
    sentences: list[FoundSentence]


class Found(BaseModel):
    """What the documents say on a question, best first."""

    question: str
    as_of: date
    passages: list[FoundPassage]


class ProductChoice(BaseModel):
    """A product documents are about; `name` is its id where the catalogue does not have it."""

    id: str
    name: str


class Choices(BaseModel):
    """What a search may be narrowed to: what the documents are for and about."""

    audience: list[str]
    products: list[ProductChoice]
    channels: list[str]


def _scope(
    audience: Annotated[list[str] | None, Query(description="Only for these; repeatable.")] = None,
    product: Annotated[str, Query(max_length=_NAME, description="Only about it.")] = "",
    channel: Annotated[str, Query(max_length=_NAME, description="Only told there.")] = "",
) -> SearchScope:
    return SearchScope(audience=frozenset(audience or ()), product=product, channel=channel)


@router.get("/search", dependencies=[LIMITED])
async def search_documents(
    web: CurrentWeb,
    _: CurrentColleague,
    q: Annotated[str, Query(min_length=1, max_length=_LONGEST, examples=["大额存单利率"])],
    on: Annotated[date | None, Query(description="As of this day; today when left out.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 8,
    scope: Annotated[SearchScope, Depends(_scope)] = EVERYTHING,
) -> Found:
    """Passages of versions in force on a day, with the sentences that fit best."""
    today = web.service.clock.now().astimezone(BANK_ZONE).date()
    as_of = on or today
    hits = await web.service.knowledge.search(
        q, as_of=as_of, limit=limit, known_on=today, scope=scope
    )
    return Found(question=q, as_of=as_of, passages=[_shown(hit, web, as_of) for hit in hits])


@router.get("/search/scopes", dependencies=[LIMITED])
async def search_scopes(web: CurrentWeb, _: CurrentColleague) -> Choices:
    """The values `audience`, `product` and `channel` of a search may have."""
    known = web.service.library.choices()
    names = {product.id: product.name for product in web.service.release.products}
    return Choices(
        audience=list(known.audience),
        products=[
            ProductChoice(id=one, name=names.get(ProductId(one), one)) for one in known.products
        ],
        channels=list(known.channels),
    )


def _shown(hit: PassageHit, web: CurrentWeb, as_of: date) -> FoundPassage:
    document = web.service.library.find(hit.document_id, hit.version, as_of)
    return FoundPassage(
        **hit.model_dump(include=set(FoundPassage.model_fields) - {"sentences", "owner"}),
        owner=document.owner if document is not None else "",
        sentences=[
            FoundSentence(text=one.text, score=one.score, url=citation_of(hit, one.text).url)
            for one in hit.sentences[:_BEST]
        ],
    )
