"""Bringing a database to the schema of this release."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters.database import master_of, open_engine, write
from assistant.notary.keys import MasterKey

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
    changed_from = await write(engine, partial(_upgrade, engine=engine))
    if changed_from is not None and engine.dialect.name == "sqlite":
        await _forget_plain_text(engine)


async def _upgrade(connection: AsyncConnection, engine: AsyncEngine) -> str | None:
    if connection.dialect.name == "postgresql":
        await connection.execute(_ONE_AT_A_TIME)
    return await connection.run_sync(_run_migrations, partial(master_of, engine))


def _run_migrations(connection: Connection, master: partial[MasterKey]) -> str | None:
    """Migrate; return the revision before, None when the database was empty or is unchanged."""
    before = MigrationContext.configure(connection).get_current_revision()
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["master"] = master
    command.upgrade(config, "head")
    after = MigrationContext.configure(connection).get_current_revision()
    return before if before != after else None


async def _forget_plain_text(engine: AsyncEngine) -> None:
    """Rewrite a SQLite file and empty its write-ahead log.

    What a migration moved or dropped may stand in plain text in free pages until then.
    """
    async with engine.connect() as connection:
        await connection.exec_driver_sql("ROLLBACK")
        await connection.exec_driver_sql("VACUUM")
        await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await connection.exec_driver_sql("BEGIN")
