"""A served assistant as a process: how long until it is ready, how much it holds, how many wait."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import websockets

from assistant.adapters.system import SystemClock
from assistant.errors import SettingsError
from channels.settings import Settings
from evals.bench.measure import Measure

_PATIENCE_S: Final = 120.0
_POLL_S: Final = 0.05
_MIB: Final = 1024
_INDEXED: Final = ("index", "vectors", "models")
_LOG: Final = "serve.log"
_AT_ONCE: Final = 50
_STOP_S: Final = 20


@dataclass(frozen=True, slots=True)
class Served:
    """A served assistant.

    Attributes:
        url: Address without a path.
        ready_s: Seconds from starting the process to a good `/readyz`.
    """

    url: str
    process: subprocess.Popen[bytes]
    ready_s: float

    def resident_mb(self) -> float:
        """Resident memory of the process, MiB; the sandbox bank is a process of its own."""
        status = Path(f"/proc/{self.process.pid}/status")
        if status.exists():
            lines = status.read_text(encoding="utf-8").splitlines()
            return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / _MIB
        asked = ["/bin/ps", "-o", "rss=", "-p", str(self.process.pid)]
        answer = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603 - fixed words
        return int(answer.stdout) / _MIB


async def measure_service(settings: Settings, connections: int) -> list[Measure]:
    """Cold start, memory and idle WebSocket conversations of one process.

    Args:
        settings: Whose index is used; everything else is scratch.
        connections: How many conversations to hold open.
    """
    async with _served(settings) as served:
        fresh_mb = served.resident_mb()
        held, failed = await _hold(served, connections)
        loaded_mb = served.resident_mb()
    return [
        Measure(
            name="cold start to ready",
            unit="s",
            p50=round(served.ready_s, 2),
            budget_p50=8,
            note="guitai serve --with-sandbox, index built before",
        ),
        Measure(
            name="resident memory",
            unit="MB",
            p50=round(fresh_mb, 1),
            budget_p50=700,
            note=f"after the start; {loaded_mb:.0f} MB with {held} open conversations",
        ),
        Measure(
            name="open WebSocket conversations",
            unit="connections",
            p50=float(held),
            budget_p50=float(connections),
            more_is_better=True,
            note=f"idle, one process; {failed} could not be opened or were dropped",
        ),
    ]


@asynccontextmanager
async def _served(settings: Settings) -> AsyncIterator[Served]:
    with tempfile.TemporaryDirectory(prefix="guitai-bench-") as name:
        clock = SystemClock()
        folder = Path(name)
        _copy_index(settings, folder)
        started = clock.monotonic_ms()
        process, url = _start(folder)
        try:
            await _ready(url, process, folder)
            yield Served(url, process, (clock.monotonic_ms() - started) / 1000)
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, _STOP_S)


def _copy_index(settings: Settings, folder: Path) -> None:
    for part in _INDEXED:
        if (settings.data_dir / part).exists():
            shutil.copytree(settings.data_dir / part, folder / part)


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the command on free ports, writing to `serve.log` in the folder."""
    port, bank_port = _free_ports()
    environment = {
        **os.environ,
        "GUITAI_DATA_DIR": str(folder),
        "GUITAI_DATABASE_URL": f"sqlite:///{folder / 'guitai.db'}",
        "GUITAI_PORT": str(port),
        "GUITAI_SANDBOX_PORT": str(bank_port),
        "GUITAI_BANK_URL": f"http://127.0.0.1:{bank_port}",
    }
    command = [sys.executable, "-m", "channels.cli", "serve", "--with-sandbox"]
    with (folder / _LOG).open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603 - our own command
    return process, f"http://127.0.0.1:{port}"


async def _ready(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until the assistant is ready.

    Raises:
        SettingsError: It ended, or did not get ready in time; with what it last said.
    """
    clock = SystemClock()
    until = clock.monotonic_ms() + _PATIENCE_S * 1000
    async with httpx.AsyncClient(trust_env=False) as client:
        while process.poll() is None and clock.monotonic_ms() < until:
            try:
                if (await client.get(f"{url}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(_POLL_S)
    msg = "The assistant did not start: " + _last_words(folder)
    raise SettingsError(msg)


def _last_words(folder: Path) -> str:
    lines = (folder / _LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(lines[-3:])


async def _hold(served: Served, connections: int) -> tuple[int, int]:
    """Open so many conversations and see how many answer a ping when all are open."""
    if connections == 0:
        return 0, 0
    room = asyncio.Semaphore(_AT_ONCE)
    limits = httpx.Limits(max_connections=_AT_ONCE)
    async with AsyncExitStack() as stack, httpx.AsyncClient(trust_env=False, limits=limits) as http:

        async def one() -> websockets.ClientConnection | None:
            async with room:
                try:
                    return await _open(served.url, http, stack)
                except (OSError, websockets.WebSocketException, httpx.HTTPError):
                    return None

        opened = await asyncio.gather(*(one() for _ in range(connections)))
        sockets = [each for each in opened if each is not None]
        alive = await asyncio.gather(*(_answers(each) for each in sockets))
        return sum(alive), connections - sum(alive)


async def _open(
    url: str, http: httpx.AsyncClient, stack: AsyncExitStack
) -> websockets.ClientConnection:
    issued = await http.post(f"{url}/v1/tickets")
    issued.raise_for_status()
    address = url.replace("http://", "ws://") + "/v1/stream"
    connection = await stack.enter_async_context(
        websockets.connect(address, origin=websockets.Origin(url), proxy=None, max_queue=4)
    )
    hello = {"v": 1, "type": "hello", "body": {"ticket": issued.json()["ticket"]}}
    await connection.send(json.dumps(hello))
    welcome = json.loads(await connection.recv())
    if welcome.get("type") != "welcome":
        msg = f"not welcomed: {welcome.get('type')}"
        raise ConnectionError(msg)
    return connection


async def _answers(connection: websockets.ClientConnection) -> bool:
    try:
        async with asyncio.timeout(_STOP_S):
            await (await connection.ping())
    except (TimeoutError, websockets.WebSocketException):
        return False
    return True


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as b:
        return int(one.getsockname()[1]), int(b.getsockname()[1])
