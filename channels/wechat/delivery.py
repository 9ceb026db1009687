"""Telling a contact what was said in their conversation, each thing once.

What is to be told is what stands in the log after the last frame they know, up to the last finished
turn: answers, words of colleagues, outcomes that came late. It goes as a passive reply when there
is a push to answer and one text will do, else by the API within the governor's permits. A delivery
whose outcome is unknown is not repeated: it is recapitulated at the customer's next message.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from assistant.model.channels import place_of
from assistant.model.events import (
    ActionFinished,
    ConversationStarted,
    LocaleChanged,
    MessageReceived,
    Said,
    TurnFinished,
)
from assistant.model.hearers import places
from assistant.model.ids import ConversationId
from assistant.model.message import Locale, ReplyPart
from assistant.model.release import Release
from assistant.ports import EventStore, IdSource, StoredEvent
from channels.rendering import Outgoing, Spoken, Ways, Words, as_one_text, labelled, render, wording
from channels.wechat.bindings import Bindings
from channels.wechat.database import Database
from channels.wechat.errors import CallRefused, NotSent, OutcomeUnknown
from channels.wechat.inbox import contact_place
from channels.wechat.ledger import Ledger, told
from channels.wechat.links import Links
from channels.wechat.notices import Notices, Occasion
from channels.wechat.quota import Permit
from channels.wechat.senders import Sender

_log = logging.getLogger(__name__)

_SOON_MS: Final = 2_000
_NEXT_MINUTE_MS: Final = 60_000
_LATER_MS: Final = 600_000
_MOST_DELIVERIES: Final = 10
"""In a row for one contact, then the next round goes on."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a contact is to be told next.

    Attributes:
        target: Frame they know afterwards.
        ends_doubt: Whether it repeats what may not have arrived.
        occasion: What a notice would say of it; None when the customer waits for it in the chat.
    """

    contact: Row[Any]
    owner: str
    target: int
    pieces: tuple[Outgoing, ...]
    words: Words
    ends_doubt: bool = False
    occasion: Occasion | None = None

    @property
    def span(self) -> dict[str, object]:
        """The frames that are told, the recapitulation too, for the push that takes them along."""
        contact = self.contact
        only_again = self.ends_doubt and self.target <= contact.told_seq
        return {
            "told_in": contact.conversation_id,
            "told_from": contact.doubt_from if self.ends_doubt else contact.told_seq,
            "told_to": contact.doubt_to if only_again else self.target,
        }

    @property
    def left(self) -> Sequence[Outgoing]:
        """Pieces that have not arrived yet."""
        return self.pieces[self.contact.pieces_sent :]

    @property
    def finished(self) -> dict[str, object]:
        """The row when all of it was told."""
        doubt = {"doubt_from": None, "doubt_to": None} if self.ends_doubt else {}
        return {**told(self.target), **doubt}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Deliveries of one account."""

    ledger: Ledger
    store: EventStore
    sender: Sender
    release: Release
    links: Links
    bindings: Bindings
    database: Database
    ids: IdSource
    notices: Notices | None = None

    async def in_passing(
        self, contact_id: str, arrival_id: str, *, is_asked_again: bool = False
    ) -> str | None:
        """The text of a passive reply, claimed; None when nothing, or more than one text, waits.

        Args:
            contact_id: Who is told.
            arrival_id: The push that is answered.
            is_asked_again: The platform did not hear the answer to this push and asks for it.
        """
        batch = await self._next(contact_id, is_asked_again=is_asked_again)
        if batch is None:
            return None
        text = as_one_text(batch.left, self.sender.can, batch.words) if batch.left else None
        if text is None:
            await self.ledger.release(contact_id, batch.owner)
            return None
        is_ours = await self.ledger.told_in_passing(
            contact_id, batch.owner, batch.finished, arrival_id, batch.span
        )
        return text if is_ours else None

    async def send_all(self, contact_id: str) -> None:
        """Send whatever waits, as far as it is permitted."""
        for _ in range(_MOST_DELIVERIES):
            batch = await self._next(contact_id)
            if batch is None or not await self._send(batch):
                return

    async def typing(self, contact_id: str) -> None:
        """Show that an answer is on its way."""
        contact = await self.ledger.find(contact_id)
        if contact is not None and contact.openid is not None:
            await self.sender.typing(self._openid(contact))

    async def _next(self, contact_id: str, *, is_asked_again: bool = False) -> Batch | None:
        """Claim the contact and see what they are to be told; frames without words are passed."""
        owner = self.ids.new("d")
        contact = await self.ledger.claim(contact_id, owner)
        if contact is None:
            return None
        if contact.conversation_id is None or contact.openid is None:
            await self.ledger.release(contact_id, owner)
            return None
        log = await self.store.load(ConversationId(contact.conversation_id))
        target = contact.target_seq or _last_finished(log)
        repeats = is_asked_again and contact.doubt_to is not None
        if target <= contact.told_seq and not repeats:
            await self.ledger.release(contact_id, owner)
            return None
        is_bound = await self.bindings.find(contact_id) is not None
        words = wording(self.release, _locale(log, self.release))
        title = words("utter_channel_link_title")
        ways = self.links.ways(contact_id, target, title, is_bound=is_bound)
        batch = self._batch(contact, owner, log, (target, ways, words), repeats=repeats)
        if not batch.left:
            await self.ledger.release(contact_id, owner, **batch.finished)
            return None
        return batch

    def _batch(
        self,
        contact: Row[Any],
        owner: str,
        log: Sequence[StoredEvent],
        aim: tuple[int, Ways, Words],
        *,
        repeats: bool,
    ) -> Batch:
        target, ways, words = aim
        here = place_of(self.sender.can.channel)
        new = _said(log, contact.told_seq, target, here)
        doubted: list[Spoken] = []
        # Only once the customer wrote, or the platform asks, again: else a blind repeat.
        asks = repeats or _wrote(log, contact.told_seq, target)
        if contact.doubt_to is not None and asks:
            again = _said(log, contact.doubt_from, contact.doubt_to, here)
            intro = Spoken(ReplyPart(text=words("utter_channel_recap")))
            doubted = [intro, *again] if again else []
        said = [*doubted, *new]
        pieces = render(said, self.sender.can, self.release, words, ways) if new or repeats else []
        return Batch(
            contact=contact,
            owner=owner,
            target=target,
            pieces=tuple(pieces),
            words=words,
            ends_doubt=bool(doubted),
            occasion=_occasion(log, contact.told_seq, target),
        )

    async def _send(self, batch: Batch) -> bool:
        """Send the pieces that are left; False when it cannot go on now."""
        contact_id, owner = batch.contact.contact_id, batch.owner
        if await self.sender.client.is_stopped():
            await self.ledger.release(
                contact_id, owner, retry_at_ms=self.links.now_ms() + _LATER_MS
            )
            return False
        arrived = batch.contact.pieces_sent
        for piece in batch.left:
            permit = await self.ledger.depart(
                contact_id, owner, batch.target, for_person=piece.for_person
            )
            if permit is None:
                await self.ledger.release(
                    contact_id, owner, blocked="no_permit", target_seq=batch.target
                )
                await self._notice(batch)
                return False
            if not await self._send_piece(batch, piece, arrived, permit):
                return False
            arrived += 1
        await self.ledger.release(contact_id, owner, **batch.finished)
        return True

    async def _send_piece(self, batch: Batch, piece: Outgoing, number: int, permit: Permit) -> bool:
        contact = batch.contact
        reference = f"{contact.conversation_id}-{batch.target}-{number}"
        message = labelled(piece, self.sender.can, batch.words)
        try:
            await self.sender.send(self._openid(contact), contact.reply_to, message, reference)
        except CallRefused as refusal:
            return await self._refused(batch, refusal, number, permit)
        except NotSent:
            await self.ledger.not_departed(permit, batch.owner, blocked=None, retry_ms=_SOON_MS)
            return False
        except OutcomeUnknown:
            await self._unknown(batch, permit)
            return False
        await self.ledger.arrive(contact.contact_id, batch.owner, number + 1)
        return True

    async def _refused(
        self, batch: Batch, refusal: CallRefused, number: int, permit: Permit
    ) -> bool:
        """The platform did not deliver a piece."""
        owner = batch.owner
        match refusal.kind:
            case "content" | "moot":
                # Sending it again cannot help; what follows it may.
                _log.error("a piece of a reply was refused with %d", refusal.errcode)
                await self.ledger.arrive(batch.contact.contact_id, owner, number + 1)
                return True
            case "throttle":
                await self.ledger.not_departed(
                    permit, owner, blocked=None, retry_ms=_NEXT_MINUTE_MS
                )
            case "window":
                await self.ledger.not_departed(
                    permit, owner, blocked="window", retry_ms=0, spent=True
                )
                await self._notice(batch)
            case "person":
                _log.warning("a contact cannot be reached: %d", refusal.errcode)
                await self.ledger.not_departed(
                    permit, owner, blocked=f"person:{refusal.errcode}", retry_ms=0, spent=True
                )
            case "token" | "permission" | "daily":
                await self.ledger.not_departed(permit, owner, blocked=None, retry_ms=_LATER_MS)
        return False

    async def _unknown(self, batch: Batch, permit: Permit) -> None:
        """Nobody knows whether a piece arrived."""
        _log.warning("the outcome of a delivery is unknown")
        contact = batch.contact
        if self.sender.can.resend_is_safe:
            await self.ledger.not_departed(permit, batch.owner, blocked=None, retry_ms=_SOON_MS)
            return
        started = contact.told_seq if contact.doubt_from is None else contact.doubt_from
        await self.ledger.release(
            contact.contact_id,
            batch.owner,
            **{**told(batch.target), "doubt_from": started, "doubt_to": batch.target},
        )

    async def _notice(self, batch: Batch) -> None:
        """The chat may not say it; a notice may say that there is something."""
        if self.notices is not None and batch.occasion is not None:
            openid, contact_id = self._openid(batch.contact), batch.contact.contact_id
            await self.notices.tell(contact_id, openid, batch.occasion, batch.target, batch.words)

    def _openid(self, contact: Row[Any]) -> str:
        return self.database.unseal(contact.openid, contact_place(contact.contact_id))


