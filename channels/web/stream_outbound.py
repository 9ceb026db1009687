"""The way out of one connection: a bounded queue and the one task that writes to the socket."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from channels.web.frames import Frame

CAPACITY: Final = 256
"""Frames that may wait for a slow page."""


class TooSlow(Exception):  # noqa: N818 - a state, not a fault
    """The page did not take its frames in time."""


@dataclass(slots=True)
class Outbound:
    """Frames on their way to the page, in order.

    Attributes:
        patience_s: How long a full queue may stay full.
    """

    socket: WebSocket
    patience_s: float
    _queue: asyncio.Queue[Frame] = field(default_factory=lambda: asyncio.Queue(CAPACITY))

    async def put(self, frame: Frame) -> None:
        """Queue a frame that must arrive.

        Raises:
            TooSlow: There was no room in time.
        """
        try:
            async with asyncio.timeout(self.patience_s):
                await self._queue.put(frame)
        except TimeoutError as error:
            raise TooSlow from error

    def offer(self, frame: Frame) -> None:
        """Queue a frame that may get lost: previews, errors, answers that can be asked again."""
        if not self._queue.full():
            self._queue.put_nowait(frame)

    async def write(self) -> None:
        """Write frames until cancelled or until the page is gone."""
        try:
            while True:
                frame = await self._queue.get()
                await self.socket.send_text(json.dumps(frame, ensure_ascii=False))
                self._queue.task_done()
        except (WebSocketDisconnect, RuntimeError):
            # Starlette says RuntimeError when the socket was closed under us. The reader ends
            # the connection; whoever waits for room must not wait for a page that is gone.
            while not self._queue.empty():
                self._queue.get_nowait()
                self._queue.task_done()

    async def drained(self) -> None:
        """Wait until everything queued was written."""
        await self._queue.join()
