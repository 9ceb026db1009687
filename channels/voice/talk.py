"""A call's conversation: an ordinary one of the channel `voice`, in serial turns with message ids.

What a gateway says about the caller proves nothing: a telephone call begins as a visitor's. Only a
page that signed in brings a sign-in along.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from assistant.announcements import Announcements
from assistant.model.channels import place_of
from assistant.model.events import ActionFinished
from assistant.model.ids import ConversationId, MessageId, ResponseKey
from assistant.model.message import InboundMessage, ReplyPart, SignIn
from assistant.model.tracker import Tracker
from channels.rendering import Words, wording
from channels.service import Service
from channels.voice.elsewhere import News
from channels.voice.expected import Expected, expected
from channels.voice.following import Following
from channels.web.running_turns import RunningTurns

CHANNEL: Final = "voice"
_WELCOME: Final = ResponseKey("utter_voice_welcome")
_BACK: Final = ResponseKey("utter_voice_back")
_CALLED: Final = "[call]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a message led to.

    Attributes:
        parts: To be said.
        turn: Number in the conversation that answers; 0 for none.
        ticket: Of the colleague the call goes to; None while it stays here.
        has_acted: The bank was asked to do something: these words must be heard.
    """

    parts: tuple[ReplyPart, ...]
    expected: Expected
    ticket: str | None = None
    has_acted: bool = False
    turn: int = 0


@dataclass(slots=True, kw_only=True)
class Talk:
    """One caller's side of the conversation.

    Attributes:
        prefix: Of message ids; unique to this connection.
        origin: Of what a visitor proves: counts for this call alone.
        resumed: The conversation was begun in a call that was cut off.
        turns: Keeps turns running when the caller is gone.
        words: Approved wording for what no event says, in the language of the conversation.
    """

    service: Service
    conversation_id: ConversationId
    turns: RunningTurns
    words: Words
    prefix: str
    origin: str
    sign_in: SignIn | None = None
    resumed: bool = False
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def greet(self) -> Answer:
        """Tell the caller that an AI speaks; after a cut-off call, say the open question again.

        Raises:
            AssistantError: Nothing was stored.
        """
        announcements = Announcements(conversations=self.service.assistant.conversations)
        before = await self._tracker()
        again = [said.part for said in before.last_said()] if self.resumed else []
        key = _BACK if self.resumed else _WELCOME
        await self.turns.run(announcements.tell(self._message(_CALLED, None), key, {}))
        tracker = await self._tracker()
        told = [said.part for said in tracker.last_said()]
        return self._answer(tracker, (*told, *again))

    async def say(self, text: str = "", button: str | None = None) -> Answer:
        """Let the caller's words, digits or choice have their turn.

        Raises:
            AssistantError: As `Assistant.handle`.
        """
        message = self._message(text, button)
        turn = await self.turns.run(self.service.assistant.handle(message))
        tracker = await self._tracker(turn.continued_in)
        events = tracker.in_turn(turn.turn)
        has_acted = any(
            isinstance(event, ActionFinished) and event.idempotency_key is not None
            for event in events
        )
        return self._answer(tracker, turn.replies, has_acted=has_acted)

    def news(self) -> AsyncIterator[News]:
        """What other channels do to the task of this call, from now on; never ends by itself."""
        following = Following(
            store=self.service.assistant.conversations.store,
            broadcast=self.service.broadcast,
            place=place_of(CHANNEL),
            prefix=self.prefix,
            words=self.words,
        )
        return following.news(self.conversation_id)

    def _message(self, text: str, button: str | None) -> InboundMessage:
        return InboundMessage(
            message_id=MessageId(f"{self.prefix}-{next(self._numbers)}"),
            conversation_id=self.conversation_id,
            text=text,
            button=button,
            channel=CHANNEL,
            sign_in=self.sign_in,
            origin=self.origin,
        )

    def _answer(
        self, tracker: Tracker, parts: tuple[ReplyPart, ...], *, has_acted: bool = False
    ) -> Answer:
        self.words = wording(self.service.release, tracker.locale)
        return Answer(
            parts=parts,
            expected=expected(tracker, self.service.release),
            ticket=tracker.ticket_id,
            has_acted=has_acted,
            turn=tracker.turn,
        )

    async def _tracker(self, continued_in: ConversationId | None = None) -> Tracker:
        """Of the conversation that answers: this one, or the one in which it goes on."""
        answering = continued_in or self.conversation_id
        log = await self.service.assistant.conversations.store.load(answering)
        return Tracker.replay(answering, (stored.event for stored in log))