def _last_finished(log: Sequence[StoredEvent]) -> int:
    """The last frame that belongs to no unfinished turn."""
    last, running = 0, 0
    for stored in log:
        if isinstance(stored.event, MessageReceived):
            running = stored.event.turn
        elif isinstance(stored.event, TurnFinished):
            running = 0
        if stored.frame_seq is not None and not running:
            last = stored.frame_seq
    return last


def _said(log: Sequence[StoredEvent], after: int, until: int, here: str) -> list[Spoken]:
    """What was said for this place; what was said for another is not told twice."""
    return [
        Spoken(event.part, by_person=event.author == "colleague")
        for stored, event, place in places((each, each.event) for each in log)
        if isinstance(event, Said) and after < (stored.frame_seq or 0) <= until
        if place in {here, ""}
    ]


def _occasion(log: Sequence[StoredEvent], after: int, until: int) -> Occasion | None:
    """What happened between two frames that is worth a notice."""
    between = [stored.event for stored in log if after < (stored.frame_seq or 0) <= until]
    if any(isinstance(event, ActionFinished) and event.receipt_id for event in between):
        return "receipt"
    return None if any(isinstance(event, MessageReceived) for event in between) else "reminder"


def _wrote(log: Sequence[StoredEvent], after: int, until: int) -> bool:
    return any(
        isinstance(stored.event, MessageReceived) and after < (stored.frame_seq or 0) <= until
        for stored in log
    )


def _locale(log: Sequence[StoredEvent], release: Release) -> Locale:
    locale = release.locale
    for stored in log:
        if isinstance(stored.event, ConversationStarted | LocaleChanged):
            locale = stored.event.locale
    return locale
