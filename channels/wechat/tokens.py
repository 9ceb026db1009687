"""Access tokens: one fetch for everybody who needs one, shared through the database.

A token is good for two hours and a new one is fetched five minutes before its end, while both are
valid. Whoever finds it due takes a lease and fetches; the others wait for the row. The same lease
keeps two processes from fetching at once. Nothing here ever asks for a forced refresh.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Row, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.ports import Clock
from channels.wechat.database import Database
from channels.wechat.errors import NotSent
from channels.wechat.tables import ACCOUNT, insert_once, ms

RENEWED_S: Final = 300
"""Seconds before its end at which a token is fetched anew."""

_LEASE_MS: Final = 15_000
_WAIT_S: Final = 12.0
_POLL_S: Final = 0.05
_PLACE: Final = "wechat_account\n{}\ntoken"

Fetch = Callable[[], Awaitable[tuple[str, int]]]
"""Asks the platform for a token: the token and how many seconds it is good for."""


@dataclass(slots=True)
class Tokens:
    """The access token of one account.

    Attributes:
        owner: Names this process on leases.
    """

    account: str
    database: Database
    clock: Clock
    owner: str
    fetch: Fetch
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _held: str | None = None
    _until_ms: int = 0

    async def get(self, refused: str | None = None) -> str:
        """The token.

        Args:
            refused: One the platform no longer takes; what is returned is another.

        Raises:
            NotSent: None could be had in time.
            CallRefused: The platform gives none.
            StoreUnavailable: The database did not answer.
        """
        if refused is None and self._held and self._until_ms > ms(self.clock.now()):
            return self._held
        async with self._lock:
            try:
                async with asyncio.timeout(_WAIT_S):
                    return await self._get(refused)
            except TimeoutError as error:
                raise NotSent from error

    async def _get(self, refused: str | None) -> str:
        while True:
            row = await self.database.read(self._row)
            now_ms = ms(self.clock.now())
            if row is not None and row.token and row.token_until_ms > now_ms:
                token = self.database.unseal(row.token, _PLACE.format(self.account))
                if token != refused:
                    self._held, self._until_ms = token, row.token_until_ms
                    return token
            if await self._lease(row.token if row is not None else None):
                return await self._renew()
            await asyncio.sleep(_POLL_S)

    async def _renew(self) -> str:
        """Fetch and store; the lease ends either way."""
        token, sealed, until_ms = "", None, 0
        try:
            token, good_for_s = await self.fetch()
            until_ms = ms(self.clock.now()) + (good_for_s - RENEWED_S) * 1000
            sealed = self.database.seal(token, _PLACE.format(self.account))
        finally:
            values = {"token": sealed, "token_until_ms": until_ms, "lease_until_ms": 0}
            mine = (ACCOUNT.c.account == self.account) & (ACCOUNT.c.lease_owner == self.owner)

            async def store(connection: AsyncConnection) -> None:
                await connection.execute(update(ACCOUNT).where(mine).values(**values))

            await self.database.write(store)
        self._held, self._until_ms = token, until_ms
        return token

    async def _row(self, connection: AsyncConnection) -> Row[tuple[object, ...]] | None:
        query = select(ACCOUNT).where(ACCOUNT.c.account == self.account)
        return (await connection.execute(query)).one_or_none()

    async def _lease(self, seen: str | None) -> bool:
        """Whether the fetch is ours; not while another's is under way, nor when it just ended.

        Args:
            seen: The sealed token that will not do; by now there may be another.
        """
        now_ms = ms(self.clock.now())
        taken = (
            update(ACCOUNT)
            .where(
                ACCOUNT.c.account == self.account,
                ACCOUNT.c.token.is_not_distinct_from(seen),
                or_(ACCOUNT.c.lease_until_ms <= now_ms, ACCOUNT.c.lease_owner == self.owner),
            )
            .values(lease_owner=self.owner, lease_until_ms=now_ms + _LEASE_MS)
            .returning(ACCOUNT.c.account)
        )

        async def work(connection: AsyncConnection) -> bool:
            await ensure_account(connection, self.account)
            return (await connection.execute(taken)).one_or_none() is not None

        return await self.database.write(work)


async def ensure_account(connection: AsyncConnection, account: str) -> None:
    """Make the account's row when there is none."""
    row = insert_once(
        connection.dialect,
        ACCOUNT,
        account=account,
        token_until_ms=0,
        lease_until_ms=0,
        stopped_until_ms=0,
    )
    await connection.execute(row)
