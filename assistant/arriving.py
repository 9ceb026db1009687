"""Messages of one turn arrive: stored before anything is done, at the level their session has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from assistant.conversation import Conversation
from assistant.model.assurance import Assurance
from assistant.model.channels import OWN_LINE, Speaker, place_of
from assistant.model.events import MessageReceived
from assistant.model.ids import ConversationId
from assistant.model.message import InboundMessage, SignIn
from assistant.model.tracker import Tracker
from assistant.security.assurance import decayed, level_now
from assistant.security.redaction import redact
from assistant.security.sessions import level_of_sign_in

GO_ON: Final = "/go_on"
"""Button by which a message takes the task along."""


def receive(
    held: Conversation, messages: Sequence[InboundMessage], now: datetime, *, unseen: bool
) -> None:
    """Note the messages of one turn, and whose session speaks.

    Words from another channel than the one that has the task are noted as such and change nothing
    until they are understood.

    Args:
        held: The conversation.
        messages: At least one, of one channel and one session.
        now: The present instant, UTC.
        unseen: Whether another question is open than when they were sent.
    """
    log, tracker = held.log, held.log.tracker
    turn, first = tracker.turn + 1, messages[0]
    sign_in = vouched(tracker, first, now)
    beside = is_beside(tracker, first)
    for message in messages:
        stored = redact(message.text, tracker, log.release)
        log.add(
            MessageReceived,
            turn=turn,
            message_id=message.message_id,
            text=stored,
            button=redact(message.button, tracker, log.release) if message.button else None,
            channel=message.channel,
            redacted=stored != message.text,
            origin=message.origin,
            unseen=unseen or beside,
            door=message.door,
            beside=beside,
            sign_in=sign_in if beside else None,
        )
    if sign_in is not None and not beside:
        level = level_of_sign_in(
            tracker, sign_in, level_now(tracker, now), now, moved=tracker.changed_place
        )
        if level is not None:
            held.note_sign_in(sign_in, level)


def is_beside(tracker: Tracker, message: InboundMessage) -> bool:
    """Whether a task is under way in another channel; with a colleague there is one for all."""
    here = Speaker(place=place_of(message.channel), door=message.door)
    is_elsewhere = tracker.speaker is not None and not here.is_same(tracker.speaker)
    return is_elsewhere and tracker.task is not None and tracker.colleague is None


def vouched(tracker: Tracker, message: InboundMessage, now: datetime) -> SignIn | None:
    """The sign-in of a message; on a line of its own, what was proved there stands for one."""
    proof = tracker.proved.get(message.origin)
    is_own_line = message.channel in OWN_LINE and proof is not None
    if message.sign_in is not None or tracker.signed_in is None or not is_own_line:
        return message.sign_in
    customer_id = proof.customer_id if proof is not None else None
    if proof is None or customer_id is None:
        return None
    level = decayed(proof.level, idle=now - proof.at, age=now - proof.at)
    return SignIn(
        customer_id=customer_id, level=level, at=proof.at, session=f"line:{message.origin}"
    )


def onward(tracker: Tracker, message: InboundMessage, now: datetime) -> InboundMessage | None:
    """The message as it goes to the conversation that goes on with this one; None to stay here.

    The session brings what it has proved here, and nothing of the other conversation's.
    """
    continued = tracker.continued
    turn = tracker.turns.get(message.message_id)
    if continued is None or (turn is not None and turn < continued.turn):
        return None
    sign_in = message.sign_in
    if tracker.customer_id is not None:
        level = level_now(tracker, now)
        keeps = level >= Assurance.BOUND_CARD or tracker.assured_at is None
        sign_in = SignIn(
            customer_id=tracker.customer_id,
            level=level,
            at=now if keeps or tracker.assured_at is None else tracker.assured_at,
            session=sign_in.session_id if sign_in else f"door:{tracker.conversation_id}",
        )
    brought = {"text": "", "button": GO_ON} if turn == continued.turn else {}
    target = ConversationId(continued.into)
    return message.model_copy(
        update={
            **brought,
            "conversation_id": target,
            "sign_in": sign_in,
            "door": tracker.conversation_id,
            "patience_ms": 0,
        }
    )
