"""The event log of a deployment, opened for reading by commands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.schema import upgrade_engine
from assistant.adapters.system import SystemClock
from assistant.ports import Clock, EventStore
from channels.composition_keys import open_database
from channels.settings import Settings


def machine_clock() -> Clock:
    """The time of this machine."""
    return SystemClock()


@asynccontextmanager
async def open_log(settings: Settings) -> AsyncIterator[EventStore]:
    """The log of every conversation.

    Raises:
        SettingsError: The database address is not supported.
        StoreUnavailable: It does not answer.
    """
    engine = open_database(settings)
    try:
        await upgrade_engine(engine)
        yield SqlEventStore(engine)
    finally:
        await engine.dispose()
