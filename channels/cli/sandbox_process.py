"""The sandbox core bank as a child process of `guitai serve --with-sandbox`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from assistant.errors import SettingsError
from channels.cli.child import end
from channels.composition_sandbox import answers, sandbox_url, uses_sandbox
from channels.settings import Settings

_PATIENCE_S: Final = 30.0
"""A new data folder needs a few seconds to be seeded."""
_POLL_S: Final = 0.05
_END_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class SandboxProcess:
    """The bank that answers; `process` is None when it was running already."""

    url: str
    process: subprocess.Popen[bytes] | None

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            SettingsError: It ended, or did not answer in time; its own words are on stderr.
        """
        if self.process is None:
            return
        until = time.monotonic() + _PATIENCE_S
        while not answers(self.url):
            if self.process.poll() is not None or time.monotonic() > until:
                msg = f"The sandbox core bank did not start at {self.url} (GUITAI_SANDBOX_PORT)."
                raise SettingsError(msg)
            time.sleep(_POLL_S)


@contextmanager
def sandbox_process(settings: Settings) -> Iterator[SandboxProcess]:
    """Start the sandbox, or find it running; end at the end what was started.

    Raises:
        SettingsError: The settings name another bank, or no fixed port.
    """
    if not uses_sandbox(settings):
        msg = "GUITAI_BANK_URL names another bank; unset it, or leave out --with-sandbox."
        raise SettingsError(msg)
    if settings.sandbox_port == 0:
        msg = "GUITAI_SANDBOX_PORT must be a fixed port with --with-sandbox."
        raise SettingsError(msg)
    url = sandbox_url(settings)
    if answers(url):
        yield SandboxProcess(url, None)
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "channels.cli", "sandbox", "--attached"],
        stdin=subprocess.PIPE,  # closes with us, however we end
        env={
            **os.environ,
            "GUITAI_SANDBOX_PORT": str(settings.sandbox_port),
            "GUITAI_DATA_DIR": str(settings.data_dir),
        },
        start_new_session=True,  # Ctrl-C is for us; we then end it in order
    )
    try:
        yield SandboxProcess(url, process)
    finally:
        end(process, _END_S)
        if process.stdin is not None:
            process.stdin.close()
