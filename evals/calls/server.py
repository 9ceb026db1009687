"""The assistant of a lab: `guitai serve` with its sandbox bank, and what its log says."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from assistant.errors import SettingsError
from assistant.model.events import Event, HandoffRequested, MessageReceived, Said
from assistant.model.ids import ConversationId
from assistant.ports import EventStore
from channels.cli.child import end
from channels.composition_log import open_log
from channels.composition_speech import models_folder
from channels.settings import Settings
from evals.calls.places import Places

_START_S: Final = 240.0
_STOP_S: Final = 30.0
_POLL_S: Final = 0.2
_PREPARED: Final = ("models", "vectors", "index")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM, _PARENT = 11, 12, 1
"""Fields of /proc/PID/stat after the name: processor time, and the parent."""


@dataclass(frozen=True, slots=True)
class Told:
    """One conversation of the log.

    Attributes:
        heard: Words of the customer, as they were taken.
        said: What the assistant said, turn by turn; the first is the greeting.
        asked_for_person: Whether a colleague was called.
    """

    events: Sequence[Event]

    @property
    def heard(self) -> list[str]:  # noqa: D102 - see Attributes
        received = [each for each in self.events if isinstance(each, MessageReceived)]
        return [each.button or each.text for each in received[1:]]

    @property
    def said(self) -> list[str]:  # noqa: D102 - see Attributes
        turns: dict[int, str] = {}
        for each in self.events:
            if isinstance(each, Said):
                turns[each.turn] = turns.get(each.turn, "") + each.part.text
        return list(turns.values())

    @property
    def asked_for_person(self) -> bool:  # noqa: D102 - see Attributes
        return any(isinstance(each, HandoffRequested) for each in self.events)


@dataclass(slots=True)
class Server:
    """A running assistant and its log."""

    process: subprocess.Popen[bytes]
    store: EventStore
    log: Path
    _known: set[ConversationId] = field(default_factory=set)

    async def new_calls(self) -> list[Told]:
        """Conversations begun since the last time, oldest first."""
        every = await self.store.holding(["conversation_started"])
        fresh = [each for each in every if each not in self._known]
        self._known.update(fresh)
        return [Told([stored.event for stored in await self.store.load(each)]) for each in fresh]

    def cpu_s(self) -> dict[str, float]:
        """Processor time used so far: by the assistant itself, and by its speech engines."""
        pid = self.process.pid
        children = [each for each in _processes() if _stat(each)[_PARENT] == str(pid)]
        engines = [each for each in children if "engines.worker" in _command(each)]
        return {"assistant": _cpu_s(pid), "engines": round(sum(map(_cpu_s, engines)), 2)}


@asynccontextmanager
async def serving(
    settings: Settings, places: Places, password: str, **more: str
) -> AsyncIterator[Server]:
    """The assistant on the lab's ports, with data of its own.

    Args:
        settings: Whose index, trained models and speech models are used.
        places: Of the lab.
        password: Of the gateway.
        more: Settings of this run, as in the environment.

    Raises:
        SettingsError: It did not start.
    """
    data = places.run / "data"
    for part in _PREPARED:
        if (settings.data_dir / part).exists():
            shutil.copytree(settings.data_dir / part, data / part)
    data.mkdir(parents=True, exist_ok=True)
    database = f"sqlite:///{data / 'guitai.db'}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUITAI_")}
    environment = {
        **kept,
        "GUITAI_DATA_DIR": str(data),
        "GUITAI_DATABASE_URL": database,
        "GUITAI_CONTENT_DIR": str(settings.content_dir),
        "GUITAI_PORT": str(places.http),
        "GUITAI_SANDBOX_PORT": str(places.bank),
        "GUITAI_VOICE_AUDIOSOCKET_PORT": str(places.audiosocket),
        "GUITAI_VOICE_GATEWAY_PASSWORD": password,
        "GUITAI_SPEECH_MODELS": str(models_folder(settings).resolve()),
        **more,
    }
    log = places.run / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: ASYNC220 - returns at once
            [sys.executable, "-m", "channels.cli", "serve", "--with-sandbox"],
            env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        await _wait_for(process, places.http, log)
        changed = {"data_dir": data, "database_url": database}
        async with open_log(settings.model_copy(update=changed)) as read:
            yield Server(process, read.store, log)
    finally:
        await asyncio.to_thread(end, process, _STOP_S)


async def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _START_S
    async with httpx.AsyncClient(trust_env=False) as client:
        while time.monotonic() < until and process.poll() is None:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(_POLL_S)
    msg = f"the assistant did not start: see {log}"
    raise SettingsError(msg)


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return ["0"] * (_SYSTEM + 1)
    return text.rpartition(")")[2].split()


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
    except OSError:
        return ""


def _cpu_s(pid: int) -> float:
    stat = _stat(pid)
    return round((int(stat[_USER]) + int(stat[_SYSTEM])) / _TICKS, 2)
