"""The driver of SQLite: transactions as SQLAlchemy asks for them, in fewer visits to the thread."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from actions.ledger_store import transaction
from assistant.adapters.database import SYNCED_LATER, open_engine, read, write


@pytest.fixture
async def engine(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/new folder/x.db", busy_timeout_ms=50)
    await write(engine, lambda c: c.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY, w TEXT)")))
    yield engine
    await engine.dispose()


async def numbers(engine):
    async def rows(connection):
        return list((await connection.execute(text("SELECT n FROM t ORDER BY n"))).scalars())

    return await read(engine, rows)


def insert(*values):
    async def work(connection):
        for value in values:
            await connection.execute(text("INSERT INTO t VALUES (:n, 'x')"), {"n": value})

    return work


async def test_what_fails_half_way_leaves_nothing(engine):
    with pytest.raises(Exception, match="refused"):
        await write(engine, insert(1, 2, 2))
    assert await numbers(engine) == []
    await write(engine, insert(1))
    assert await numbers(engine) == [1]


async def test_rows_counts_and_returned_values_are_those_of_the_statement(engine):
    async with engine.begin() as connection:
        many = [{"n": 1}, {"n": 2}, {"n": 3}]
        await connection.execute(text("INSERT INTO t VALUES (:n, 'x')"), many)
        changed = await connection.execute(text("UPDATE t SET w = 'y' WHERE n > 1"))
        assert changed.rowcount == 2
        gone = await connection.execute(text("DELETE FROM t WHERE n = 1 RETURNING n, w"))
        assert gone.one() == (1, "x")
        assert (await connection.execute(text("SELECT n FROM t WHERE n = 9"))).all() == []
    with pytest.raises(IntegrityError):
        await _insert_two(engine)


async def _insert_two(engine):
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO t VALUES (2, 'z')"))


async def test_a_transaction_sees_one_state_and_others_see_it_when_it_ended(engine):
    async with engine.begin() as writing:
        await writing.execute(text("INSERT INTO t VALUES (1, 'x')"))
        assert await numbers(engine) == []
    assert await numbers(engine) == [1]


async def test_a_lock_held_by_another_is_a_database_error_and_the_connection_goes_on(engine):
    other = sqlite3.connect(engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DBAPIError):
        await _insert_two(engine)
    other.execute("ROLLBACK")
    other.close()
    await _insert_two(engine)
    assert await numbers(engine) == [2]


async def test_a_transaction_without_a_statement_takes_no_lock_and_keeps_how_to_sync(engine):
    async def setting(connection):
        return (await connection.execute(text("PRAGMA synchronous"))).scalar_one()

    later = engine.execution_options(**{SYNCED_LATER: True})
    async with later.begin():
        await write(engine, insert(1))  # waits for nobody
    assert await transaction(engine, setting) == 2
    async with engine.begin():
        pass
    assert await transaction(engine, setting, synced_later=True) == 1
    assert await transaction(engine, setting) == 2


async def test_a_cancelled_transaction_is_taken_back(engine):
    async def stuck():
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO t VALUES (7, 'x')"))
            await asyncio.sleep(60)

    task = asyncio.create_task(stuck())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await numbers(engine) == []
    await write(engine, insert(7))
    assert await numbers(engine) == [7]
