"""How often one client may ask: in a minute over HTTP, in ten seconds over a WebSocket."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from assistant.ports import Clock

_MINUTE_MS: Final = 60_000.0
_KEYS_KEPT: Final = 10_000


@dataclass(slots=True)
class ClientRates:
    """So many requests a minute for each client, in constant space for each.

    The generic cell rate algorithm: a client may use a minute's worth at once and then gets
    it back evenly. Source: ITU-T I.371, annex A.

    Attributes:
        per_minute: Requests a client may send in a minute.
    """

    clock: Clock
    per_minute: int
    _due_ms: dict[str, float] = field(default_factory=dict)

    def wait_s(self, client: str) -> float:
        """Count one request.

        Returns:
            0 when it may go on, else seconds until one may.
        """
        now = self.clock.monotonic_ms()
        step = _MINUTE_MS / self.per_minute
        due = max(self._due_ms.get(client, now), now)
        over_ms = due + step - now - _MINUTE_MS
        if over_ms > 0:
            return over_ms / 1000
        self._due_ms[client] = due + step
        if len(self._due_ms) > _KEYS_KEPT:
            self._due_ms = {key: at for key, at in self._due_ms.items() if at > now}
        return 0.0


@dataclass(slots=True)
class SlidingWindow:
    """At most so many within any window.

    Attributes:
        limit: How many.
        window_ms: Length of the window, milliseconds.
    """

    clock: Clock
    limit: int
    window_ms: float
    _taken: deque[float] = field(default_factory=deque)

    def take(self) -> bool:
        """Count one; False when the window is full, and then it is not counted."""
        now = self.clock.monotonic_ms()
        while self._taken and self._taken[0] <= now - self.window_ms:
            self._taken.popleft()
        if len(self._taken) >= self.limit:
            return False
        self._taken.append(now)
        return True
