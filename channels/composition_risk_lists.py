"""The risk lists of a deployment, opened for the commands that change them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from actions.risk.lists import ListChange, ListError, RiskLists
from assistant.adapters.schema import upgrade_engine
from channels.composition_keys import open_database
from channels.settings import Settings

__all__ = ["ListChange", "ListError", "RiskLists", "open_lists"]


@asynccontextmanager
async def open_lists(settings: Settings) -> AsyncIterator[RiskLists]:
    """The lists in the database.

    Raises:
        SettingsError: The database address is not supported, or the key is missing.
        StoreUnavailable: The database does not answer.
    """
    engine = open_database(settings)
    try:
        await upgrade_engine(engine)
        yield RiskLists(engine)
    finally:
        await engine.dispose()
