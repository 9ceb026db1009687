"""Time and ids."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...

    def monotonic_ms(self) -> float:
        """Milliseconds for measuring durations; the zero point means nothing."""
        ...


class IdSource(Protocol):
    """The only source of new ids."""

    def new(self, prefix: str) -> str:
        """A fresh opaque id, e.g. `c_01J…`."""
        ...
