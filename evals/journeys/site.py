"""The whole assistant, in one worker or two, with a fresh bank and a fresh database."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from pydantic import SecretStr

from actions.bank.sandbox.app import create_app as create_bank
from assistant.ports import EventStore
from channels.app import create_app
from channels.bootstrap import Brain, RunningService, build
from channels.composition_wechat import wechat_connectors
from channels.settings import Settings
from channels.wechat.connector import WeChat
from channels.wechat.surface import Surface
from evals.clock import BANK_DAY
from evals.harness import empty_database
from evals.journeys.clock import JourneyClock
from evals.journeys.platform import AES_KEY, APP_ID, SECRET, TOKEN, Platform
from evals.simulate.world import MASTER, scratch_database

BANK_URL: Final = "http://bank"
PUBLIC_URL: Final = "https://bank.test"
_BANK_TIMEOUT_S: Final = 20.0
"""Generous: a busy machine is not a finding."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """One of the workers: its service, its connectors and a way to its web application."""

    service: RunningService
    wechat: WeChat
    http: httpx.AsyncClient

    @property
    def surface(self) -> Surface:
        """The service account."""
        return self.wechat.surfaces[0]


@dataclass(slots=True, kw_only=True)
class Site:
    """Everything one journey may use.

    Attributes:
        workers: Each with connections of its own to the shared stores.
    """

    clock: JourneyClock
    bank: httpx.AsyncClient
    platform: Platform
    workers: list[Worker]

    @property
    def store(self) -> EventStore:
        """The log."""
        return self.workers[0].service.assistant.conversations.store

    async def settle(self) -> None:
        """Let WeChat deliver what waits."""
        for worker in self.workers:
            for _ in range(2):
                await worker.surface.flights.round()
                await worker.surface.flights.drain(_BANK_TIMEOUT_S)

    async def journal(self) -> list[dict[str, Any]]:
        """What took effect at the bank, oldest first."""
        answer = await self.bank.get("/sandbox/journal")
        answer.raise_for_status()
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries

    async def state(self, customer: str) -> dict[str, Any]:
        """Everything the bank knows of a customer."""
        answer = await self.bank.get(f"/customers/{customer}")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    async def reset(self) -> None:
        """The bank as it was on the first day."""
        (await self.bank.post("/sandbox/reset")).raise_for_status()


@asynccontextmanager
async def open_site(
    folder: Path,
    brain: Brain,
    templates: Path,
    *,
    database: str | None = None,
    redis_url: str | None = None,
    workers: int = 1,
) -> AsyncIterator[Site]:
    """A site whose bank, database and platform are gone afterwards.

    Args:
        folder: Scratch folder of this site alone.
        brain: Content and models.
        templates: Where the first bank and the first empty database are kept for the next ones.
        database: PostgreSQL server, for a scratch database; None: SQLite.
        redis_url: For locks and events between workers; None: in this process.
        workers: How many; more than one needs both servers.

    Raises:
        SettingsError: A server cannot be reached.
    """
    clock, platform = JourneyClock(), Platform()
    app = create_bank(
        folder / "bank.db", clock.now, BANK_DAY.date(), template_folder=templates / "bank"
    )
    async with AsyncExitStack() as stack:
        stack.callback(app.state.bank.close)
        url = await stack.enter_async_context(scratch_database(folder, database))
        if database is None:
            await asyncio.to_thread(templates.mkdir, parents=True, exist_ok=True)
            shutil.copyfile(await empty_database(templates), folder / "guitai.db")
        settings = Settings(
            _env_file=None,
            data_dir=folder,
            database_url=url,
            redis_url=redis_url,
            bank_url=BANK_URL,
            bank_timeout_s=_BANK_TIMEOUT_S,
            sandbox=True,
            burst_http_ms=0,
            burst_stream_ms=0,
            master_key=SecretStr(MASTER),
            public_url=PUBLIC_URL,
            wechat_app_id=APP_ID,
            wechat_secret=SecretStr(SECRET),
            wechat_token=SecretStr(TOKEN),
            wechat_aes_key=SecretStr(AES_KEY),
            shutdown_s=1.0,
        )

        def to_bank() -> httpx.AsyncClient:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            return httpx.AsyncClient(transport=transport, base_url=BANK_URL)

        bank = await stack.enter_async_context(to_bank())
        opened = [
            await stack.enter_async_context(_worker(settings, brain, clock, to_bank, platform))
            for _ in range(workers)
        ]
        yield Site(clock=clock, bank=bank, platform=platform, workers=opened)


@asynccontextmanager
async def _worker(
    settings: Settings, brain: Brain, clock: JourneyClock, to_bank: Any, platform: Platform
) -> AsyncIterator[Worker]:
    async with build(settings, brain=brain, clock=clock, http=to_bank()) as service:

        @asynccontextmanager
        async def running(_: Settings) -> AsyncIterator[RunningService]:
            yield service

        (wechat,) = wechat_connectors(
            settings, service, service.engine, service.ids, transport=httpx.ASGITransport(platform)
        )
        if not isinstance(wechat, WeChat):
            raise TypeError
        web = create_app(settings, running, bank=to_bank(), connectors=(wechat,))
        transport = httpx.ASGITransport(web, raise_app_exceptions=False)
        async with (
            web.router.lifespan_context(web),
            httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as http,
        ):
            yield Worker(service=service, wechat=wechat, http=http)
