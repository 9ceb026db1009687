"""The control API of the platform, from a program that plays the people."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

_WAIT_S: Final = 20.0


@dataclass(slots=True)
class Wire:
    """A connection to a platform.

    Attributes:
        entries: Everything recorded since the connection was made, and what came before.
    """

    http: httpx.AsyncClient
    entries: list[dict[str, Any]] = field(default_factory=list)
    shown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def do(self, what: str, /, **asked: Any) -> dict[str, Any]:
        """One call."""
        answer = await self.http.post(f"/control/{what}", json=asked)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def state(self) -> dict[str, Any]:
        """What the platform says of itself."""
        found: dict[str, Any] = (await self.http.get("/control/state")).json()
        return found

    async def sees(self, openid: str, text: str, seconds: float) -> bool:
        """Whether a person sees this within so many seconds."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self.saw(openid, text))
        except TimeoutError:
            return False
        return True

    def saw(self, openid: str, text: str) -> bool:
        """Whether a person saw this."""
        return any(text in each for each in self.shown[openid])

    async def follow(self) -> None:
        """Read the record for ever."""
        while True:
            after = len(self.entries)
            answer = await self.http.get("/control/record", params={"after": after, "wait": 1})
            await self._take(answer.json()["entries"])

    async def catch_up(self) -> None:
        """Read what has not been read."""
        answer = await self.http.get("/control/record", params={"after": len(self.entries)})
        await self._take(answer.json()["entries"])

    async def _take(self, entries: list[dict[str, Any]]) -> None:
        async with self._changed:
            # Two readers may have asked for the same entries.
            new = [each for each in entries if each["n"] > len(self.entries)]
            self.entries += new
            for each in new:
                if each["kind"] == "shown":
                    self.shown[each["openid"]].append(each["text"])
            self._changed.notify_all()


@asynccontextmanager
async def wire_to(phone: str) -> AsyncIterator[Wire]:
    """Connect to a platform and follow its record."""
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(
        base_url=phone, trust_env=False, timeout=_WAIT_S * 2, limits=limits
    ) as http:
        wire = Wire(http)
        following = asyncio.create_task(wire.follow())
        try:
            yield wire
        finally:
            following.cancel()
            await asyncio.wait([following])
