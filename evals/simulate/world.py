"""One bank and one database, and the assistants that come and go over them."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg
import httpx
from pydantic import SecretStr
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from actions.bank.sandbox.app import create_app
from assistant.errors import SettingsError
from channels.bootstrap import Brain
from channels.settings import Settings
from evals.clock import BANK_DAY, SteppedClock
from evals.simulate.bank import Books, Wire
from evals.simulate.worker import Worker, worker

BANK_URL: Final = "http://bank"
BANK_TIMEOUT_S: Final = 10.0
MASTER: Final = "5a" * 32
"""Master key of scratch databases, which are thrown away."""
_NO_LIMIT: Final = 1_073_741_823
_TABLES: Final = ("event", "action", "conversation")
_FULL: Final = """
CREATE OR REPLACE FUNCTION simulated_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'planned' USING ERRCODE = '53100'; END $$
"""
"""disk_full (PostgreSQL, appendix A), raised by the server as though its volume had no room."""


@dataclass(slots=True)
class World:
    """What outlives a worker.

    Attributes:
        lives: The stack of the present worker.
    """

    settings: Settings
    brain: Brain
    clock: SteppedClock
    wire: Wire
    books: Books
    bank: httpx.AsyncBaseTransport
    current: Worker | None = None
    lives: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> Worker:
        """Let the present worker go and start one."""
        await self.lives.aclose()
        self.lives = AsyncExitStack()
        self.current = await self.lives.enter_async_context(self.another())
        self.wire.dies = self.current.life.die
        return self.current

    async def alive(self) -> Worker:
        """The present worker, or a new one when it is dead."""
        if self.current is None or self.current.life.is_dead:
            return await self.start()
        return self.current

    @asynccontextmanager
    async def another(self) -> AsyncIterator[Worker]:
        """One more worker, beside the present one."""
        async with worker(self.settings, self.brain, self.clock, self.wire) as made:
            yield made

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Somebody else holds the database."""
        url = make_url(self.settings.database_url)
        if url.get_backend_name() == "sqlite":
            holder = sqlite3.connect(str(url.database), isolation_level=None)
            try:
                holder.execute("PRAGMA busy_timeout = 5000")
                holder.execute("BEGIN IMMEDIATE")
                yield
                holder.execute("ROLLBACK")
            finally:
                holder.close()
            return
        connection = await asyncpg.connect(self.settings.database_url)
        try:
            async with connection.transaction():
                await connection.execute(f"LOCK TABLE {', '.join(_TABLES)} IN EXCLUSIVE MODE")
                yield
        finally:
            await connection.close()

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """There is no room for another row."""
        workers = [self.current] if self.current else []
        if make_url(self.settings.database_url).get_backend_name() == "sqlite":
            for each in workers:
                each.life.on_step[:] = [_no_room]
            try:
                yield
            finally:
                for each in workers:
                    each.life.on_step[:] = [_room]
            return
        connection = await asyncpg.connect(self.settings.database_url)
        try:
            await connection.execute(_FULL)
            for table in _TABLES:
                await connection.execute(
                    f"CREATE TRIGGER full_{table} BEFORE INSERT OR UPDATE ON {table}"
                    " FOR EACH ROW EXECUTE FUNCTION simulated_full()"
                )
            yield
            for table in _TABLES:
                await connection.execute(f"DROP TRIGGER full_{table} ON {table}")
        finally:
            await connection.close()


def _no_room(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA max_page_count = 1")  # never less than there are


def _room(connection: Connection) -> None:
    connection.exec_driver_sql(f"PRAGMA max_page_count = {_NO_LIMIT}")


@asynccontextmanager
async def open_world(
    folder: Path, brain: Brain, database: str | None = None, *, honours_keys: bool = True
) -> AsyncIterator[World]:
    """A fresh bank and a fresh database; both are gone afterwards.

    Args:
        folder: Scratch folder of this world alone.
        brain: Content, see `payload_brain`.
        database: Address on a PostgreSQL server, where a scratch database is made; None: SQLite.
        honours_keys: Whether the bank does.

    Raises:
        SettingsError: The server cannot be reached, or the address is none.
    """
    clock = SteppedClock()
    templates = folder.parent / "templates"
    app = create_app(folder / "bank.db", clock.now, BANK_DAY.date(), template_folder=templates)
    bank = httpx.ASGITransport(app, raise_app_exceptions=False)
    wire = Wire(bank, honours_keys=honours_keys)
    async with scratch_database(folder, database) as url:
        settings = world_settings(folder, url)
        world = World(settings, brain, clock, wire, Books(app.state.bank.connection), bank)
        try:
            yield world
        finally:
            await world.lives.aclose()
            app.state.bank.close()


def world_settings(folder: Path, database_url: str, bank_url: str = BANK_URL) -> Settings:
    """Settings of a worker over scratch stores."""
    return Settings(
        _env_file=None,
        data_dir=folder,
        database_url=database_url,
        bank_url=bank_url,
        bank_timeout_s=BANK_TIMEOUT_S,
        redis_url=None,
        action_endpoint=None,
        action_package=None,
        burst_http_ms=0,
        master_key=SecretStr(MASTER),
    )


@asynccontextmanager
async def scratch_database(folder: Path, server: str | None) -> AsyncIterator[str]:
    """Address of an empty database that is dropped afterwards.

    Raises:
        SettingsError: There is no such server.
    """
    if server is None:
        yield f"sqlite:///{folder / 'guitai.db'}"
        return
    name = f"guitai_simulate_{secrets.token_hex(6)}"
    try:
        administrator = await asyncpg.connect(server, timeout=5)
    except (OSError, ValueError, asyncpg.PostgresError) as error:
        msg = f"PostgreSQL cannot be reached: {type(error).__name__}"
        raise SettingsError(msg) from error
    try:
        await administrator.execute(f'CREATE DATABASE "{name}"')
        # The server itself is not killed here, so nothing is lost by not waiting for its disk.
        await administrator.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await administrator.close()
