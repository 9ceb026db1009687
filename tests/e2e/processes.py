"""Real processes: `guitai sandbox` and `guitai serve`, started, killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
START_S = 240
"""Nine seconds on a machine with nothing else to do; minutes on a crowded one."""
END_S = 15
PREPARED = ("models", "vectors", "index")
"""What a start would otherwise make again: trained models, vectors, index."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def prepare(data_dir: Path, made: Path) -> Path:
    """A data folder in which the slow half of a start is done already."""
    for name in PREPARED:
        if (made / name).exists():  # vectors are made only when the pack does not ship them
            shutil.copytree(made / name, data_dir / name, dirs_exist_ok=True)
    return data_dir


@dataclass
class Guitai:
    """One `guitai` command that listens; its words go to a file next to its data."""

    command: tuple[str, ...]
    data_dir: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data_dir / f"{self.command[0]}.log"

    def begin(self) -> Guitai:
        """Start without waiting."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GUITAI_")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "channels.cli", *self.command],
                cwd=self.data_dir,
                env={
                    **kept,
                    "PYTHONPATH": str(ROOT),
                    "GUITAI_DATA_DIR": str(self.data_dir),
                    **self.settings,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def wait(self) -> Guitai:
        """Until it answers."""
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                break
            if self.answers():
                return self
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def start(self) -> Guitai:
        return self.begin().wait()

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2, trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """As a power cut would: nothing is closed, nothing is flushed."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator would."""
        if self.process is not None and self.process.poll() is None:
            self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=60)


def sandbox(data_dir: Path) -> Guitai:
    port = free_port()
    return Guitai(("sandbox",), data_dir, port, {"GUITAI_SANDBOX_PORT": str(port)})


def assistant(data_dir: Path, sandbox_port: int, *options: str, **settings: str) -> Guitai:
    port = free_port()
    return Guitai(
        ("serve", *options),
        data_dir,
        port,
        {"GUITAI_PORT": str(port), "GUITAI_SANDBOX_PORT": str(sandbox_port), **settings},
    )
