"""Conversations as stored: loaded under a lock, changed by events, told to open connections."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from assistant.dialogue.log import TurnLog
from assistant.errors import ConversationNotFound
from assistant.model.assurance import Assurance
from assistant.model.events import (
    ConversationStarted,
    FeedbackGiven,
    LocaleChanged,
    SignedIn,
)
from assistant.model.ids import ConversationId
from assistant.model.message import Locale, SignIn
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import (
    Broadcast,
    Clock,
    ConversationHead,
    ConversationLock,
    EventStore,
    IdSource,
    StoredEvent,
)


@dataclass(slots=True)
class Conversation:
    """One conversation held for writing.

    Attributes:
        last_seq: Number of the last stored event.
    """

    log: TurnLog
    store: EventStore
    broadcast: Broadcast
    last_seq: int

    async def flush(self) -> None:
        """Store what was recorded since the last time and tell the open connections.

        Raises:
            ConversationMoved: Another process wrote meanwhile; nothing was stored.
            StoreUnavailable: Nothing was stored.
        """
        if not self.log.pending:
            return
        tracker = self.log.tracker
        stored = await self.store.append(tracker.conversation_id, self.last_seq, self.log.pending)
        self.last_seq = stored[-1].seq
        self.log.pending.clear()
        await self.broadcast.publish(tracker.conversation_id, stored)

    def note_sign_in(self, sign_in: SignIn, level: Assurance) -> None:
        """Record whose conversation it is from now on, and at which level."""
        self.log.add(
            SignedIn,
            customer_id=sign_in.customer_id,
            level=level,
            signed_in_at=sign_in.at,
            session=sign_in.session_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversations:
    """Opens, loads and guards conversations."""

    store: EventStore
    lock: ConversationLock
    broadcast: Broadcast
    clock: Clock
    ids: IdSource
    release: Release

    async def open(
        self, *, channel: str, locale: Locale | None = None, sign_in: SignIn | None = None
    ) -> ConversationId:
        """Start a conversation; without a sign-in it is a visitor's."""
        conversation_id = ConversationId(self.ids.new("c"))
        held = self._conversation(Tracker(conversation_id), 0)
        held.log.add(
            ConversationStarted,
            channel=channel,
            locale=locale or self.release.locale,
            locale_chosen=locale is not None,
        )
        if sign_in is not None:
            held.note_sign_in(sign_in, sign_in.level)
        await held.flush()
        return conversation_id

    async def admit(
        self, conversation_id: ConversationId, sign_in: SignIn | None, origin: str = ""
    ) -> ConversationHead:
        """Check that this person may read the conversation.

        Raises:
            ConversationNotFound: Unknown, or somebody else's: the answer is the same.
        """
        head = await self.store.head(conversation_id)
        if head is None:
            raise ConversationNotFound
        if head.customer_id is not None:
            _check_owner(await self._load(conversation_id), sign_in, origin)
        return head

    async def timeline(
        self, conversation_id: ConversationId, sign_in: SignIn | None, origin: str = ""
    ) -> list[StoredEvent]:
        """Everything people see of the conversation, oldest first.

        Raises:
            ConversationNotFound: Unknown, or somebody else's.
        """
        await self.admit(conversation_id, sign_in, origin)
        return [event for event in await self.store.load(conversation_id) if event.frame_seq]

    async def set_locale(
        self, conversation_id: ConversationId, sign_in: SignIn | None, locale: Locale
    ) -> None:
        """Answer in this language from here on."""
        async with self.hold(conversation_id, sign_in) as held:
            if (held.log.tracker.locale, held.log.tracker.locale_chosen) != (locale, True):
                held.log.add(LocaleChanged, locale=locale, locale_chosen=True)
                await held.flush()

    async def rate(
        self,
        conversation_id: ConversationId,
        sign_in: SignIn | None,
        turn: int | None,
        rating: int,
        comment: str,
    ) -> None:
        """Keep what the customer thought of a turn."""
        async with self.hold(conversation_id, sign_in) as held:
            held.log.add(FeedbackGiven, rated_turn=turn, rating=rating, comment=comment)
            await held.flush()

    async def length(self, conversation_id: ConversationId) -> int:
        """How many events the log has now; 0 when there is no such conversation."""
        head = await self.store.head(conversation_id)
        return head.last_seq if head is not None else 0

    async def unfinished(self) -> list[ConversationId]:
        """Conversations whose last turn was cut off."""
        return await self.store.unfinished()

    @asynccontextmanager
    async def hold(
        self, conversation_id: ConversationId, sign_in: SignIn | None, origin: str = ""
    ) -> AsyncIterator[Conversation]:
        """Hold a conversation for one turn, after checking whose it is.

        Raises:
            ConversationNotFound: Unknown, somebody else's, or erased: nothing goes on from there.
            ConversationBusy: It was not free in time.
        """
        async with self.hold_any(conversation_id) as held:
            _check_owner(held.log.tracker, sign_in, origin)
            if held.log.tracker.erased:
                raise ConversationNotFound
            yield held

    @asynccontextmanager
    async def hold_any(self, conversation_id: ConversationId) -> AsyncIterator[Conversation]:
        """Hold a conversation for the bank's own side: recovery, colleagues, settled actions.

        Raises:
            ConversationNotFound: Unknown.
            ConversationBusy: It was not free in time.
        """
        async with self.lock.hold(conversation_id):
            stored = await self.store.load(conversation_id)
            if not stored:
                raise ConversationNotFound
            tracker = Tracker.replay(conversation_id, (record.event for record in stored))
            yield self._conversation(tracker, stored[-1].seq)

    async def _load(self, conversation_id: ConversationId) -> Tracker:
        stored = await self.store.load(conversation_id)
        return Tracker.replay(conversation_id, (record.event for record in stored))

    def _conversation(self, tracker: Tracker, last_seq: int) -> Conversation:
        log = TurnLog(tracker, self.release, self.clock)
        return Conversation(log, self.store, self.broadcast, last_seq)


def _check_owner(tracker: Tracker, sign_in: SignIn | None, origin: str) -> None:
    """A signed-in conversation is that customer's; a visitor's belongs to whoever holds its id.

    Once a visitor has proved to be a customer, the id alone no longer opens it: whoever planted it
    would share what the customer proved (session fixation).

    Raises:
        ConversationNotFound: It is somebody else's.
    """
    owner = tracker.signed_in.customer_id if tracker.signed_in else None
    if sign_in is None and origin and origin in tracker.proved:
        return  # the same line on which the customer proved who they are
    if tracker.erased:
        owner = tracker.customer_id
    speaker = sign_in.customer_id if sign_in else None
    if owner is not None and speaker != owner:
        raise ConversationNotFound
    if speaker is not None and tracker.customer_id not in {None, speaker}:
        raise ConversationNotFound
    is_proved = speaker is None and tracker.customer_id is not None
    if is_proved and origin and tracker.origin not in {"", origin}:
        raise ConversationNotFound
