"""Two workers, one conversation: PostgreSQL keeps the log, Redis the lock and the events.

Two services joined from the same settings, each with its own connections, as two processes have.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from channels.app import create_app
from channels.bootstrap import build
from channels.settings import Settings
from tests.e2e.customer import (
    AFFIRM,
    MUM,
    Customer,
    balance,
    enter,
    journal,
    outcomes,
    plan_fault,
    until,
)
from tests.e2e.postgres import postgres_database
from tests.sandbox import BANK_URL, open_sandbox

# The first run of all trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

REDIS_URL = os.environ.get("GUITAI_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
AFTER = "12430.55"


@pytest.fixture
async def redis_url():
    async with Redis.from_url(REDIS_URL) as redis:
        try:
            await redis.ping()
        except RedisError as error:
            pytest.skip(f"Redis cannot be reached: {type(error).__name__}")
    return REDIS_URL


@pytest.fixture
async def workers(brain, clock, redis_url, tmp_path, tmp_path_factory):
    """Two HTTP clients, one for each worker; both know the bank's own books."""
    templates = tmp_path_factory.getbasetemp() / "bank-templates"
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(postgres_database())
        bank = await stack.enter_async_context(open_sandbox(tmp_path, clock, templates))
        settings = Settings(
            _env_file=None,
            data_dir=tmp_path,
            database_url=url,
            redis_url=redis_url,
            bank_url=BANK_URL,
            bank_timeout_s=2.0,
            sandbox=True,
            shutdown_s=1.0,
        )
        clients = []
        for _ in range(2):
            client = await stack.enter_async_context(_worker(settings, brain, clock, bank))
            client.bank = bank
            clients.append(client)
        yield clients


@asynccontextmanager
async def _worker(settings, brain, clock, bank):
    def to_the_bank():
        transport = httpx.ASGITransport(bank._transport.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=BANK_URL)

    @asynccontextmanager
    async def opened(settings):
        async with build(settings, brain=brain, clock=clock, http=to_the_bank()) as service:
            client.service = service
            yield service

    app = create_app(settings, opened, bank=to_the_bank())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://assistant.test")
    async with app.router.lifespan_context(app), client:
        yield client


@pytest.fixture
async def both(workers):
    """The same customer in the same conversation, through either worker."""
    here = await enter(workers[0])
    return here, Customer(workers[1], here.headers, here.conversation_id)


async def test_a_conversation_goes_on_at_the_other_worker(both, workers):
    here, there = both
    await here.say(MUM, "m-1")
    assert outcomes((await there.press(AFFIRM, "m-2"))["events"]) == ["done"]
    assert await here.frames() == await there.frames()
    assert await balance(workers[0].bank) == AFTER


async def test_the_same_message_at_both_workers_is_one_turn_and_one_effect(both, workers):
    here, there = both
    await here.say(MUM, "m-1")
    copies = [one.press(AFFIRM, "m-2") for one in (here, there) for _ in range(5)]
    turns = await asyncio.gather(*copies)
    assert all(turn == turns[0] for turn in turns)
    assert await there.said() == ["m-1", "m-2"]
    assert await here.outcomes() == ["done"]
    assert len(await journal(workers[0].bank)) == 1
    assert await balance(workers[0].bank) == AFTER


async def test_turns_are_serial_wherever_the_messages_arrive(both, workers):
    here, there = both
    slow = {"delay_ms": 50, "times": 8}
    await plan_fault(workers[0].bank, "check_balance", "slow", **slow)
    said = [
        one.say("我的余额还有多少", f"{name}-{n}")
        for n in range(4)
        for name, one in (("here", here), ("there", there))
    ]
    turns = await asyncio.gather(*said)
    assert sorted(turn["turn"] for turn in turns) == list(range(1, 9))
    numbers = [frame["body"]["turn"] for frame in await here.frames() if frame["type"] == "message"]
    assert numbers == sorted(numbers)
    assert sorted(await here.said()) == sorted(await there.said())
    assert len(set(await here.said())) == 8


async def test_what_one_worker_writes_both_broadcasts_tell_in_order(both, workers):
    here, there = both
    async with AsyncExitStack() as stack:
        heard = [
            await stack.enter_async_context(
                worker.service.broadcast.subscribe(here.conversation_id)
            )
            for worker in workers
        ]
        await here.say("你好", "m-1")
        await there.say("再见", "m-2")
        head = len(await here.frames())
        for events in heard:
            numbers = []
            async with asyncio.timeout(5):
                while len(numbers) < head:
                    event = await anext(events)
                    if event.frame_seq:
                        numbers.append(event.frame_seq)
            assert numbers == list(range(1, head + 1))


async def test_both_workers_settling_an_unknown_action_tell_it_once(both, workers):
    here, there = both
    bank = workers[0].bank
    await here.say(MUM, "m-1")
    await plan_fault(bank, "transfer_money", "error_500", after_commit=True)
    assert outcomes((await there.press(AFFIRM, "m-2"))["events"]) == ["unknown"]
    told = await asyncio.gather(
        *(worker.service.assistant.settle_unknown() for worker in workers for _ in range(3))
    )
    assert sum(told) <= 1

    async def is_told():
        return "done" in await here.outcomes()

    await until(is_told, 5)
    assert await there.outcomes() == ["unknown", "done"]
    assert len(await journal(bank)) == 1
