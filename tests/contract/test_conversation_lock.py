"""Every ConversationLock passes the same tests."""

import asyncio
import gc
import secrets
from itertools import pairwise

import pytest
from redis.asyncio import Redis

from assistant.adapters.locks import MemoryLock, RedisLock
from assistant.errors import ConversationBusy, StoreUnavailable
from assistant.model.ids import ConversationId


@pytest.fixture
def c1():
    """A conversation of this test alone: Redis is shared."""
    return ConversationId(f"c-{secrets.token_hex(8)}")


@pytest.fixture(params=["memory", "redis"])
def make_lock(request):
    if request.param == "memory":
        return MemoryLock
    client = request.getfixturevalue("redis")
    return lambda **settings: RedisLock(client, **settings)


async def test_turns_of_one_conversation_never_overlap(make_lock, c1):
    lock = make_lock()
    inside = []

    async def take_turn():
        async with lock.hold(c1):
            inside.append("in")
            await asyncio.sleep(0.002)
            inside.append("out")

    await asyncio.gather(*(take_turn() for _ in range(10)))
    assert len(inside) == 20
    assert all(before != after for before, after in pairwise(inside))


async def test_other_conversations_do_not_wait(make_lock, c1):
    lock = make_lock(wait_s=0)
    async with lock.hold(c1), lock.hold(ConversationId(f"{c1}-other")):
        pass


async def test_waiting_ends_with_busy(make_lock, c1):
    lock = make_lock(wait_s=0.05)
    async with lock.hold(c1):
        with pytest.raises(ConversationBusy):
            async with lock.hold(c1):
                pass
    async with lock.hold(c1):
        pass


async def test_a_turn_that_fails_frees_the_conversation(make_lock, c1):
    lock = make_lock(wait_s=0)
    with pytest.raises(ZeroDivisionError):
        async with lock.hold(c1):
            raise ZeroDivisionError
    async with lock.hold(c1):
        pass


async def test_a_cancelled_holder_or_waiter_frees_the_conversation(make_lock, c1):
    lock = make_lock(wait_s=1)

    async def hold():
        async with lock.hold(c1):
            await asyncio.sleep(60)

    tasks = [asyncio.create_task(hold()) for _ in range(3)]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    async with lock.hold(c1):
        pass


async def test_memory_forgets_conversations_nobody_wants():
    lock = MemoryLock(wait_s=0)
    for n in range(100):
        async with lock.hold(ConversationId(f"c{n}")):
            pass
    gc.collect()
    assert not lock._places


async def test_redis_renews_the_lock_of_a_long_turn(redis, c1):
    holder, other = RedisLock(redis, lease_ms=90), RedisLock(redis, wait_s=0)
    async with holder.hold(c1):
        await asyncio.sleep(0.3)
        with pytest.raises(ConversationBusy):
            async with other.hold(c1):
                pass


async def test_redis_frees_the_lock_of_a_process_that_died(redis, c1):
    await redis.set(f"guitai:lock:{c1}", "token of the dead", px=60)
    async with RedisLock(redis, wait_s=1).hold(c1):
        pass


async def test_redis_never_releases_the_lock_of_another(redis, c1):
    key = f"guitai:lock:{c1}"
    async with RedisLock(redis).hold(c1):
        await redis.set(key, "token of another", px=5000)
    assert await redis.getdel(key) == b"token of another"


async def test_without_redis_nothing_is_locked_and_we_say_so(c1):
    async with Redis(port=1, retry=None) as nowhere:
        with pytest.raises(StoreUnavailable):
            async with RedisLock(nowhere).hold(c1):
                pass
