"""A push becomes a turn of the contact's conversation, or words of the channel's own."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.announcements import Announcements
from assistant.errors import ConversationNotFound, MessageInvalid
from assistant.model.events import MessageReceived
from assistant.model.ids import ConversationId, MessageId, ResponseKey
from assistant.model.message import InboundMessage, SignIn
from assistant.model.tracker import Tracker
from assistant.security.redaction import BLANK
from channels.service import Answering
from channels.wechat.bindings import Bindings, sign_in_of
from channels.wechat.database import Database
from channels.wechat.errors import MediaUnusable
from channels.wechat.ledger import Ledger
from channels.wechat.media import Voices
from channels.wechat.menu import Tags
from channels.wechat.messages import Arrival
from channels.wechat.tables import CONTACT, NOTHING_TOLD

_log = logging.getLogger(__name__)

UNBIND: Final = "/unbind"
"""Menu entry and words by which a customer ends a binding."""

STEP_UP: Final = "pattern_step_up"
_DIGITS: Final = re.compile(r"\d(?:[\s-]?\d){3,}")
"""Four or more: codes, card, identity and telephone numbers."""

_NOT_HERE: Final = ResponseKey("utter_channel_app")
_WELCOME: Final = ResponseKey("utter_channel_welcome")
_UNREADABLE: Final = ResponseKey("utter_channel_unreadable")
_TYPE_INSTEAD: Final = ResponseKey("utter_channel_type_instead")
_UNBOUND: Final = ResponseKey("utter_channel_unbound")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who writes, and in which conversation."""

    conversation_id: ConversationId
    sign_in: SignIn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Turns of one account's contacts.

    Attributes:
        channel: Name of the surface in events.
        tags: Which menu a contact sees, where the surface has menus.
        patience_ms: How long words that lack their rest wait for it.
    """

    channel: str
    assistant: Answering
    announcements: Announcements
    ledger: Ledger
    bindings: Bindings
    database: Database
    voices: Voices
    patience_ms: int
    tags: Tags | None = None

    async def answer(self, arrival: Arrival, arrival_id: str, contact_id: str) -> None:
        """Let one push have its turn; the same push again changes nothing.

        Raises:
            AssistantError: A retryable one; the work is to be done later.
        """
        if arrival.kind == "payload" and arrival.text == UNBIND:
            await self.bindings.end(contact_id, "asked")
            if self.tags is not None:
                await self.tags.mark(arrival.openid, is_bound=False)
        speaker = await self.speaker(contact_id)
        try:
            await self._turn(arrival, arrival_id, contact_id, speaker)
        except ConversationNotFound:
            # Erased, or by now somebody else's: what is said from here on is said anew.
            fresh = await self._open(contact_id, speaker.conversation_id, speaker.sign_in)
            await self._turn(arrival, arrival_id, contact_id, Speaker(fresh, speaker.sign_in))

    async def speaker(self, contact_id: str) -> Speaker:
        """The contact's conversation, opened when there is none, and their sign-in."""
        contact = await self.ledger.find(contact_id)
        if contact is None:
            raise ConversationNotFound
        binding = await self.bindings.find(contact_id)
        sign_in = sign_in_of(binding, contact) if binding is not None else None
        known = contact.conversation_id
        if known is None:
            return Speaker(await self._open(contact_id, None, sign_in), sign_in)
        return Speaker(ConversationId(known), sign_in)

    async def _turn(
        self, arrival: Arrival, arrival_id: str, contact_id: str, speaker: Speaker
    ) -> None:
        text, own_words = await self._read(arrival)
        is_button = arrival.kind == "payload"
        message = InboundMessage(
            message_id=MessageId(arrival_id),
            conversation_id=speaker.conversation_id,
            text="" if is_button else text,
            button=text if is_button else None,
            channel=self.channel,
            sign_in=speaker.sign_in,
            origin=origin_of(contact_id),
            patience_ms=self.patience_ms,
        )
        if own_words is None and await self._is_secret(message):
            # A code typed where it does not belong is neither used nor kept.
            message, own_words = message.model_copy(update={"text": BLANK}), _NOT_HERE
        if own_words is None and await self._handled(message, contact_id):
            return
        if not message.text:
            message = message.model_copy(update={"text": f"[{arrival.kind}]"})
        await self.announcements.tell(message, own_words or _UNREADABLE, {})

    async def _read(self, arrival: Arrival) -> tuple[str, ResponseKey | None]:
        """The words of a push, and what the channel itself says to it."""
        match arrival.kind:
            case "payload":
                return arrival.text, _UNBOUND if arrival.text == UNBIND else None
            case "voice":
                return await self._heard(arrival)
            case "follow":
                return "", _WELCOME
            case "other":
                return f"[{arrival.detail}]", _UNREADABLE
            case _:
                return arrival.text, None

    async def _is_secret(self, message: InboundMessage) -> bool:
        """Whether digits were typed while a proof of identity is asked for."""
        if not _DIGITS.search(message.text):
            return False
        conversations = self.assistant.conversations
        log = await conversations.store.load(message.conversation_id)
        tracker = Tracker.replay(message.conversation_id, (stored.event for stored in log))
        asked = tracker.asked
        slot = conversations.release.slots.get(asked.slot) if asked and asked.slot else None
        in_step_up = tracker.top is not None and tracker.top.flow == STEP_UP
        return in_step_up or (slot is not None and slot.mask == "secret")

    async def _handled(self, message: InboundMessage, contact_id: str) -> bool:
        """Whether the assistant could take the message."""
        try:
            turn = await self.assistant.handle(message)
        except MessageInvalid as error:
            _log.info("a push could not be taken: %s", error.problem)
            return False
        if turn.continued_in is not None:
            await self._follow(contact_id, message, turn.continued_in)
        return True

    async def _follow(
        self, contact_id: str, message: InboundMessage, target: ConversationId
    ) -> None:
        """The contact goes on in another conversation, from this message's own answer on."""
        log = await self.assistant.conversations.store.load(target)
        asked = (
            stored.frame_seq
            for stored in log
            if isinstance(stored.event, MessageReceived)
            and stored.event.message_id == message.message_id
        )
        told = (next(asked, None) or 1) - 1
        change = (
            update(CONTACT)
            .where(
                CONTACT.c.contact_id == contact_id,
                CONTACT.c.conversation_id == message.conversation_id,
            )
            .values(conversation_id=target, told_seq=told, target_seq=None, pieces_sent=0)
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(change)

        await self.database.write(work)

    async def _heard(self, arrival: Arrival) -> tuple[str, ResponseKey | None]:
        try:
            text = await self.voices.heard(
                arrival.media_id, arrival.media_format, arrival.media_id_8k
            )
        except MediaUnusable as error:
            _log.info("a voice message could not be read: %s", error.reason)
            return "[voice]", _TYPE_INSTEAD
        return (text, None) if text else ("[voice]", _TYPE_INSTEAD)

    async def _open(
        self, contact_id: str, instead_of: ConversationId | None, sign_in: SignIn | None
    ) -> ConversationId:
        """Open a conversation for the contact; of two opened at once, one is used."""
        opened = await self.assistant.conversations.open(channel=self.channel, sign_in=sign_in)
        same = (
            CONTACT.c.conversation_id.is_(None)
            if instead_of is None
            else CONTACT.c.conversation_id == instead_of
        )
        change = (
            update(CONTACT)
            .where(CONTACT.c.contact_id == contact_id, same)
            .values(conversation_id=opened, **NOTHING_TOLD)
            .returning(CONTACT.c.contact_id)
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(change)).one_or_none() is not None

        if await self.database.write(work):
            return opened
        contact = await self.ledger.find(contact_id)
        if contact is None or contact.conversation_id is None:
            raise ConversationNotFound
        return ConversationId(contact.conversation_id)


def origin_of(contact_id: str) -> str:
    """Where a contact's messages come from, hashed, for what a visitor proved."""
    return hashlib.sha256(f"wechat|{contact_id}".encode()).hexdigest()[:16]
