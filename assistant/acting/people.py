"""A person: the ticket, the place in the queue, and what the colleague is told."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.dialogue.stack import remember
from assistant.model.events import FlowStarted, HandoffRequested, MessageReceived

_LAST_MESSAGES = 3


async def request_handoff(context: TurnContext) -> bool:
    """`action_request_handoff`: queue the conversation; asked again, tell the place again."""
    tracker = context.log.tracker
    reason = str(tracker.stack[-1].context.get("handoff_reason") or "customer")
    ticket = await context.ports.desk.request(
        tracker.conversation_id, tracker.customer_id, reason, _summary(context)
    )
    context.log.add(
        HandoffRequested,
        ticket=ticket.ticket_id,
        position=ticket.position,
        eta_s=ticket.eta_s,
        reason=reason,
    )
    remember(
        context.log,
        {
            "ticket": ticket.ticket_id,
            "position": ticket.position,
            "eta_minutes": max(1, round(ticket.eta_s / 60)),
        },
    )
    context.runner.leave_step()
    return True


def _summary(context: TurnContext) -> str:
    """Tasks begun and the last words, for the colleague; the store masks nothing here."""
    events = context.log.tracker.events
    tasks = [context.flow_name(e.flow) for e in events if isinstance(e, FlowStarted)]
    words = [e.text for e in events if isinstance(e, MessageReceived) and e.text]
    return "；".join([" → ".join(dict.fromkeys(tasks)), *words[-_LAST_MESSAGES:]]).strip("；")
