"""The sandbox bank behind a wire that breaks where the plan says, and its books."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

_CHANGES: Final = "/operations/"
_STATUS: Final = "/operations/status"
_KEY: Final = "Idempotency-Key"
_PLANNED: Final = "planned"


class WorkerDied(BaseException):
    """The process is no more. No `except Exception` of the assistant may see it."""


@dataclass(slots=True)
class Wire(httpx.AsyncBaseTransport):
    """Carries requests to the bank in this process, and breaks on request.

    Attributes:
        inner: The bank.
        strike: What the next change meets; used up by it.
        status_fails: How many of the next status queries fail.
        lookups_left: Lookups until one is not answered; 0: all are.
        honours_keys: False: the bank sees another key each time, as one without idempotency.
        dies: Called when the worker dies.
        late: Changes still on their way.
        held: A worker waits here for its answer.
        released: Lets it go on.
    """

    inner: httpx.AsyncBaseTransport
    strike: str = ""
    status_fails: int = 0
    lookups_left: int = 0
    honours_keys: bool = True
    dies: Callable[[], None] = lambda: None
    late: list[httpx.Request] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Deliver, or not."""
        path = request.url.path
        if path == _STATUS and self.status_fails:
            self.status_fails -= 1
            return httpx.Response(500, json={"code": "fault"}, request=request)
        if not path.startswith(_CHANGES):
            self._count_lookup(request)
        if path == _STATUS or not path.startswith(_CHANGES):
            return await self.inner.handle_async_request(request)
        if not self.honours_keys:
            request.headers[_KEY] = secrets.token_hex(16)
        strike, self.strike = self.strike, ""
        return await self._change(request, strike)

    async def arrive(self) -> None:
        """What was late reaches the bank now."""
        late, self.late = self.late, []
        for request in late:
            await (await self.inner.handle_async_request(request)).aread()

    def _count_lookup(self, request: httpx.Request) -> None:
        if self.lookups_left:
            self.lookups_left -= 1
            if not self.lookups_left:
                raise httpx.ReadTimeout(_PLANNED, request=request)

    async def _change(self, request: httpx.Request, strike: str) -> httpx.Response:
        await self._before(request, strike)
        answer = await self.inner.handle_async_request(request)
        await answer.aread()
        if strike == "error_after":
            return httpx.Response(500, json={"code": "fault"}, request=request)
        await self._after(request, strike)
        return answer

    async def _before(self, request: httpx.Request, strike: str) -> None:
        match strike:
            case "unreachable":
                raise httpx.ConnectError(_PLANNED, request=request)
            case "lost_before":
                raise httpx.ReadTimeout(_PLANNED, request=request)
            case "late":
                self.late.append(_copy(request))
                raise httpx.ReadTimeout(_PLANNED, request=request)
            case "kill_before":
                self.dies()
                raise WorkerDied
            case "held_before":
                await self._hold()
            case _:
                pass

    async def _after(self, request: httpx.Request, strike: str) -> None:
        match strike:
            case "lost_after":
                raise httpx.ReadTimeout(_PLANNED, request=request)
            case "reset_after":
                raise httpx.ReadError(_PLANNED, request=request)
            case "kill_after":
                self.dies()
                raise WorkerDied
            case "held_after":
                await self._hold()
            case _:
                pass

    async def _hold(self) -> None:
        self.held.set()
        await self.released.wait()


def _copy(request: httpx.Request) -> httpx.Request:
    return httpx.Request(
        request.method, request.url, headers=request.headers, content=request.content
    )


@dataclass(frozen=True, slots=True)
class Books:
    """What the bank has done, read from its own database."""

    connection: sqlite3.Connection

    def effects(self, since: int = 0) -> list[dict[str, Any]]:
        """Transfers that took place after a place in the journal, oldest first."""
        rows = self.connection.execute(
            "SELECT rowid, idempotency_key, customer_id, reference, effects FROM outcomes"
            " WHERE state = 'done' AND operation = 'transfer_money' AND rowid > ? ORDER BY rowid",
            (since,),
        )
        return [dict(row) for row in rows]

    def place(self) -> int:
        """Where the journal ends now."""
        return int(
            self.connection.execute("SELECT coalesce(max(rowid), 0) FROM outcomes").fetchone()[0]
        )
