"""One task, two real processes: begun at one, taken to the other, a yes at both at once.

The processes share PostgreSQL, Redis and their keys, and nothing else.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.e2e.customer import MUM, balance, enter, journal
from tests.e2e.postgres import postgres_database
from tests.e2e.processes import assistant, prepare, sandbox

# The first run of all trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

REDIS_URL = os.environ.get("GUITAI_TEST_REDIS_URL", "redis://127.0.0.1:6379/14")


@pytest.fixture
async def both(prepared, tmp_path):
    """Clients of the two processes, and of the bank."""
    async with AsyncExitStack() as stack:
        async with Redis.from_url(REDIS_URL) as redis:
            try:
                await redis.ping()
            except RedisError as error:
                pytest.skip(f"Redis cannot be reached: {type(error).__name__}")
        shared = {
            "GUITAI_DATABASE_URL": await stack.enter_async_context(postgres_database()),
            "GUITAI_REDIS_URL": REDIS_URL,
            "GUITAI_MASTER_KEY": secrets.token_hex(32),
            "GUITAI_JWT_KEYS": secrets.token_hex(32),
            "GUITAI_PUBLIC_URL": "https://bank.test",
            "GUITAI_SANDBOX": "true",
        }
        bank = sandbox(tmp_path)
        stack.callback(bank.stop)
        bank.begin()
        workers = []
        for number in range(2):
            folder = tmp_path / f"worker-{number}"
            folder.mkdir()
            worker = assistant(prepare(folder, prepared), bank.port, **shared)
            stack.callback(worker.stop)
            # One after the other: the first one makes the tables.
            workers.append(await asyncio.to_thread(worker.start))
        await asyncio.to_thread(bank.wait)
        yield [await stack.enter_async_context(each.client()) for each in (*workers, bank)]


async def test_a_task_moves_between_processes_and_is_done_once(both):
    here, there, bank = both
    first = await enter(here, "C1001", 4)
    await first.say(MUM)
    told = await first.say("换到手机银行继续")
    link = re.search(r"#go_on=([\w-]+)", " ".join(reply["text"] for reply in told["replies"]))
    second = await enter(there, "C1001", 4)
    answer = await there.post("/v1/tasks/continue", json={"token": link[1]}, headers=second.headers)
    assert answer.status_code == 200, answer.text
    second.conversation_id = answer.json()["conversation_id"]
    assert "林秀芳" in answer.json()["turn"]["replies"][-1]["text"]

    await asyncio.gather(first.say("确认"), second.say("确认"))
    await asyncio.gather(first.say("办好了吗"), second.say("办好了吗"))

    assert [one["operation"] for one in await journal(bank)] == ["transfer_money"]
    assert await balance(bank) == "12430.55"
    assert await first.frames() == await second.frames()
