"""Follows the conversation that answers a call, wherever it goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from assistant.errors import AssistantError
from assistant.model.channels import Speaker
from assistant.model.ids import ConversationId
from assistant.model.tracker import Tracker
from assistant.ports import Broadcast, EventStore, StoredEvent
from channels.rendering import Words
from channels.voice.elsewhere import Elsewhere, News

_log = logging.getLogger(__name__)

_AGAIN_S: Final = 1.0
"""After a failure of the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """What one call hears of other channels.

    Attributes:
        place: The call's, see `assistant.model.channels.place_of`.
        prefix: Of the ids of its messages.
        words: Approved wording for what no event says.
    """

    store: EventStore
    broadcast: Broadcast
    place: str
    prefix: str
    words: Words

    async def news(self, conversation_id: ConversationId) -> AsyncIterator[News]:
        """What other channels do to the task of the call, from now on; never ends by itself."""
        known: Elsewhere | None = None
        at, door = conversation_id, ""
        while True:
            try:
                known = known or await self._now(at, door)
                async with aclosing(self._unread(at, known)) as unread:
                    async for stored in unread:
                        if (news := known.note(stored)) is not None:
                            yield news
            except AssistantError as error:
                _log.warning("a call does not hear of other channels: %s", error.code)
                await asyncio.sleep(_AGAIN_S)
            onward = known.goes_on_in() if known is not None else None
            if onward is not None:
                known, at, door = None, onward, conversation_id

    async def _now(self, at: ConversationId, door: str) -> Elsewhere:
        """The conversation as it is now: what was before is no news."""
        log = await self._read(at)
        return Elsewhere(
            Tracker.replay(at, (stored.event for stored in log)),
            Speaker(place=self.place, door=door),
            f"{self.prefix}-",
            self.words,
            last_seq=log[-1].seq if log else 0,
        )

    async def _unread(self, at: ConversationId, known: Elsewhere) -> AsyncGenerator[StoredEvent]:
        """Events as they come, until one was missed or the conversation goes on elsewhere."""
        if known.goes_on_in() is not None:
            return
        async with self.broadcast.subscribe(at) as events:
            for stored in await self._read(at):
                yield stored
            async for stored in events:
                if stored.seq > known.last_seq + 1:
                    return
                yield stored
                if known.goes_on_in() is not None:
                    return

    async def _read(self, at: ConversationId) -> list[StoredEvent]:
        """The log; a call that ends meanwhile does not cut the query off in the middle."""
        return await asyncio.shield(self.store.load(at))
