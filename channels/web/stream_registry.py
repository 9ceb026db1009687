"""The open connections of this process, so that a shutdown can say goodbye."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol


class OpenStream(Protocol):
    """One connection."""

    async def say_goodbye(self) -> None:
        """Tell the page that the server goes away, and close."""
        ...


@dataclass(slots=True)
class OpenStreams:
    """Every connection of this process.

    Attributes:
        closing: From then on nobody new is let in.
    """

    closing: bool = False
    _open: set[OpenStream] = field(default_factory=set)

    def add(self, stream: OpenStream) -> None:
        """Count a connection in."""
        self._open.add(stream)

    def remove(self, stream: OpenStream) -> None:
        """Count it out."""
        self._open.discard(stream)

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    async def shut_down(self) -> None:
        """Say goodbye to every page."""
        self.closing = True
        await asyncio.gather(*(stream.say_goodbye() for stream in tuple(self._open)))
