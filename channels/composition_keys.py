"""The keys of a deployment, and its database opened with them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from assistant.adapters.database import open_engine
from assistant.adapters.key_files import MASTER_FILE, MasterSource
from assistant.notary.keys import MasterKey
from channels.settings import Settings


def open_database(settings: Settings) -> AsyncEngine:
    """The engine of the settings' database; connects with the first statement.

    Raises:
        SettingsError: The address is not supported, or the master key is no key.
    """
    key = settings.master_key
    master = (
        MasterSource.given(MasterKey.from_hex(key.get_secret_value()))
        if key is not None
        else MasterSource(settings.data_dir / MASTER_FILE)
    )
    return open_engine(settings.database_url, master=master)
