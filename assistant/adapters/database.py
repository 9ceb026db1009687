"""The database: opening it, and one database transaction at a time.

SQLite serves one process, PostgreSQL several. On both, a call that returns has been
written to disk; a call that raises `StoreUnavailable` has acknowledged nothing. When the
connection is lost during the commit itself nobody can know; whoever loads again sees.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection, Dialect, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.schema import Table

from assistant.adapters.key_files import MASTER_FILE, MasterSource
from assistant.adapters.sqlite_driver import connector
from assistant.errors import SettingsError, StoreUnavailable
from assistant.notary.keys import MasterKey

READS_ONLY = "guitai_reads_only"
"""Execution option of a SQLite connection that will not write: it takes no write lock."""

SYNCED_LATER = "guitai_synced_later"
"""Execution option of a transaction whose commit need not reach the disk by itself: the next one
that must takes it along, for a write-ahead log is synced as a whole and in order. A power cut
before loses it; a crash of the process does not. SQLite is told here, PostgreSQL by who writes."""

ONE_WRITER = "guitai_one_writer"
"""Execution option of a SQLite engine: the asyncio.Lock in which this process's writers queue.
SQLite lets those who wait for its lock poll for it; four hundred at once starve."""

MASTER = "guitai_master"
"""Execution option of an engine: the MasterSource of the key that wraps its data keys."""

PATIENCE_S = 2.0
"""How long a locked database is asked again before the caller hears of it, seconds."""

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
_SYNC = "guitai_sync"
_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_POSTGRES_BUSY = {"40001", "40P01", "55P03"}
"""serialization_failure, deadlock_detected, lock_not_available (PostgreSQL, appendix A)."""

_JITTER_MS = (10, 60)
_CONNECT_TIMEOUT_S = 5
_COMMAND_TIMEOUT_S = 10
_PRIMARY_CODE = 0xFF
"""The low byte of an extended SQLite result code (https://sqlite.org/rescode.html)."""

T = TypeVar("T")


def open_engine(
    url: str, *, busy_timeout_ms: int = 1000, master: MasterSource | None = None
) -> AsyncEngine:
    """Make the engine of a database; connects with the first statement, not now.

    Args:
        url: `sqlite:///folder/file.db` or `postgresql://user:password@host/database`.
        busy_timeout_ms: How long SQLite itself waits for another writer.
        master: Where its master key is; by default a file beside a SQLite database, and nowhere
            for PostgreSQL, which can then be migrated but keep no conversation.

    Raises:
        SettingsError: The address is not one of the two forms, or is a SQLite database in
            memory, which every connection would have for itself.
    """
    address = _address(url)
    if address.get_backend_name() == "postgresql":
        return create_async_engine(
            address,
            hide_parameters=True,  # an error must not carry the customer's words
            pool_pre_ping=True,
            execution_options={MASTER: master or MasterSource()},
            connect_args={"timeout": _CONNECT_TIMEOUT_S, "command_timeout": _COMMAND_TIMEOUT_S},
        )
    if not address.database or address.database == ":memory:":
        msg = "A SQLite database in memory cannot be shared; name a file."
        raise SettingsError(msg)
    path = Path(address.database)
    engine = create_async_engine(
        address,
        hide_parameters=True,
        async_creator=connector(path),
        execution_options={
            ONE_WRITER: asyncio.Lock(),
            MASTER: master or MasterSource(path.with_name(MASTER_FILE)),
        },
    )
    _prepare_sqlite(engine, busy_timeout_ms)
    return engine


def master_of(engine: AsyncEngine) -> MasterKey:
    """The master key of an engine made by `open_engine`.

    Raises:
        SettingsError: There is none.
        OSError: Its file cannot be read.
    """
    return source_of(engine).key()


def source_of(engine: AsyncEngine) -> MasterSource:
    """Where the master key of an engine made by `open_engine` comes from."""
    source: MasterSource = engine.sync_engine.get_execution_options()[MASTER]
    return source


async def write(
    engine: AsyncEngine,
    work: Callable[[AsyncConnection], Awaitable[T]],
    *,
    patience_s: float = PATIENCE_S,
) -> T:
    """Do the work in one database transaction, again while the database is locked.

    Args:
        engine: From `open_engine`.
        work: Runs several times when others hold the lock; touches only the database.
        patience_s: How long to go on asking.

    Raises:
        StoreUnavailable: Locked beyond patience, full, damaged or unreachable.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + patience_s
    while True:
        try:
            async with _turn_to_write(engine), engine.begin() as connection:
                return await work(connection)
        except DBAPIError as error:
            if not _is_busy(error) or loop.time() >= until:
                raise _unavailable() from error
        except (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise _unavailable() from error
        low, high = _JITTER_MS
        await asyncio.sleep((low + secrets.randbelow(high - low)) / 1000)


async def read(engine: AsyncEngine, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    """Read in one database transaction; takes no write lock.

    Raises:
        StoreUnavailable: The database did not answer.
    """
    return await write(engine.execution_options(**{READS_ONLY: True}), work)


async def forget_overwritten(engine: AsyncEngine) -> None:
    """Empty SQLite's write-ahead log, where a destroyed key would stand until overwritten."""
    if engine.dialect.name == "sqlite":
        async with engine.connect() as connection:
            await connection.exec_driver_sql("ROLLBACK")
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            await connection.exec_driver_sql("BEGIN")


def insert_if_absent(dialect: Dialect, table: Table, **values: Any) -> ReturningInsert[Any]:
    """An insert that gives no row, rather than an error, when the row is there already."""
    if dialect.name == "postgresql":
        insert = postgresql.insert(table).values(**values).on_conflict_do_nothing()
        return insert.returning(*table.primary_key.columns)
    insert_lite = sqlite.insert(table).values(**values).on_conflict_do_nothing()
    return insert_lite.returning(*table.primary_key.columns)


def _turn_to_write(engine: AsyncEngine) -> AbstractAsyncContextManager[Any]:
    options = engine.sync_engine.get_execution_options()
    if ONE_WRITER not in options or options.get(READS_ONLY):
        return nullcontext()
    queue: asyncio.Lock = options[ONE_WRITER]
    return queue


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        msg = "The database address is not a URL."  # it may hold a password: not repeated
        raise SettingsError(msg) from error
    driver = _DRIVERS.get(address.drivername.split("+")[0])
    if driver is None:
        msg = f"`{address.drivername}` is not supported: use sqlite:///… or postgresql://…"
        raise SettingsError(msg)
    return address.set(drivername=driver)


def _prepare_sqlite(engine: AsyncEngine, busy_timeout_ms: int) -> None:
    """Durable, concurrent SQLite.

    WAL lets readers go on while one writes. synchronous=FULL syncs the log with each commit,
    so that an answer given survives a power cut (https://sqlite.org/pragma.html); measured
    against NORMAL by `tests/contract/measure_append.py`. The driver's own transaction
    handling is off: a writer takes the lock with BEGIN IMMEDIATE, for a reader that turns
    writer halfway is refused without waiting.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(busy_timeout_ms)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # a destroyed key leaves no copy in free pages
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(READS_ONLY):
            connection.exec_driver_sql("BEGIN")
            return
        mode = "NORMAL" if options.get(SYNCED_LATER) else "FULL"
        if connection.info.get(_SYNC, "FULL") != mode:
            connection.exec_driver_sql(f"PRAGMA synchronous={mode}")
            connection.info[_SYNC] = mode
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _is_busy(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & _PRIMARY_CODE in _SQLITE_BUSY
    return getattr(error.orig, "sqlstate", None) in _POSTGRES_BUSY


def _unavailable() -> StoreUnavailable:
    return StoreUnavailable("The database did not answer or refused.")
