"""The sandbox core bank, joined for a process of its own or for the command that needs it.

Imports nothing of the assistant's models, so that the bank is up long before they are.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import httpx
import uvicorn
from fastapi import FastAPI

from actions.bank.sandbox.app import create_app
from actions.bank.sandbox.calendar import bank_date
from assistant.adapters.system import SystemClock
from assistant.errors import SettingsError
from channels.settings import Settings

SANDBOX_HOST: Final = "127.0.0.1"
"""The sandbox trusts its callers, so nobody outside the machine may be one."""

_DATABASE: Final = "sandbox.db"
_LOOK_S: Final = 2.0


def sandbox_url(settings: Settings) -> str:
    """Where this deployment's sandbox listens."""
    return f"http://{SANDBOX_HOST}:{settings.sandbox_port}"


def uses_sandbox(settings: Settings) -> bool:
    """Whether the core bank of these settings is the sandbox of this machine."""
    port = settings.sandbox_port
    return settings.bank_url.rstrip("/") in {sandbox_url(settings), f"http://localhost:{port}"}


def make_sandbox(settings: Settings) -> FastAPI:
    """Open the bank in the data folder; seeded when it is new, kept when it is not."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    clock = SystemClock()
    return create_app(settings.data_dir / _DATABASE, clock.now, bank_date(clock.now()))


def serve_sandbox(
    settings: Settings, *, ready: Callable[[], None], started: Callable[[uvicorn.Server], None]
) -> None:
    """Run the bank until the process is told to stop.

    Args:
        settings: Port and data folder.
        ready: Called once requests are answered.
        started: Given the server before it runs, for whoever wants to end it.

    Raises:
        SettingsError: The port is taken.
    """
    try:
        listening = socket.create_server((SANDBOX_HOST, settings.sandbox_port), backlog=512)
    except OSError as error:
        msg = f"Port {settings.sandbox_port} is taken. Choose another one with GUITAI_SANDBOX_PORT."
        raise SettingsError(msg) from error
    server = _Announced(
        uvicorn.Config(
            make_sandbox(settings),
            access_log=False,
            log_config=None,
            log_level="warning",
            lifespan="on",
            timeout_graceful_shutdown=2,
        )
    )
    server.on_ready = ready
    started(server)
    with listening:
        server.run([listening])


class _Announced(uvicorn.Server):
    """A server that tells when requests are answered."""

    on_ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self.on_ready:
            self.on_ready()


def answers(url: str) -> bool:
    """Whether a sandbox bank answers there."""
    try:
        answer = httpx.get(f"{url}/healthz", timeout=_LOOK_S, trust_env=False)
        return answer.is_success and answer.json().get("sandbox") is True
    except (httpx.HTTPError, ValueError, AttributeError):
        return False


@asynccontextmanager
async def bank_for_command(settings: Settings) -> AsyncIterator[httpx.AsyncClient | None]:
    """The bank for as long as one command lasts.

    Yields:
        None when the bank at `GUITAI_BANK_URL` answers by itself or is not the sandbox; else a
        client, not yet opened, of the sandbox run in this process on the deployment's own
        sandbox database. `channels.bootstrap.build` opens and closes it.
    """
    if not uses_sandbox(settings) or answers(settings.bank_url):
        yield None
        return
    app = make_sandbox(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app):
        yield httpx.AsyncClient(transport=transport, base_url=settings.bank_url)
