"""One-time tickets for the WebSocket: a token never stands in an address or a frame.

Only a hash of a ticket is kept, so that reading the store opens no connection.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from assistant.errors import StoreUnavailable
from assistant.model.frozen import Frozen
from assistant.ports import Clock
from channels.web.tokens import Bearer

LIFETIME: Final = timedelta(seconds=60)

_BYTES: Final = 24
_KEPT: Final = 100_000
_REDIS_PREFIX: Final = "guitai:ticket:"


class _Held(Frozen):
    """What a ticket stands for; no bearer is a visitor."""

    bearer: Bearer | None
    expires_at: datetime


class Tickets(Protocol):
    """Issues tickets and takes each back once."""

    async def issue(self, bearer: Bearer | None) -> tuple[str, datetime]:
        """A fresh ticket and when it ends.

        Raises:
            StoreUnavailable: It could not be kept.
        """
        ...

    async def redeem(self, ticket: str) -> tuple[bool, Bearer | None]:
        """Whether it was good, and for whom; from now on it is not.

        Raises:
            StoreUnavailable: Nobody could say.
        """
        ...


@dataclass(slots=True)
class MemoryTickets:
    """Tickets of one process."""

    clock: Clock
    _held: dict[str, _Held] = field(default_factory=dict)

    async def issue(self, bearer: Bearer | None) -> tuple[str, datetime]:
        """See Tickets."""
        now = self.clock.now()
        # Issued in order of expiry: the oldest come first.
        while self._held and (
            len(self._held) >= _KEPT or next(iter(self._held.values())).expires_at <= now
        ):
            del self._held[next(iter(self._held))]
        ticket = secrets.token_urlsafe(_BYTES)
        self._held[_hash(ticket)] = _Held(bearer=bearer, expires_at=now + LIFETIME)
        return ticket, now + LIFETIME

    async def redeem(self, ticket: str) -> tuple[bool, Bearer | None]:
        """See Tickets."""
        held = self._held.pop(_hash(ticket), None)
        return _read(held, self.clock.now())


@dataclass(frozen=True, slots=True)
class RedisTickets:
    """Tickets that any process takes back; Redis forgets them in time."""

    redis: Redis
    clock: Clock

    async def issue(self, bearer: Bearer | None) -> tuple[str, datetime]:
        """See Tickets."""
        ticket = secrets.token_urlsafe(_BYTES)
        held = _Held(bearer=bearer, expires_at=self.clock.now() + LIFETIME)
        try:
            await self.redis.set(_REDIS_PREFIX + _hash(ticket), held.model_dump_json(), ex=LIFETIME)
        except RedisError as error:
            raise StoreUnavailable from error
        return ticket, held.expires_at

    async def redeem(self, ticket: str) -> tuple[bool, Bearer | None]:
        """See Tickets."""
        try:
            stored = await self.redis.getdel(_REDIS_PREFIX + _hash(ticket))
        except RedisError as error:
            raise StoreUnavailable from error
        held = _Held.model_validate_json(stored) if stored else None
        return _read(held, self.clock.now())


def _read(held: _Held | None, now: datetime) -> tuple[bool, Bearer | None]:
    good = held is not None and held.expires_at > now
    return good, held.bearer if held is not None and good else None


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
