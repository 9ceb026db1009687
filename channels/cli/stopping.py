"""Ending in order when the system or the keyboard says so."""

from __future__ import annotations

import signal
from types import FrameType

from channels.cli import exits


def end_on_signals() -> None:
    """Make SIGTERM and SIGINT an ordinary end: what was opened is closed, exit code 0.

    Uvicorn ends its server first and then gives the signal back, to these handlers.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> None:
    raise SystemExit(exits.OK)
