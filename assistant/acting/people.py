"""A person: the ticket, the place in the queue, and what the colleague is told."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.acting.recap import slot_words
from assistant.dialogue.decide import HANDOFF_FLOW
from assistant.dialogue.stack import remember
from assistant.model.events import (
    FlowStarted,
    HandoffRequested,
    MessageReceived,
    SlotCorrected,
    SlotSet,
)
from assistant.model.ids import SlotName
from assistant.model.personal import hide_personal
from assistant.ports import Ticket
from assistant.response.values import show_slot

_LAST_MESSAGES = 3


async def request_handoff(context: TurnContext) -> bool:
    """`action_request_handoff`: queue the conversation; asked again, tell the place again."""
    tracker = context.log.tracker
    reason = str(tracker.stack[-1].context.get("handoff_reason") or "customer")
    ticket = await queue_for_colleague(reason, context)
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


async def queue_for_colleague(reason: str, context: TurnContext) -> Ticket:
    """Queue the conversation with what a colleague has to know, and record it.

    Raises:
        StoreUnavailable: Nothing was queued.
    """
    tracker = context.log.tracker
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
    return ticket


def _summary(context: TurnContext) -> str:
    """Tasks begun, what the last one has collected, and the last words, for the colleague.

    Numbers of people, cards and phones are hidden: everybody at the desk sees the queue.
    """
    events = context.log.tracker.events
    tasks = [context.flow_name(e.flow) for e in events if isinstance(e, FlowStarted)]
    words = [e.text for e in events if isinstance(e, MessageReceived) and e.text]
    told = [" → ".join(dict.fromkeys(tasks)), "，".join(_collected(context))]
    return hide_personal("；".join([part for part in told if part] + words[-_LAST_MESSAGES:]))


def _collected(context: TurnContext) -> list[str]:
    """What the customer has given for the last task, masked as the bank asks.

    Read from the log: a task that ends in a handoff has emptied its slots by then.
    """
    log = context.log
    given: dict[SlotName, SlotSet | SlotCorrected] = {}
    own: frozenset[SlotName] = frozenset()
    for event in log.tracker.events:
        if isinstance(event, FlowStarted) and event.flow != HANDOFF_FLOW:
            given.clear()
            flow = log.release.flows.get(event.flow)
            own = frozenset(step.slot for step in flow.collects()) if flow else frozenset()
        elif isinstance(event, SlotCorrected) or (
            isinstance(event, SlotSet) and event.origin in {"customer", "action"}
        ):
            given[event.slot] = event
    found: list[str] = []
    for name, event in given.items():
        definition = log.release.slots.get(name)
        is_shown = definition is not None and definition.type != "bool"
        if name in own and is_shown and event.value is not None:
            label = slot_words(name, {}, log.tracker, context.renderer)["label"]
            value = show_slot(event.value, definition, log.tracker.locale)
            found.append(f"{label} {value}".strip())
    return found
