"""Bringing a database to the schema of this release."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters.database import open_engine, write

_MIGRATIONS = Path(__file__).with_name("migrations")
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(7305811146210)")
"""Any fixed number: processes that start together migrate one after the other."""


async def upgrade(url: str) -> None:
    """Create or upgrade the tables of a database; does nothing when they are current.

    Args:
        url: As for `open_engine`.

    Raises:
        SettingsError: The address is not supported.
        StoreUnavailable: The database did not answer or refused; nothing was changed.
    """
    engine = open_engine(url)
    try:
        await upgrade_engine(engine)
    finally:
        await engine.dispose()


async def upgrade_engine(engine: AsyncEngine) -> None:
    """The same for an engine that is open already."""
    await write(engine, _upgrade)


async def _upgrade(connection: AsyncConnection) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(_ONE_AT_A_TIME)
    await connection.run_sync(_run_migrations)


def _run_migrations(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
