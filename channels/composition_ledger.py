"""The ledger of actions of a deployment, opened for reading by commands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from actions.ledger import Ledger
from actions.ledger_store import database_time
from actions.ledger_view import Entry, entries, find_entry
from assistant.adapters.schema import upgrade_engine
from assistant.adapters.system import SystemClock
from assistant.adapters.vault import SqlSealer
from assistant.errors import ConversationNotFound
from assistant.model.ids import ConversationId
from assistant.reads import Reads
from channels.bootstrap import load_release
from channels.composition_evidence import make_privacy
from channels.composition_keys import open_database
from channels.composition_log import reader
from channels.settings import Settings


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Ledger]:
    engine = open_database(settings)
    try:
        await upgrade_engine(engine)
        clock = SystemClock()
        yield Ledger(engine=engine, clock=clock, sealer=SqlSealer(engine), lease_time=database_time)
    finally:
        await engine.dispose()


async def ledger_entries(settings: Settings, state: str | None, limit: int) -> list[Entry]:
    """The newest changes.

    Raises:
        SettingsError: The database address is not supported, or the key is missing.
        StoreUnavailable: The database does not answer.
    """
    async with _opened(settings) as ledger:
        return await entries(ledger, state=state, limit=limit)


async def ledger_entry(settings: Settings, key: str, by: str | None = None) -> Entry | None:
    """One change, by its key or the beginning of it; that it is looked at is written down.

    Raises:
        SettingsError: The database address is not supported, or the key is missing.
        StoreUnavailable: The database does not answer.
    """
    async with _opened(settings) as ledger:
        entry = await find_entry(ledger, key, load_release(settings.content_dir).policies)
        if entry is not None:
            privacy = make_privacy(settings, ledger.engine, SystemClock())
            # A change asked for through another server has no conversation here to name.
            with suppress(ConversationNotFound):
                told = ConversationId(entry.conversation_id)
                await Reads(privacy).note((told,), reader(by), "ledger")
        return entry
