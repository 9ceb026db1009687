"""A Chroma server as a child process of `guitai serve`, started again whenever it ends."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

import httpx

from assistant.errors import SettingsError
from channels.cli.child import end
from channels.settings import Settings

_log = logging.getLogger(__name__)

_HOST: Final = "127.0.0.1"
"""The server asks nobody who they are, so nobody outside the machine may reach it."""
_RUN: Final = "import sys; from chromadb.cli.cli import app; app()"
_FOLDER: Final = "chroma"
_LOG: Final = "chroma.log"
_PATIENCE_S: Final = 30.0
_POLL_S: Final = 0.1
_END_S: Final = 5.0
_AGAIN_S: Final = 1.0
"""Between two starts of a server that ends at once."""


class ChromaProcess:
    """The server, and the thread that starts it again."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is started yet."""
        self.url = f"http://{_HOST}:{settings.chroma_port}"
        self._settings = settings
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name="chroma", daemon=True)

    def start(self) -> None:
        """Start it and wait until it answers; a server that runs there already is used.

        Raises:
            SettingsError: It does not answer in time; its own words are in `chroma.log`.
        """
        if self.answers():
            return
        self._settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._keeper.start()
        try:
            self.wait()
        except SettingsError:
            self.end()
            raise

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            SettingsError: It does not in time; its own words are in `chroma.log`.
        """
        until = time.monotonic() + _PATIENCE_S
        while not self.answers():
            if time.monotonic() > until:
                log = self._settings.data_dir / _LOG
                msg = f"No Chroma server started at {self.url} (GUITAI_CHROMA_PORT); see {log}."
                raise SettingsError(msg)
            time.sleep(_POLL_S)

    @property
    def pid(self) -> int | None:
        """Process id; None while none was started here."""
        return self._process.pid if self._process is not None else None

    def answers(self) -> bool:
        """Whether a Chroma server answers there."""
        try:
            answer = httpx.get(f"{self.url}/api/v2/heartbeat", timeout=2, trust_env=False)
        except httpx.HTTPError:
            return False
        return answer.is_success

    def end(self) -> None:
        """End what was started here."""
        self._ending.set()
        process = self._process
        if process is not None:
            end(process, _END_S)
        if self._keeper.is_alive():
            self._keeper.join(_END_S)

    def _keep(self) -> None:
        with (self._settings.data_dir / _LOG).open("wb") as log:
            while not self._ending.is_set():
                self._process = self._begin(log)
                if self._ending.is_set():  # asked to end while it was being started
                    self._process.terminate()
                ended = self._process.wait()
                if not self._ending.wait(_AGAIN_S):
                    _log.warning("chroma server ended with %d; started again", ended)

    def _begin(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        folder = str(self._settings.data_dir / _FOLDER)
        place = ("--path", folder, "--host", _HOST, "--port", str(self._settings.chroma_port))
        return subprocess.Popen(  # noqa: S603 - the interpreter that runs us
            [sys.executable, "-c", _RUN, "run", *place],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us; we then end it in order
        )


@contextmanager
def chroma_process(settings: Settings) -> Iterator[Settings]:
    """Settings that name a Chroma server of our own, for as long as it is kept running.

    Yields:
        The same settings when they do not ask for one.

    Raises:
        SettingsError: It does not start, or the settings name another server too.
    """
    if not settings.chroma_process:
        yield settings
        return
    if settings.chroma_url is not None:
        msg = "GUITAI_CHROMA_URL names a server; unset it, or unset GUITAI_CHROMA_PROCESS."
        raise SettingsError(msg)
    server = ChromaProcess(settings)
    server.start()
    try:
        yield settings.model_copy(update={"chroma_url": server.url})
    finally:
        server.end()
