"""The WeChat connector joined with the database and the running assistant."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters.database import master_of, read, write
from assistant.adapters.schema import upgrade_engine
from assistant.adapters.system import RandomIds, SystemClock
from assistant.errors import TranscriptDamaged
from assistant.ports import IdSource
from channels.composition_keys import open_database
from channels.connector import Connector
from channels.service import Service
from channels.settings import Settings
from channels.voice.speech import Recogniser
from channels.wechat.connector import make_wechat, platform_http, service_client
from channels.wechat.menu import Menu, publish
from channels.wechat.surface import Shared

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SqlDatabase:
    """Implements `channels.wechat.database.Database` over the engine of the conversations."""

    engine: AsyncEngine

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """See the port."""
        return await write(self.engine, work)

    async def read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """See the port."""
        return await read(self.engine, work)

    def seal(self, text: str, place: str) -> str:
        """See the port; the master key's name goes along, for it may be replaced."""
        master = master_of(self.engine)
        sealed = base64.urlsafe_b64encode(master.wrap(text.encode(), place)).decode()
        return f"{master.name}.{sealed.rstrip('=')}"

    def unseal(self, sealed: str, place: str) -> str:
        """See the port."""
        name, _, body = sealed.partition(".")
        master = master_of(self.engine).named(name)
        if master is None:
            raise TranscriptDamaged
        try:
            wrapped = base64.urlsafe_b64decode(f"{body}{'=' * (-len(body) % 4)}")
        except (binascii.Error, ValueError) as error:
            raise TranscriptDamaged from error
        return master.unwrap(wrapped, place).decode()

    def pseudonyms(self, text: str) -> Sequence[str]:
        """See the port."""
        return master_of(self.engine).subjects(text)


def wechat_connectors(
    settings: Settings,
    service: Service,
    engine: AsyncEngine,
    ids: IdSource,
    *,
    recogniser: Recogniser | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> tuple[Connector, ...]:
    """The connector, when a service account is set up; none otherwise.

    Args:
        settings: The deployment's.
        service: The running assistant.
        engine: Of its database.
        ids: Names this process and what it makes.
        recogniser: Of voice messages; None when there is none here.
        transport: To a platform in the same process; None for the network.

    Raises:
        SettingsError: An account is named and something it needs is missing.
    """
    if settings.wechat_app_id is None:
        return ()
    shared = Shared(
        service=service,
        database=SqlDatabase(engine),
        ids=ids,
        owner=ids.new("p"),
        public_url=(settings.public_url or "").rstrip("/"),
        binding_days=settings.wechat_binding_days,
        passive_s=settings.wechat_passive_s,
        patience_ms=settings.burst_stream_ms,
        recogniser=recogniser,
    )
    return (make_wechat(settings, shared, transport),)


async def publish_menu(settings: Settings, general: Menu, bound: Menu | None) -> None:
    """Put the menus in place at the platform.

    Raises:
        SettingsError: No service account is set up, or something it needs is missing.
        AssistantError: The platform refused, or could not be reached.
    """
    engine = open_database(settings)
    ids, clock = RandomIds(), SystemClock()
    try:
        await upgrade_engine(engine)
        async with platform_http(settings.wechat_api_url) as http:
            client = service_client(settings, http, SqlDatabase(engine), clock, ids.new("p"))
            await publish(client, general, bound)
    finally:
        await engine.dispose()
