"""One database transaction of the ledger at a time, and the clock that leases go by."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeVar

import asyncpg
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.errors import StoreUnavailable

READS_ONLY: Final = "guitai_reads_only"
"""Execution option the engine's owner honours on SQLite: no write lock for a read."""

SYNCED_LATER: Final = "guitai_synced_later"
"""Execution option the engine's owner honours on SQLite: the next commit that must be on disk
takes this one along."""

LOCK_PATIENCE_S: Final = 2.0
"""How long a locked database is asked again before the customer hears of it."""

_LOCK_TIMEOUT: Final = text("SET LOCAL lock_timeout = '1s'")
"""PostgreSQL waits for ever unless told; SQLite's patience belongs to its connection."""

_SYNCED_LATER: Final = text(
    "SELECT set_config('lock_timeout', '1s', true), set_config('synchronous_commit', 'off', true)"
)
"""The same for a transaction whose commit need not wait for PostgreSQL's disk; up to it alone."""

_SQLITE_NOW: Final = text("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')")
_JITTER_MS: Final = (10, 60)
_SQLITE_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PRIMARY_CODE: Final = 0xFF
"""The low byte of an extended SQLite result code (https://sqlite.org/rescode.html)."""

_POSTGRES_BUSY: Final = {"40001", "40P01", "55P03"}
"""serialization_failure, deadlock_detected, lock_not_available (PostgreSQL, appendix A)."""

T = TypeVar("T")

LeaseTime = Callable[[AsyncConnection], Awaitable[datetime]]
"""The instant by which leases are given and found lapsed."""


async def database_time(connection: AsyncConnection) -> datetime:
    """The database's clock, one for all workers: a node whose own is wrong takes nothing over.

    SQLite runs in this process and has no other clock than this machine's.
    """
    if connection.dialect.name == "sqlite":
        return datetime.fromisoformat((await connection.execute(_SQLITE_NOW)).scalar_one())
    now: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return now


async def transaction(
    engine: AsyncEngine,
    work: Callable[[AsyncConnection], Awaitable[T]],
    *,
    reads_only: bool = False,
    synced_later: bool = False,
    patience_s: float = LOCK_PATIENCE_S,
) -> T:
    """Do the work in one database transaction, again while another writer holds the lock.

    Args:
        engine: Of the ledger's database.
        work: May run several times; touches only the database.
        reads_only: It writes nothing.
        synced_later: A power cut right after may lose it; a crash of the process not, and the next
            transaction that is synced takes it along.
        patience_s: How long to go on asking.

    Raises:
        StoreUnavailable: Locked beyond patience, full, damaged or unreachable.
    """
    if reads_only:
        engine = engine.execution_options(**{READS_ONLY: True})
    elif synced_later:
        engine = engine.execution_options(**{SYNCED_LATER: True})
    loop = asyncio.get_running_loop()
    until = loop.time() + patience_s
    while True:
        try:
            async with engine.begin() as connection:
                if not reads_only and connection.dialect.name == "postgresql":
                    await connection.execute(_SYNCED_LATER if synced_later else _LOCK_TIMEOUT)
                return await work(connection)
        except DBAPIError as error:
            if not _is_busy(error) or loop.time() >= until:
                raise _unavailable() from error
        except (SQLAlchemyError, OSError, asyncpg.PostgresError) as error:
            raise _unavailable() from error
        low, high = _JITTER_MS
        await asyncio.sleep((low + secrets.randbelow(high - low)) / 1000)


def _is_busy(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & _PRIMARY_CODE in _SQLITE_BUSY
    return getattr(error.orig, "sqlstate", None) in _POSTGRES_BUSY


def _unavailable() -> StoreUnavailable:
    return StoreUnavailable("The ledger of actions did not answer or refused.")
