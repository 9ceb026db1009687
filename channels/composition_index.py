"""The vector index of a running assistant: what may be answered from, and who looks after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assistant.ports import Knowledge
from channels.settings import Settings
from knowledge.index_watch import Guarded, WatchedIndex
from knowledge.indexing import BuiltIndex
from knowledge.twins import Translated, Twins

_LOOK_S = 0.5
"""How soon an answer that cannot be true is followed by a check."""


@asynccontextmanager
async def watched(
    settings: Settings, knowledge: Knowledge, built: BuiltIndex
) -> AsyncIterator[Knowledge]:
    """Knowledge in the customer's language that finds nothing while its index is not trusted.

    An embedded index is sealed and opened as a copy of our own; only a server's is checked
    again, on schedule and whenever one of its answers cannot be true.
    """
    knowledge, index = Translated(knowledge, Twins(built.documents)), built.index
    if not isinstance(index, WatchedIndex):
        yield knowledge
        return
    task = asyncio.create_task(_check(index, settings.index_check_s))
    try:
        yield Guarded(knowledge, index)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _check(index: WatchedIndex, every_s: float) -> None:
    """Check again and again; never returns."""
    waited_s = 0.0
    while True:
        await asyncio.sleep(min(_LOOK_S, every_s))
        waited_s += min(_LOOK_S, every_s)
        if waited_s >= every_s or index.doubted.is_set() or not index.is_trusted:
            await asyncio.to_thread(index.check)
            waited_s = 0.0


def index_state(knowledge: Knowledge) -> str:
    """`ok`, or what is wrong with the index."""
    return knowledge.index.state if isinstance(knowledge, Guarded) else "ok"
