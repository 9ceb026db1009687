"""What a channel says by itself: a greeting, or that it cannot read what was sent.

Such words are approved wording like any other and stand in the log like any other, as the answer to
the message that caused them; the same message id says them once.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.arriving import receive
from assistant.conversation import Conversations
from assistant.model.events import Said, TaskHeld, TurnFinished
from assistant.model.frozen import Facts
from assistant.model.ids import ResponseKey
from assistant.model.message import InboundMessage
from assistant.response.render import Renderer
from assistant.security.assurance import level_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcements:
    """Says approved words in answer to what is no message for the engine."""

    conversations: Conversations

    async def tell(self, message: InboundMessage, key: ResponseKey, facts: Facts) -> None:
        """Store one turn: what came, and these words.

        Args:
            message: What came; its text stands in the log.
            key: Of the wording.
            facts: Values of its placeholders.

        Raises:
            ConversationNotFound: Unknown, or somebody else's.
            ConversationBusy: An earlier turn did not end in time.
            StoreUnavailable: Nothing was stored.
        """
        hold = self.conversations.hold(message.conversation_id, message.sign_in, message.origin)
        async with hold as held:
            log, tracker = held.log, held.log.tracker
            if message.message_id in tracker.turns:
                return
            now = self.conversations.clock.now()
            receive(held, [message], now, unseen=False)
            part = Renderer(self.conversations.release).part(key, facts, tracker)
            if tracker.beside is not None:  # the task that is held elsewhere stays there
                log.add(TaskHeld, place="")
            log.add(Said, part=part)
            log.add(TurnFinished, message_id=message.message_id, level=level_now(tracker, now))
            await held.flush()
