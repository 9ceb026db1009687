"""One clock for the day and for durations: calls are lived through as fast as they can be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from evals.clock import BANK_DAY


@dataclass(slots=True)
class JourneyClock:
    """Implements the port Clock.

    Attributes:
        instant: The present instant, aware.
    """

    instant: datetime = BANK_DAY

    def now(self) -> datetime:
        """See the port."""
        return self.instant

    def monotonic_ms(self) -> float:
        """See the port."""
        return self.instant.timestamp() * 1000

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.instant += timedelta(seconds=seconds)
