"""A page of a customer, as far as the stream is concerned."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from channels.app import Server


@dataclass
class Page:
    socket: ClientConnection
    stack: AsyncExitStack
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, kind: str, **body: Any) -> None:
        await self.socket.send(json.dumps({"v": 1, "type": kind, "body": body}))

    async def raw(self, text: str | bytes) -> None:
        await self.socket.send(text)

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            frame = json.loads(await self.socket.recv())
        self.seen.append(frame)
        return frame

    async def until(self, kind: str, **wanted: Any) -> dict[str, Any]:
        while True:
            frame = await self.next()
            body = frame["body"]
            if frame["type"] == kind and all(body.get(k) == v for k, v in wanted.items()):
                return frame

    async def closed(self) -> int:
        try:
            while True:
                await self.next()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    async def nothing_more(self) -> None:
        try:
            async with asyncio.timeout(0.15):
                frame = await self.socket.recv()
        except TimeoutError:
            return
        raise AssertionError(frame)

    @property
    def durable(self) -> list[dict[str, Any]]:
        return [frame for frame in self.seen if "seq" in frame]

    @property
    def kinds(self) -> list[str]:
        return [frame["type"] for frame in self.seen]

    async def leave(self) -> None:
        await self.stack.aclose()


def _small_socket(port: int) -> socket.socket:
    """Takes little unread, so that a page that does not read is felt soon."""
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    small.connect(("127.0.0.1", port))
    small.setblocking(False)
    return small


@dataclass
class Site:
    base: str
    http: httpx.AsyncClient
    app: FastAPI
    server: Server
    pages: list[Page] = field(default_factory=list)

    async def token(self, customer_id: str = "C1001", level: int = 3) -> dict[str, str]:
        body = {"customer_id": customer_id, "level": level}
        answer = await self.http.post("/v1/sandbox/sign-in", json=body)
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    async def ticket(self, headers: dict[str, str] | None = None) -> str:
        answer = await self.http.post("/v1/tickets", headers=headers)
        assert answer.status_code == 201
        return answer.json()["ticket"]

    async def open(self, origin: str | None = "same") -> Page:
        stack = AsyncExitStack()
        address = self.base.replace("http", "ws") + "/v1/stream"
        socket = await stack.enter_async_context(
            connect(
                address,
                origin=self.base if origin == "same" else origin,
                proxy=None,
                sock=_small_socket(urlsplit(self.base).port or 0),
            )
        )
        page = Page(socket, stack)
        self.pages.append(page)
        return page

    async def enter(self, headers: dict[str, str] | None = None, **hello: Any) -> Page:
        """A page that was welcomed."""
        page = await self.open()
        await page.say("hello", ticket=await self.ticket(headers), **hello)
        await page.until("welcome")
        return page
