"""A clock of the platform's own, which tests turn and may run fast."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class VirtualClock:
    """Virtual seconds since 1970.

    Attributes:
        start_s: At the start; None for the real time.
        speed: Virtual seconds in a real one.
    """

    start_s: float | None = None
    speed: float = 1.0
    _origin_s: float = field(default_factory=time.monotonic)
    _ahead_s: float = 0.0

    def __post_init__(self) -> None:
        """Begin."""
        if self.start_s is None:
            self.start_s = time.time()  # noqa: TID251 - a platform has its own clock

    def now_s(self) -> float:
        """The present virtual instant."""
        began_s = self.start_s or 0.0
        return began_s + self._ahead_s + (time.monotonic() - self._origin_s) * self.speed

    def advance(self, seconds: float) -> None:
        """Turn it forward."""
        self._ahead_s += seconds

    async def sleep(self, seconds: float) -> None:
        """Wait so many virtual seconds, as they pass by themselves."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)
