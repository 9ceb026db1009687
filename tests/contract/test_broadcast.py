"""Every Broadcast passes the same tests."""

import asyncio
import secrets

import pytest
from redis.asyncio import Redis

from assistant.adapters.broadcast import MemoryBroadcast, RedisBroadcast
from assistant.adapters.memory import MemoryEventStore
from assistant.model.ids import ConversationId
from tests.contract.events import turn


@pytest.fixture
def c1():
    """A conversation of this test alone: Redis is shared."""
    return ConversationId(f"c-{secrets.token_hex(8)}")


@pytest.fixture
async def stored():
    return await MemoryEventStore().append(ConversationId("c"), 0, turn(1) + turn(2))


@pytest.fixture(params=["memory", "redis"])
def backend(request):
    return request.getfixturevalue("redis") if request.param == "redis" else None


@pytest.fixture
async def make_broadcast(backend):
    made = []

    def make(**settings):
        made.append(RedisBroadcast(backend, **settings) if backend else MemoryBroadcast(**settings))
        return made[-1]

    yield make
    for each in made:
        if isinstance(each, RedisBroadcast):
            await each.aclose()


async def take(events, number):
    async with asyncio.timeout(3):
        return [await anext(events) for _ in range(number)]


async def test_every_subscriber_hears_events_in_order(make_broadcast, c1, stored):
    broadcast = make_broadcast()
    async with broadcast.subscribe(c1) as first, broadcast.subscribe(c1) as second:
        await broadcast.publish(c1, stored[:4])
        await broadcast.publish(c1, stored[4:])
        assert await take(first, 8) == stored
        assert await take(second, 8) == stored


async def test_subscribers_hear_of_their_conversation_only(make_broadcast, c1, stored):
    broadcast = make_broadcast()
    async with broadcast.subscribe(c1) as events:
        await broadcast.publish(ConversationId(f"{c1}-other"), stored[:4])
        await broadcast.publish(c1, stored[4:])
        assert await take(events, 4) == stored[4:]


async def test_publishing_without_subscribers_is_fine(make_broadcast, c1, stored):
    await make_broadcast().publish(c1, stored)


async def test_one_who_left_hears_nothing_more(make_broadcast, c1, stored):
    broadcast = make_broadcast()
    async with broadcast.subscribe(c1) as left:
        pass
    async with broadcast.subscribe(c1) as stayed:
        await broadcast.publish(c1, stored)
        await take(stayed, 8)
    with pytest.raises(StopAsyncIteration):
        await take(left, 1)


async def test_a_subscription_that_falls_behind_ends_after_a_gapless_beginning(
    make_broadcast, c1, stored
):
    broadcast = make_broadcast(backlog=5)
    async with broadcast.subscribe(c1) as slow:
        await broadcast.publish(c1, stored)
        async with asyncio.timeout(3):
            assert [each async for each in slow] == stored[:5]


async def test_processes_hear_of_each_other_through_redis(redis, c1, stored):
    here, there = RedisBroadcast(redis), RedisBroadcast(redis)
    async with here.subscribe(c1) as events:
        await there.publish(c1, stored)
        assert await take(events, 8) == stored
    await here.aclose()
    await there.aclose()


async def test_subscriptions_end_when_the_connection_to_redis_was_lost(redis, c1, stored):
    broadcast = RedisBroadcast(redis)
    async with broadcast.subscribe(c1) as events:
        await redis.client_kill_filter(_type="pubsub")
        with pytest.raises(StopAsyncIteration):
            await take(events, 1)
    async with broadcast.subscribe(c1) as again:
        await broadcast.publish(c1, stored)
        assert await take(again, 8) == stored
    await broadcast.aclose()


async def test_without_redis_subscribers_of_the_same_process_still_hear(c1, stored):
    async with Redis(port=1, retry=None) as nowhere:
        broadcast = RedisBroadcast(nowhere, ready_s=0.05)
        async with broadcast.subscribe(c1) as events:
            await broadcast.publish(c1, stored)
            assert await take(events, 8) == stored
        await broadcast.aclose()
