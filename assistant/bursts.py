"""Bursts: short messages sent one after another that mean one thing together.

"帮我" · "锁一下" · "6688那张" is one wish. Messages of one conversation that wait at the same time
(for the turn before them, or for the rest of an unfinished one) are taken into one turn, in the
order they came, where one of them lacks its rest or is very short. A complete wish, a sentence
and a button are turns of their own and wait for nobody. Nothing is stored or done
while a message waits here: one that is lost with the process was never acknowledged.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from assistant.model.ids import ConversationId, MessageId
from assistant.model.message import InboundMessage

LONGEST_WAITS: Final = 4
"""A burst settles after this many times its patience, however the customer goes on typing."""

MOST_CHARACTERS: Final = 4000
"""Of a burst; what exceeds it is a turn of its own."""

FEW_CHARACTERS: Final = 6
"""A waiting message as short as "好" or "锁卡" is read with what waits behind it: a yes and the
change of mind after it are heard together, before either is obeyed."""

_SENTENCE_END: Final = re.compile(r"[.。!！?？]\s*$")


@dataclass(slots=True)
class _Room:
    """The messages of one conversation that wait.

    Attributes:
        waiting: In the order they came; taken out when a turn begins with them.
        unfinished: Ids of those whose words lack their rest.
        going_on: Ids of those that came while the rest of another was awaited.
        inside: How many callers have joined and not left.
        until: When the open burst has settled, in the event loop's seconds; None: none is open.
        latest: When it settles at the latest.
        changed: Set whenever `until` was moved.
    """

    waiting: list[InboundMessage] = field(default_factory=list)
    unfinished: set[MessageId] = field(default_factory=set)
    going_on: set[MessageId] = field(default_factory=set)
    inside: int = 0
    until: float | None = None
    latest: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True)
class Bursts:
    """The waiting messages of this process.

    Messages of one conversation that reach two processes are two turns, one after the other.
    """

    _rooms: dict[ConversationId, _Room] = field(default_factory=dict)

    @asynccontextmanager
    async def join(
        self, message: InboundMessage, is_unfinished: Callable[[str], bool]
    ) -> AsyncIterator[Callable[[], list[InboundMessage]]]:
        """Wait with a message until what belongs to it is here.

        Args:
            message: Just arrived.
            is_unfinished: Whether words surely lack their rest.

        Yields:
            Takes the messages to be answered together with this one; it is to be called while
            the conversation is held, and gives this message alone when another turn took it.
        """
        room = self._rooms.setdefault(message.conversation_id, _Room())
        room.inside += 1
        room.waiting.append(message)
        try:
            self._open_or_close(room, message, is_unfinished)
            await _settled(room)
            yield lambda: _take(room, message)
        finally:
            if message in room.waiting:
                room.waiting.remove(message)
            room.inside -= 1
            if not room.inside:
                del self._rooms[message.conversation_id]

    def _open_or_close(
        self, room: _Room, message: InboundMessage, is_unfinished: Callable[[str], bool]
    ) -> None:
        now = asyncio.get_running_loop().time()
        patience_s = message.patience_ms / 1000
        is_open = room.until is not None and room.until > now
        is_cut_off = is_unfinished(message.text)
        if is_cut_off:
            room.unfinished.add(message.message_id)
        if is_open:
            room.going_on.add(message.message_id)
        if message.button or (_SENTENCE_END.search(message.text) and not is_cut_off):
            room.until = None
        elif is_open:
            room.until = min(now + patience_s, room.latest)
        elif patience_s and is_cut_off:
            room.until = now + patience_s
            room.latest = now + patience_s * LONGEST_WAITS
        room.changed.set()
        room.changed = asyncio.Event()


async def _settled(room: _Room) -> None:
    """Wait until no burst is open."""
    loop = asyncio.get_running_loop()
    while room.until is not None and room.until > loop.time():
        changed = room.changed
        try:
            async with asyncio.timeout_at(room.until):
                await changed.wait()
        except TimeoutError:
            continue


def _take(room: _Room, message: InboundMessage) -> list[InboundMessage]:
    """What is to be answered now: the run of words that came first, or this message alone.

    A button stands alone, and what came before it is answered before it. Only messages of the
    same sign-in and channel go together: nobody speaks through somebody else's turn.
    """
    if message not in room.waiting:
        return [message]
    taken: list[InboundMessage] = []
    known: set[MessageId] = set()
    for each in room.waiting:
        if (each.sign_in, each.channel) != (message.sign_in, message.channel):
            continue
        size = sum(len(earlier.text) for earlier in taken) + len(each.text)
        stands_alone = each.button is not None or each.text.lstrip().startswith("/")
        goes_on = not taken or (
            taken[-1].message_id in room.unfinished
            or each.message_id in room.going_on
            or len(taken[-1].text.strip()) <= FEW_CHARACTERS
        )
        if taken and (stands_alone or size > MOST_CHARACTERS or not goes_on):
            break
        if each.message_id not in known:
            taken.append(each)
        known.add(each.message_id)
        if stands_alone:
            break
    room.waiting[:] = [each for each in room.waiting if each.message_id not in known]
    return taken
