"""The colleagues' desk over HTTP: the queue, taking a conversation over, handing it back."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field, JsonValue, StringConstraints

from assistant.model.ids import ConversationId, CustomerId, TicketId
from assistant.ports import Ticket
from channels.web.bodies import ID_PATTERN, Body, Words
from channels.web.frames import FrameWriter
from channels.web.problems import Problem, documented
from channels.web.state import CurrentColleague, CurrentConversation, CurrentWeb, Web

router = APIRouter(
    prefix="/v1/staff",
    tags=["desk"],
    responses=documented(403, 404, 422),
)

TicketPath = Annotated[str, Path(pattern=ID_PATTERN, examples=["h_01KAN5Q0Z3W8"])]


class QueuedCustomer(BaseModel):
    """Who waits."""

    id: CustomerId
    name: str


class QueuedTicket(BaseModel):
    """A conversation that waits for a colleague, or has one.

    Attributes:
        customer: None for a visitor.
        position: Place among those that wait, from 1; 0 when it no longer waits.
        eta_s: Estimated wait, seconds.
    """

    ticket_id: TicketId
    conversation_id: ConversationId
    customer: QueuedCustomer | None
    reason: str
    summary: str
    status: str = Field(examples=["waiting"])
    position: int
    eta_s: int
    created_at: datetime
    colleague: str | None


class Queue(BaseModel):
    """Open tickets, oldest first."""

    tickets: list[QueuedTicket]


class ColleagueMessage(Body):
    """What the colleague says to the customer."""

    text: Annotated[Words, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class ConversationFrames(BaseModel):
    """Everything people see of a conversation: durable frames, oldest first."""

    conversation_id: ConversationId
    frames: list[dict[str, JsonValue]]


@router.get("/queue")
async def read_queue(web: CurrentWeb, colleague: CurrentColleague) -> Queue:
    """The conversations that wait for a colleague, and those that have one."""
    tickets = await web.service.colleagues.queue(colleague)
    return Queue(tickets=[await _shown(ticket, web) for ticket in tickets])


@router.post("/tickets/{ticket_id}/accept", responses=documented(409))
async def accept_ticket(
    ticket_id: TicketPath, web: CurrentWeb, colleague: CurrentColleague
) -> QueuedTicket:
    """Take a ticket; taking one's own again changes nothing."""
    ticket = await web.turns.run(web.service.colleagues.accept(TicketId(ticket_id), colleague))
    if ticket is None:
        raise Problem(
            HTTPStatus.CONFLICT,
            "ticket.not_available",
            "Closed, or another colleague has it.",
        )
    return await _shown(ticket, web)


@router.post("/tickets/{ticket_id}/messages", status_code=HTTPStatus.NO_CONTENT)
async def say(
    ticket_id: TicketPath, body: ColleagueMessage, web: CurrentWeb, colleague: CurrentColleague
) -> None:
    """Say something to the customer; only the colleague who took the ticket may."""
    await web.turns.run(web.service.colleagues.say(TicketId(ticket_id), colleague, body.text))


@router.post("/tickets/{ticket_id}/close", status_code=HTTPStatus.NO_CONTENT)
async def close_ticket(ticket_id: TicketPath, web: CurrentWeb, colleague: CurrentColleague) -> None:
    """Hand the conversation back to the assistant."""
    await web.turns.run(web.service.colleagues.close(TicketId(ticket_id), colleague))


@router.get("/conversations/{conversation_id}")
async def read_conversation(
    identifier: CurrentConversation, web: CurrentWeb, colleague: CurrentColleague
) -> ConversationFrames:
    """What the customer and the assistant said; that a colleague read it is written down."""
    stored = await web.service.colleagues.timeline(identifier, colleague)
    writer = FrameWriter(identifier, web.settings.stream_epoch, web.service.release)
    return ConversationFrames(conversation_id=identifier, frames=writer.durable_all(stored))


async def _shown(ticket: Ticket, web: Web) -> QueuedTicket:
    customer = None
    if ticket.customer_id is not None:
        name = await web.directory.name_of(ticket.customer_id)
        customer = QueuedCustomer(id=ticket.customer_id, name=name)
    fields = ticket.model_dump(exclude={"customer_id"})
    return QueuedTicket(customer=customer, **fields)
