"""What the customer prefers: learnt once from the bank, kept in slots that wording may go by."""

from __future__ import annotations

import asyncio
from typing import Final

from assistant.acting.context import TurnContext
from assistant.acting.display import KNOWN
from assistant.model.assurance import Assurance
from assistant.model.events import SlotSet
from assistant.model.ids import ActionName, FrameId, SlotName
from assistant.ports import ActionRequest

READ: Final = ActionName("read_preferences")
_PATIENCE_S: Final = 0.5
"""A bank that is slow keeps nobody waiting for this; it is asked again with the next message."""


async def learn_preferences(context: TurnContext) -> None:
    """Ask the bank once for whoever is known to speak."""
    tracker, actions = context.log.tracker, context.ports.actions
    is_known = tracker.customer_id is not None and context.runner.level >= Assurance.PHONE
    if not is_known or tracker.slots.get(KNOWN) or not actions.knows(READ):
        return
    request = ActionRequest(
        action=READ,
        conversation_id=tracker.conversation_id,
        customer_id=tracker.customer_id,
        slots={},
        epoch=FrameId(READ),
        assurance=context.runner.level,
        channel=tracker.channel,
    )
    try:
        result = await asyncio.wait_for(actions.run(request), _PATIENCE_S)
    except TimeoutError:
        return
    for slot, value in result.slots.items():
        if tracker.slots.get(slot) != value:
            context.log.add(SlotSet, slot=SlotName(slot), value=value, origin="action")
