"""The event log of a deployment, opened for reading by commands."""

from __future__ import annotations

import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.schema import upgrade_engine
from assistant.adapters.system import SystemClock
from assistant.ports import Clock, EventStore
from assistant.reads import Reads
from channels.composition_evidence import make_privacy
from channels.composition_keys import open_database
from channels.settings import Settings


def machine_clock() -> Clock:
    """The time of this machine."""
    return SystemClock()


class ReadLog(NamedTuple):
    """The log, and where it is written down that a command reads it: before it does."""

    store: EventStore
    reads: Reads


def reader(by: str | None) -> str:
    """Who runs a command, for the register: as given, else the account of this machine."""
    return f"command:{by or getpass.getuser()}"


@asynccontextmanager
async def open_log(settings: Settings) -> AsyncIterator[ReadLog]:
    """The log of every conversation, and the register of who reads it.

    Raises:
        SettingsError: The database address is not supported.
        StoreUnavailable: It does not answer.
    """
    engine = open_database(settings)
    try:
        await upgrade_engine(engine)
        yield ReadLog(SqlEventStore(engine), Reads(make_privacy(settings, engine, SystemClock())))
    finally:
        await engine.dispose()
