"""The lock around a turn: within one process, and across processes through Redis.

Should a lock fail all the same (Redis restarted, a process frozen beyond its lease), the
event store still refuses the second writer: the lock spares work, the log keeps order.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.exceptions import RedisError

from assistant.errors import ConversationBusy, StoreUnavailable
from assistant.model.ids import ConversationId

_log = logging.getLogger(__name__)

WAIT_S = 10.0
"""A turn has 8 s before its holding reply; the next message may wait for that and a little."""

LEASE_MS = 15_000
"""After this a dead process's lock is free; a live one renews it three times as often."""

_POLL_MS = (10, 40)
_PREFIX = "guitai:lock:"

_RENEW = """
if redis.call('get', KEYS[1]) == ARGV[1] then
  return redis.call('pexpire', KEYS[1], ARGV[2])
end
return 0
"""
_RELEASE = """
if redis.call('get', KEYS[1]) == ARGV[1] then
  return redis.call('del', KEYS[1])
end
return 0
"""


@dataclass(slots=True)
class _Place:
    """A lock and how many hold it or wait for it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    wanted: int = 0


@dataclass(slots=True)
class MemoryLock:
    """Implements the ConversationLock port within one process; first come, first served.

    Attributes:
        wait_s: How long a turn waits for the one before it.
    """

    wait_s: float = WAIT_S
    _places: dict[ConversationId, _Place] = field(default_factory=dict)

    @asynccontextmanager
    async def hold(self, conversation_id: ConversationId) -> AsyncIterator[None]:
        """See the port."""
        place = self._places.setdefault(conversation_id, _Place())
        place.wanted += 1
        try:
            await self._acquire(place.lock)
            try:
                yield
            finally:
                place.lock.release()
        finally:
            place.wanted -= 1
            if not place.wanted:
                del self._places[conversation_id]

    async def _acquire(self, lock: asyncio.Lock) -> None:
        try:
            async with asyncio.timeout(self.wait_s):
                await lock.acquire()
        except TimeoutError as error:
            raise _busy() from error


@dataclass(frozen=True, slots=True)
class RedisLock:
    """Implements the ConversationLock port across processes. Waiters are not queued.

    `SET NX PX` with a random token, released and renewed only by whoever has the token
    (https://redis.io/docs/latest/commands/set/#patterns).

    Attributes:
        redis: The client; closed by whoever opened it.
        wait_s: How long a turn waits for the one before it.
        lease_ms: How long the lock outlives a process that died with it.
    """

    redis: Redis
    wait_s: float = WAIT_S
    lease_ms: int = LEASE_MS

    @asynccontextmanager
    async def hold(self, conversation_id: ConversationId) -> AsyncIterator[None]:
        """See the port.

        Raises:
            StoreUnavailable: Redis did not answer.
        """
        key, token = _PREFIX + conversation_id, secrets.token_hex(16)
        try:
            await self._acquire(key, token)
            renewal = asyncio.create_task(self._renew(key, token))
            try:
                yield
            finally:
                renewal.cancel()
        finally:  # also when cancelled while Redis was answering: the token may be set
            await self._release(key, token)

    async def _acquire(self, key: str, token: str) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self.wait_s
        try:
            while not await self._taken(key, token):
                if loop.time() >= until:
                    raise _busy()
                low, high = _POLL_MS
                await asyncio.sleep((low + secrets.randbelow(high - low)) / 1000)
        except RedisError as error:
            msg = "Redis did not answer; the conversation is not locked."
            raise StoreUnavailable(msg) from error

    async def _taken(self, key: str, token: str) -> bool:
        """Try once.

        A cancellation waits for Redis's answer: a token set after the release that follows
        would hold the conversation for the whole lease.
        """
        asking = asyncio.ensure_future(self.redis.set(key, token, nx=True, px=self.lease_ms))
        try:
            return bool(await asyncio.shield(asking))
        except asyncio.CancelledError:
            await asyncio.wait([asking])
            raise

    async def _renew(self, key: str, token: str) -> None:
        while True:
            await asyncio.sleep(self.lease_ms / 3000)
            try:
                if not await self.redis.eval(_RENEW, 1, key, token, str(self.lease_ms)):
                    _log.warning("conversation lock lost before its turn ended")
                    return
            except RedisError:
                _log.warning("conversation lock not renewed")

    async def _release(self, key: str, token: str) -> None:
        try:
            await self.redis.eval(_RELEASE, 1, key, token)
        except RedisError:
            _log.warning("conversation lock not released; it ends with its lease")


def _busy() -> ConversationBusy:
    return ConversationBusy("An earlier turn has not ended within the waiting time.")
