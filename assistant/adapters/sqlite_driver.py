"""SQLite behind its thread, one visit to the thread for each statement.

aiosqlite runs a connection in a thread of its own and visits it for each call: a cursor made, the
statement, its rows, the cursor closed. A visit costs two changes of thread, more than most of our
statements take. Here a statement is run, read to its end and closed in one visit; SQLAlchemy reads
all rows of a statement at once anyway. BEGIN waits for the first statement and goes along with it,
and a connection that is in no transaction is not visited to end one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import aiosqlite

_ITER_CHUNK = 64
_BEGIN = "BEGIN"
_SETTING = "PRAGMA synchronous="


def connector(path: Path) -> Callable[..., Awaitable[aiosqlite.Connection]]:
    """What opens a connection to this file, for SQLAlchemy's `async_creator`."""

    def open_file() -> sqlite3.Connection:
        return sqlite3.connect(str(path), isolation_level=None, check_same_thread=False)

    async def connect(*_: Any, **__: Any) -> aiosqlite.Connection:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _Connection(open_file, _ITER_CHUNK)
        connection._thread.daemon = True  # as SQLAlchemy sets it for the connections it makes
        return await connection

    return connect


class _Cursor:
    """One statement: what SQLAlchemy's cursor for asyncio asks for, its rows already read."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.arraysize = 1
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> _Cursor:
        if statement.startswith((_BEGIN, _SETTING)):
            self._connection.waiting.append(statement)
        else:
            await self._connection.visit(self._run, sqlite3.Cursor.execute, statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> _Cursor:
        await self._connection.visit(self._run, sqlite3.Cursor.executemany, statement, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []

    def _run(self, execute: Callable[..., Any], statement: str, parameters: Any) -> None:
        """In the connection's thread."""
        cursor = self._connection.raw().cursor()
        waiting = self._connection.waiting
        try:
            while waiting:
                cursor.execute(waiting[0])
                del waiting[0]
            execute(cursor, statement, parameters)
            self._rows = cursor.fetchall() if cursor.description else []
            self.description = cursor.description
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


class _Connection(aiosqlite.Connection):
    """A connection whose cursors visit its thread once for each statement.

    Attributes:
        waiting: Statements that go along with the next one: how to sync, and the beginning of a
            transaction. The former is kept when a transaction ends that never began.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection], iter_chunk_size: int) -> None:
        super().__init__(connector, iter_chunk_size)
        self.waiting: list[str] = []

    def cursor(self) -> Any:
        """A cursor; making one visits nothing."""
        return _Cursor(self)

    async def commit(self) -> None:
        """End the transaction, where one has begun."""
        self._forget_begin()
        if self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Take the transaction back, where one has begun."""
        self._forget_begin()
        if self.in_transaction:
            await super().rollback()

    def _forget_begin(self) -> None:
        self.waiting = [each for each in self.waiting if not each.startswith(_BEGIN)]

    def raw(self) -> sqlite3.Connection:
        """The connection itself, for use in its thread."""
        return self._conn

    async def visit(self, work: Callable[..., Any], *values: Any) -> Any:
        """Do some work in the connection's thread."""
        return await self._execute(work, *values)  # type: ignore[no-untyped-call]  # untyped there
