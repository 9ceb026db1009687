"""Conversations over HTTP: translate, authenticate, decide nothing."""

from __future__ import annotations

from datetime import timedelta, timezone
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.responses import HTMLResponse

from assistant.model.ids import DocumentId, MessageId
from assistant.model.message import InboundMessage, Turn
from channels.web.bodies import (
    CitedDocument,
    ConversationOpened,
    Feedback,
    Health,
    OpenConversation,
    PostMessage,
    Readiness,
    StreamTicket,
    Timeline,
)
from channels.web.cited_documents import cited_document
from channels.web.document_page import document_page, locale_of, wants_page
from channels.web.frames import FrameWriter
from channels.web.problems import Problem, documented
from channels.web.state import (
    LIMITED,
    CurrentBearer,
    CurrentConversation,
    CurrentOrigin,
    CurrentSignIn,
    CurrentWeb,
)

BANK_ZONE: Final = timezone(timedelta(hours=8), "CST")
"""Documents are valid by the bank's day; China has no daylight saving time."""

_MAX_ID: Final = 200

router = APIRouter(prefix="/v1", responses=documented(404, 422))
health_router = APIRouter(tags=["health"])


@health_router.get("/healthz")
async def healthz() -> Health:
    """Whether the process answers."""
    return Health()


@health_router.get("/readyz", responses={503: {"model": Readiness}})
async def readyz(web: CurrentWeb, response: Response) -> Readiness:
    """Whether messages can be answered, with each dependency."""
    if web.streams.closing:
        checks = {"server": "stopping"}
    else:
        checks = await web.service.readiness()
    ready = all(said == "ok" for said in checks.values())
    if not ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Readiness(
        status="ready" if ready else "not_ready",
        release=web.service.release.fingerprint,
        checks=checks,
    )


@router.post(
    "/conversations", status_code=HTTPStatus.CREATED, tags=["conversations"], dependencies=[LIMITED]
)
async def open_conversation(
    web: CurrentWeb, sign_in: CurrentSignIn, body: OpenConversation | None = None
) -> ConversationOpened:
    """Open a conversation; without a token it is a visitor's."""
    asked = body or OpenConversation()
    conversation_id = await web.service.assistant.conversations.open(
        channel=asked.channel, locale=asked.locale, sign_in=sign_in
    )
    return ConversationOpened(conversation_id=conversation_id)


@router.post(
    "/conversations/{conversation_id}/messages", tags=["conversations"], dependencies=[LIMITED]
)
async def post_message(
    identifier: CurrentConversation,
    body: PostMessage,
    web: CurrentWeb,
    sign_in: CurrentSignIn,
    origin: CurrentOrigin,
) -> Turn:
    """Answer one message. Repeating a message id repeats the answer, not the effect."""
    message = InboundMessage(
        message_id=MessageId(body.message_id),
        conversation_id=identifier,
        text=body.text or "",
        button=body.button,
        channel="web",
        sign_in=sign_in,
        origin=origin,
        patience_ms=web.settings.burst_http_ms,
    )
    return await web.turns.run(web.service.assistant.handle(message))


@router.get("/conversations/{conversation_id}", tags=["conversations"])
async def read_conversation(
    identifier: CurrentConversation, web: CurrentWeb, bearer: CurrentBearer, origin: CurrentOrigin
) -> Timeline:
    """The timeline; its customer and colleagues only."""
    if bearer is not None and bearer.role == "colleague":
        stored = await web.service.colleagues.timeline(identifier, bearer.subject)
    else:
        sign_in = bearer.sign_in if bearer else None
        conversations = web.service.assistant.conversations
        stored = await conversations.timeline(identifier, sign_in, origin)
    writer = FrameWriter(identifier, web.settings.stream_epoch, web.service.release)
    frames = writer.durable_all(stored)
    return Timeline(
        conversation_id=identifier, epoch=writer.epoch, head_seq=len(frames), frames=frames
    )


@router.post(
    "/conversations/{conversation_id}/feedback",
    status_code=HTTPStatus.NO_CONTENT,
    tags=["conversations"],
    dependencies=[LIMITED],
)
async def rate_turn(
    identifier: CurrentConversation,
    body: Feedback,
    web: CurrentWeb,
    sign_in: CurrentSignIn,
    origin: CurrentOrigin,
) -> None:
    """Keep what the customer thought of a turn."""
    conversations = web.service.assistant.conversations
    await conversations.admit(identifier, sign_in, origin)
    await conversations.rate(identifier, sign_in, body.turn, body.rating, body.reason)


@router.post(
    "/tickets",
    status_code=HTTPStatus.CREATED,
    tags=["stream"],
    dependencies=[LIMITED],
    responses=documented(403),
)
async def issue_ticket(web: CurrentWeb, bearer: CurrentBearer) -> StreamTicket:
    """A one-time ticket for `WS /v1/stream`, good for 60 seconds."""
    if bearer is not None and bearer.sign_in is None:
        raise Problem(HTTPStatus.FORBIDDEN, "auth.forbidden", "The stream is for customers.")
    ticket, expires_at = await web.tickets.issue(bearer)
    return StreamTicket(ticket=ticket, expires_at=expires_at)


@router.get(
    "/documents/{document_id}",
    tags=["documents"],
    response_model=CitedDocument,
)
async def read_document(
    document_id: Annotated[str, Path(max_length=_MAX_ID, examples=["debit-card-loss"])],
    request: Request,
    web: CurrentWeb,
    version: Annotated[str | None, Query(max_length=_MAX_ID, examples=["2026-09-01"])] = None,
) -> Response | CitedDocument:
    """A cited document; without a version, the one valid today.

    A browser that follows a link gets a page that opens at the cited sentence; everybody else
    gets JSON.
    """
    service = web.service
    today = service.clock.now().astimezone(BANK_ZONE).date()
    document = service.library.find(DocumentId(document_id), version, today)
    if document is None:
        raise Problem(HTTPStatus.NOT_FOUND, "document.not_found", "There is no such document.")
    if wants_page(request.headers.get("accept", "")):
        passages = service.documents.version(document.document_id, document.version)
        locale = locale_of(request.headers.get("accept-language", ""))
        page = document_page(document, passages, service.release, locale)
        return HTMLResponse(page, headers={"Vary": "Accept, Accept-Language"})
    return cited_document(document)
