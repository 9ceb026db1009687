"""Coming back to a customer: how something done earlier has gone on, told once, when it is so.

What is due is kept in the database and claimed by one process. Nothing is told from memory: the
bank is asked first, and what it does not confirm is not said. Within the quiet hours of a customer
only what protects them is told; the rest waits for their end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assistant.acting.context import Ports, TurnContext
from assistant.acting.display import quiet_until
from assistant.conversation import Conversation, Conversations
from assistant.dialogue.runner import Runner
from assistant.errors import ConversationNotFound
from assistant.model.assurance import Assurance
from assistant.model.events import ActionFinished, WokenUp
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName
from assistant.ports import ActionRequest
from assistant.ports.wake_ups import WakeUp
from assistant.response.render import Renderer
from assistant.turn import isolated

LEASE_S: Final = 60
_AGAIN: Final = timedelta(minutes=1)
"""After which the bank is asked again when it did not answer, or is not so far yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUps:
    """Tells what is due."""

    ports: Ports
    conversations: Conversations

    async def ring(self) -> int:
        """Tell everything that is due; one that fails stops no other and is tried again.

        Returns:
            How many customers were told.
        """
        due = await self.ports.wake_ups.claim(self.ports.clock.now(), LEASE_S)
        return sum([await isolated(self._ring(each)) for each in due])

    async def _ring(self, wake_up: WakeUp) -> bool:
        store, now = self.ports.wake_ups, self.ports.clock.now()
        try:
            async with self.conversations.hold_any(wake_up.conversation_id) as held:
                told, again_at = await self._tell(held, wake_up)
        except ConversationNotFound:
            told, again_at = False, None
        if again_at is None:
            await store.end(wake_up, now)
        else:
            await store.postpone(wake_up, again_at)
        return told

    async def _tell(self, held: Conversation, wake_up: WakeUp) -> tuple[bool, datetime | None]:
        """Whether it was told, and when to come back; None when it is over."""
        tracker, now = held.log.tracker, self.ports.clock.now()
        deed = _deed(held, wake_up)
        policy = self.conversations.release.policies.get(wake_up.action)
        if tracker.erased or deed is None or policy is None or _is_told(held, wake_up):
            return False, None
        quiet = quiet_until(tracker, now)
        if quiet is not None and not policy.wake_protective:
            return False, quiet
        name = ActionName(f"wake_{wake_up.action}")
        result = await self.ports.actions.run(
            ActionRequest(
                action=name,
                conversation_id=tracker.conversation_id,
                customer_id=tracker.customer_id,
                slots={**deed.facts},
                epoch=wake_up.frame_id,
                assurance=Assurance.VISITOR,  # nobody speaks
            )
        )
        if result.outcome != "done":
            return False, now + _AGAIN
        if result.skip:
            return False, None
        context = self._context(held)
        held.log.add(WokenUp, wake_up=wake_up.id, action=wake_up.action)
        facts: Facts = {**deed.facts, **result.facts}
        context.say(f"utter_{name}", facts)
        await held.flush()
        return True, None

    def _context(self, held: Conversation) -> TurnContext:
        return TurnContext(
            ports=self.ports,
            log=held.log,
            runner=Runner(held.log, self.ports.actions, Assurance.VISITOR),
            renderer=Renderer(self.conversations.release),
            flush=held.flush,
        )


def _deed(held: Conversation, wake_up: WakeUp) -> ActionFinished | None:
    """What was done; None where the conversation no longer tells."""
    for event in reversed(held.log.tracker.events):
        if (
            isinstance(event, ActionFinished)
            and event.action == wake_up.action
            and event.frame_id == wake_up.frame_id
            and event.outcome == "done"
        ):
            return event
    return None


def _is_told(held: Conversation, wake_up: WakeUp) -> bool:
    events = held.log.tracker.events
    return any(isinstance(e, WokenUp) and e.wake_up == wake_up.id for e in events)
