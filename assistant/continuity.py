"""A token brought to a channel: the task it names goes on there, for its own customer, once."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from assistant.arriving import GO_ON
from assistant.errors import TaskTokenUnknown
from assistant.model.ids import ConversationId, MessageId
from assistant.model.message import InboundMessage, SignIn, Turn
from assistant.ports import Clock
from assistant.ports.moves import Moves

_MOST_CHARACTERS: Final = 64
_DIGITS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuity:
    """Redeems task tokens.

    Attributes:
        answer: The engine: one message to one turn.
    """

    moves: Moves
    clock: Clock
    answer: Callable[[InboundMessage], Awaitable[Turn]]

    async def go_on(
        self, secret: str, sign_in: SignIn, channel: str, origin: str
    ) -> tuple[ConversationId, Turn]:
        """Go on here with the task of a token; the same session may repeat the call.

        Args:
            secret: Of the link, or the number.
            sign_in: Verified; the task must be this customer's.
            channel: Where it goes on.
            origin: Where the request came from, hashed.

        Raises:
            TaskTokenUnknown: No token, another customer's, used, or too old: the answer is the
                same.
            AssistantError: As `Assistant.handle`; the token may be brought again.
        """
        by, now = sign_in.session_id, self.clock.now()
        if len(secret) > _MOST_CHARACTERS:
            raise TaskTokenUnknown
        found = await self.moves.find(secret, by, now)
        if found is None or found.customer_id != sign_in.customer_id:
            raise TaskTokenUnknown
        if not await self.moves.spend(secret, by, now):
            raise TaskTokenUnknown
        name = hashlib.sha256(f"go on|{secret}|{by}".encode()).hexdigest()[:_DIGITS]
        message = InboundMessage(
            message_id=MessageId(f"go-on-{name}"),
            conversation_id=found.conversation_id,
            button=GO_ON,
            channel=channel,
            sign_in=sign_in,
            origin=origin,
        )
        turn = await self.answer(message)
        return turn.continued_in or found.conversation_id, turn
