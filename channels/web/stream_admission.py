"""Hello and welcome: who may come in, to which conversation, and what the page missed."""

from __future__ import annotations

import logging

from assistant.errors import ConversationBusy
from assistant.model.ids import ConversationId
from assistant.model.message import SignIn
from channels.web.frames import Body, FrameWriter, envelope
from channels.web.state import Web
from channels.web.stream_closing import AUTH, GOING_AWAY, Closing
from channels.web.stream_feed import Feed
from channels.web.stream_outbound import Outbound
from channels.web.stream_protocol import HelloBody
from channels.web.tokens import Bearer

_log = logging.getLogger(__name__)


async def redeem(web: Web, ticket: str) -> Bearer | None:
    """Take the ticket back.

    Raises:
        Closing: It was used, is too old, or the token behind it is.
        StoreUnavailable: Nobody could say.
    """
    good, bearer = await web.tickets.redeem(ticket)
    if not good:
        raise Closing(AUTH, "auth")
    check_token(web, bearer)
    return bearer


def check_token(web: Web, bearer: Bearer | None) -> None:
    """End the connection of a customer whose sign-in ran out.

    Raises:
        Closing: It ran out.
    """
    if bearer is not None and bearer.expires_at <= web.service.clock.now():
        raise Closing(AUTH, "auth")


async def welcome(
    web: Web, outbound: Outbound, hello: HelloBody, bearer: Bearer | None, origin: str
) -> Feed:
    """Find or open the conversation, say welcome and send what the page missed.

    Raises:
        Closing: The page must forget what it holds, and come again.
        ConversationNotFound: Unknown, or somebody else's.
        StoreUnavailable: The log could not be read or written.
        TooSlow: The page did not take its frames.
    """
    sign_in = bearer.sign_in if bearer else None
    conversation_id = await _conversation(web, hello, sign_in, origin)
    epoch = web.settings.stream_epoch
    feed = Feed(
        web=web,
        outbound=outbound,
        conversation_id=conversation_id,
        sign_in=sign_in,
        origin=origin,
        writer=FrameWriter(conversation_id, epoch, web.service.release),
    )
    head_seq = await feed.start(hello.last_seq)
    now = web.service.clock.now()
    if _holds_other_numbers(hello, epoch, head_seq):
        outbound.offer(envelope("resync", {}, now))
        raise Closing(GOING_AWAY, "resync")
    body: Body = {
        "conv": conversation_id,
        "epoch": epoch,
        "head_seq": head_seq,
        "mode": feed.mode,
        "level": _level(feed, bearer),
        "locale": hello.locale or "zh-Hans",
        "customer": {"name": bearer.name or bearer.subject} if bearer else None,
    }
    await outbound.put(feed.writer.control("welcome", body, now))
    await feed.resume()
    return feed


async def _conversation(
    web: Web, hello: HelloBody, sign_in: SignIn | None, origin: str
) -> ConversationId:
    conversations = web.service.assistant.conversations
    if hello.conv is None:
        return await conversations.open(channel="web", locale=hello.locale, sign_in=sign_in)
    conversation_id = ConversationId(hello.conv)
    await conversations.admit(conversation_id, sign_in, origin)
    if hello.locale is not None:
        try:
            await conversations.set_locale(conversation_id, sign_in, hello.locale)
        except ConversationBusy:
            # A turn is under way; the page must not wait for it to see the conversation.
            _log.info("language not changed: conversation busy")
    return conversation_id


def _holds_other_numbers(hello: HelloBody, epoch: int, head_seq: int) -> bool:
    other_epoch = hello.epoch is not None and str(hello.epoch) != str(epoch)
    return hello.last_seq > head_seq or (other_epoch and hello.last_seq > 0)


def _level(feed: Feed, bearer: Bearer | None) -> int:
    """What was true last: the end of the last turn, or a sign-in after it."""
    if feed.finished is None or (bearer and bearer.signed_in_at > feed.finished.at):
        return bearer.level if bearer else 0
    return feed.finished.level
