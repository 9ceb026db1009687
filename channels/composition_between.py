"""What several processes of one deployment share: locks and events, through Redis or in memory."""

from __future__ import annotations

from contextlib import AsyncExitStack

from redis.asyncio import Redis

from assistant.adapters.broadcast import MemoryBroadcast, RedisBroadcast
from assistant.adapters.locks import MemoryLock, RedisLock
from assistant.ports import Broadcast, ConversationLock
from channels.settings import Settings


async def between_processes(
    settings: Settings, stack: AsyncExitStack
) -> tuple[ConversationLock, Broadcast]:
    """Locks and events for as long as the stack is open; `redis_url` unset: in this process."""
    if not settings.redis_url:
        return MemoryLock(), MemoryBroadcast()
    redis = Redis.from_url(settings.redis_url)
    stack.push_async_callback(redis.aclose)
    broadcast = RedisBroadcast(redis)
    stack.push_async_callback(broadcast.aclose)
    return RedisLock(redis), broadcast
