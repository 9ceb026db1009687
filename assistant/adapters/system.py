"""The machine's clock and its source of ids: the only place that asks for either."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80
_LENGTH = 26
"""ULID: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32
(https://github.com/ulid/spec)."""


class SystemClock:
    """Implements the Clock port."""

    def now(self) -> datetime:
        """See the port."""
        return datetime.now(UTC)

    def monotonic_ms(self) -> float:
        """See the port."""
        return time.perf_counter() * 1000


class RandomIds:
    """Implements the IdSource port: sortable by the millisecond, not to be guessed."""

    def new(self, prefix: str) -> str:
        """See the port."""
        number = (time.time_ns() // 1_000_000) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        digits = [_CROCKFORD[number >> shift & 31] for shift in range((_LENGTH - 1) * 5, -1, -5)]
        return f"{prefix}_{''.join(digits)}"
