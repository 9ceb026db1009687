"""A PostgreSQL database of one test's own, dropped afterwards."""

from __future__ import annotations

import os
import secrets
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy.engine import make_url

POSTGRES_URL = os.environ.get("GUITAI_TEST_POSTGRES_URL", "postgresql://root@127.0.0.1:5432/test")


@asynccontextmanager
async def postgres_database():
    """Yields the address of an empty database; skips where there is no server."""
    name = f"guitai_test_{secrets.token_hex(6)}"
    try:
        administrator = await asyncpg.connect(POSTGRES_URL, timeout=5)
    except (OSError, asyncpg.PostgresError) as error:
        pytest.skip(f"PostgreSQL cannot be reached: {type(error).__name__}")
    try:
        await administrator.execute(f'CREATE DATABASE "{name}"')
        try:
            yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
        finally:
            await administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await administrator.close()
