"""A clock that evals control: it stands still unless told, so that every run sees one day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from assistant.adapters.system import SystemClock
from assistant.ports import Clock

BANK_DAY: Final = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
"""Ten in the morning at the sample bank, on the day its seed and its documents are made for."""


@dataclass(slots=True)
class SteppedClock:
    """Implements the port Clock.

    Attributes:
        instant: The present instant, aware.
        stopwatch: Measures durations, which are real even when the day stands still.
    """

    instant: datetime = BANK_DAY
    stopwatch: Clock = field(default_factory=SystemClock)

    def now(self) -> datetime:
        """See the port."""
        return self.instant

    def monotonic_ms(self) -> float:
        """See the port."""
        return self.stopwatch.monotonic_ms()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.instant += timedelta(seconds=seconds)
