"""What happened, in order: who said what, what was pushed and how it was answered, who saw what."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from evals.wechat_platform.clock import VirtualClock

Kind = Literal["said", "pushed", "answered", "called", "shown"]
"""`said` by a person. `pushed`: one try. `answered`: its end. `called`: a call of the API and its
code. `shown` to a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message a person sees; `via` is the way it came, `by_ai` whether it is marked so."""

    surface: str
    openid: str
    text: str
    via: str
    name: str
    choices: list[dict[str, str]] = field(default_factory=list)
    by_ai: bool = False


@dataclass(slots=True)
class Record:
    """The record; entries are numbered from 1."""

    clock: VirtualClock
    entries: list[dict[str, Any]] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, kind: Kind, **known: Any) -> None:
        """Write an entry and wake whoever waits for one."""
        entry = {"n": len(self.entries) + 1, "at": self.clock.now_s(), "kind": kind, **known}
        self.entries.append(entry)
        self._changed.set()
        self._changed = asyncio.Event()

    def show(self, shown: Shown) -> None:
        """A person sees a message."""
        self.add("shown", **asdict(shown))

    def after(self, number: int, kind: str = "", openid: str = "") -> list[dict[str, Any]]:
        """Entries after this number, of one kind or one person if wished."""
        return [
            entry
            for entry in self.entries[number:]
            if (not kind or entry["kind"] == kind) and (not openid or entry.get("openid") == openid)
        ]

    async def wait(self, number: int, seconds: float) -> None:
        """Until there is an entry after this number, at most so many real seconds."""
        if len(self.entries) > number:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
