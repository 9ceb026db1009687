"""A fresh sandbox bank for each test, and short ways to speak to it."""

from itertools import count

import pytest

from tests.sandbox import open_sandbox


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
async def bank(tmp_path, clock, templates):
    async with open_sandbox(tmp_path, clock, templates) as client:
        yield client


@pytest.fixture
def change(bank):
    """Ask for a change; every call has its own key unless one is given."""
    numbers = count(1)

    async def ask(operation, key=None, **body):
        headers = {"Idempotency-Key": key or f"k{next(numbers)}"}
        body = {"customer_id": "C1001", **body}
        return await bank.post(f"/operations/{operation}", json=body, headers=headers)

    return ask


@pytest.fixture
def state(bank):
    async def read(customer_id="C1001"):
        return (await bank.get(f"/customers/{customer_id}")).json()

    return read


@pytest.fixture
def effects(bank):
    """How many changes took effect."""

    async def read():
        return len((await bank.get("/sandbox/journal")).json()["entries"])

    return read
