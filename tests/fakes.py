"""A clock that stands still and ids that count. They implement ports like anything else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class FixedClock:
    """Implements the Clock port; moves only when told."""

    instant: datetime = NOON
    elapsed: timedelta = timedelta()

    def now(self) -> datetime:
        return self.instant + self.elapsed

    def monotonic_ms(self) -> float:
        return self.elapsed / timedelta(milliseconds=1)

    def advance(self, seconds: float) -> None:
        self.elapsed += timedelta(seconds=seconds)


@dataclass(slots=True)
class SequentialIds:
    """Implements the IdSource port: c_00001, c_00002, h_00001, …"""

    counts: Counter[str] = field(default_factory=Counter)

    def new(self, prefix: str) -> str:
        self.counts[prefix] += 1
        return f"{prefix}_{self.counts[prefix]:05d}"
