"""The voice channel while the application runs: its routes, and the AudioSocket port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter

from assistant.errors import AssistantError
from channels.voice.calls import Calls
from channels.voice.carry import Line, carry
from channels.voice.http import VoiceRoutes
from channels.voice.leg_audiosocket import AudioSocketWire
from channels.voice.settings import VoiceLegSettings
from channels.voice.wire import Message

_log = logging.getLogger(__name__)

_READ_BYTES: Final = 4_096
_DRAIN_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceConnector:
    """Implements `channels.connector.Connector`."""

    settings: VoiceLegSettings
    public_url: str
    calls: Calls

    @property
    def routers(self) -> Sequence[APIRouter]:
        """See Connector."""
        routes = VoiceRoutes(settings=self.settings, public_url=self.public_url, calls=self.calls)
        return (routes.router,)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """See Connector."""
        port = self.settings.voice_audiosocket_port
        try:
            if port is None or self.calls.engines is None:
                if port is not None:
                    _log.warning("no AudioSocket port: the speech components are not installed")
                yield
                return
            async with await self.listen(self.settings.voice_audiosocket_host, port):
                yield
        finally:
            await self.calls.turns.drain(_DRAIN_S)

    async def listen(self, host: str, port: int) -> asyncio.Server:
        """Take AudioSocket calls.

        Raises:
            OSError: The port is taken.
        """
        return await asyncio.start_server(self._serve, host, port, limit=_READ_BYTES * 4)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = AudioSocketWire(
            rate=self.settings.voice_audiosocket_rate,
            inband_keys=self.settings.voice_inband_keys,
        )

        async def receive() -> Message | None:
            return await reader.read(_READ_BYTES) or None

        async def send(message: Message) -> None:
            writer.write(message if isinstance(message, bytes) else message.encode())
            await writer.drain()

        line = Line(receive=receive, send=send)
        try:
            reason = await carry(line, wire, lambda started: self.calls.telephone(wire, started))
            _log.info("an AudioSocket call is over: %s", reason)
        except AssistantError as error:
            _log.warning("an AudioSocket call could not be taken: %s", error.code)
        finally:
            writer.close()
