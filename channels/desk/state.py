"""How a conversation stands, for a colleague who has not opened it: whose, at what, who answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.model.ids import ConversationId, FlowId, TicketId
from assistant.model.tracker import Tracker
from assistant.security.assurance import level_now
from channels.desk.http import QueuedCustomer
from channels.web.problems import documented
from channels.web.state import CurrentColleague, CurrentConversation, CurrentWeb, Web

router = APIRouter(prefix="/v1/staff", tags=["desk"], responses=documented(401, 403, 404, 422, 503))

AnsweredBy = Literal["assistant", "waiting", "colleague"]
"""`waiting`: a place in the queue, and the assistant until somebody takes it."""


class TaskInHand(BaseModel):
    """What the customer is about.

    Attributes:
        names: What customers are told it is called, by locale; `zh-Hans` is always there.
    """

    flow: FlowId
    names: dict[str, str]


class ConversationState(BaseModel):
    """How a conversation stands.

    Attributes:
        customer: None for a visitor.
        level: Assurance that counts at this moment, 0 to 4.
        task: None when nothing is under way.
        colleague: Who answers, where a colleague does.
        ticket_id: Of the open place in the queue.
        last_turn_at: When the last turn ended; None before the first.
    """

    conversation_id: ConversationId
    customer: QueuedCustomer | None
    level: int = Field(ge=0, le=4)
    task: TaskInHand | None
    answered_by: AnsweredBy
    colleague: str | None
    ticket_id: TicketId | None
    last_turn_at: datetime | None


@router.get("/conversations/{conversation_id}/state")
async def read_state(
    identifier: CurrentConversation, web: CurrentWeb, colleague: CurrentColleague
) -> ConversationState:
    """How a conversation stands; that a colleague looked is written down."""
    return await state_of(identifier, web, colleague)


async def state_of(conversation_id: ConversationId, web: Web, colleague: str) -> ConversationState:
    """How a conversation stands; that this colleague looks is written down first.

    Raises:
        ConversationNotFound: Unknown.
        StoreUnavailable: It could not be written down, so it is not shown.
    """
    tracker = await web.service.colleagues.tracker(conversation_id, colleague)
    customer = None
    if tracker.customer_id is not None:
        name = await web.directory.name_of(tracker.customer_id)
        customer = QueuedCustomer(id=tracker.customer_id, name=name)
    return ConversationState(
        conversation_id=conversation_id,
        customer=customer,
        level=int(level_now(tracker, web.service.clock.now())),
        task=_task(tracker, web),
        answered_by=_answered_by(tracker),
        colleague=tracker.colleague,
        ticket_id=tracker.ticket_id,
        last_turn_at=tracker.last_turn_at,
    )


def _task(tracker: Tracker, web: Web) -> TaskInHand | None:
    frame = tracker.task
    flow = web.service.release.flows.get(frame.flow) if frame is not None else None
    return TaskInHand(flow=flow.id, names=dict(flow.name)) if flow is not None else None


def _answered_by(tracker: Tracker) -> AnsweredBy:
    if tracker.colleague is not None:
        return "colleague"
    return "waiting" if tracker.ticket_id is not None else "assistant"
