"""The databases and the Redis that adapters are held against.

A service that cannot be reached skips its tests and says so; continuous integration has both.
"""

import asyncio
import os
import secrets
from contextlib import asynccontextmanager

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.engine import make_url

from assistant.adapters.database import open_engine
from assistant.adapters.key_files import MasterSource
from assistant.adapters.schema import upgrade
from assistant.notary.keys import MasterKey
from channels.wechat.tables import METADATA as WECHAT_TABLES

POSTGRES_URL = os.environ.get("GUITAI_TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432/test")
REDIS_URL = os.environ.get("GUITAI_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
TABLES = (
    "event",
    "conversation",
    "data_key",
    "privacy_log",
    "handoff_ticket",
    "review",
    "action",
    *(table.name for table in WECHAT_TABLES.tables.values()),
)
MASTER = MasterKey(bytes(range(32)))


@asynccontextmanager
async def _administrator():
    connection = await asyncpg.connect(POSTGRES_URL, timeout=5)
    try:
        yield connection
    finally:
        await connection.close()


async def _create_database(name):
    async with _administrator() as connection:
        await connection.execute(f'CREATE DATABASE "{name}"')


async def _drop_database(name):
    async with _administrator() as connection:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def empty_postgres_url():
    """A database of this run alone, without tables; dropped afterwards."""
    name = f"guitai_test_{secrets.token_hex(6)}"
    try:
        asyncio.run(_create_database(name))
    except (OSError, asyncpg.PostgresError) as error:
        pytest.skip(f"PostgreSQL cannot be reached: {type(error).__name__}")
    yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    asyncio.run(_drop_database(name))


@pytest.fixture(scope="session")
def postgres_url(empty_postgres_url):
    asyncio.run(upgrade(empty_postgres_url))
    return empty_postgres_url


@pytest.fixture
async def postgres_engine(postgres_url):
    engine = open_engine(postgres_url, master=MasterSource.given(MASTER))
    async with engine.begin() as connection:
        await connection.execute(text(f"TRUNCATE {', '.join(TABLES)}"))
    yield engine
    await engine.dispose()


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path}/guitai.db"


@pytest.fixture
async def sqlite_engine(sqlite_url):
    await upgrade(sqlite_url)
    engine = open_engine(sqlite_url, busy_timeout_ms=200)
    yield engine
    await engine.dispose()


@pytest.fixture
async def redis():
    client = Redis.from_url(REDIS_URL)
    try:
        await client.ping()
    except RedisError as error:
        await client.aclose()
        pytest.skip(f"Redis cannot be reached: {type(error).__name__}")
    yield client
    await client.aclose()
