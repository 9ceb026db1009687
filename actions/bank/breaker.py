"""Keeps a bank that does not answer from taking the assistant down with it.

Without it each turn waits for its time-out, and turns pile up behind one another. With it, calls
to a bank that failed again and again end at once, honestly, as "nothing was sent"; now and then one
is let through to see whether the bank is back. And no more than so many calls wait at a time.

Source of the pattern: M. Nygard, Release It!, chapter 5 (circuit breaker, bulkheads).
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx

from assistant.errors import BankUnavailable
from assistant.ports import Clock

_log = logging.getLogger(__name__)

IN_A_ROW: Final = 5
WINDOW: Final = 20
OF_WINDOW: Final = 10
"""Calls that must have failed before the breaker opens: five in a row, or ten of twenty."""

FIRST_PAUSE_MS: Final = 2_000.0
LONGEST_PAUSE_MS: Final = 30_000.0
"""Until one call is let through; doubled each time it fails."""


@dataclass(slots=True)
class Breaker:
    """Decides whether a call may be made, from how the last ones ended.

    Attributes:
        at_once: Calls that may wait for the bank at the same time.
        protective: Names of operations and records that keep harm from a customer: they are tried
            however the bank has been doing.
    """

    clock: Clock
    at_once: int
    protective: frozenset[str] = frozenset()
    _waiting: int = 0
    _failed: deque[bool] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _pause_ms: float = FIRST_PAUSE_MS
    _open_until_ms: float | None = None
    _probing: bool = False

    @property
    def is_open(self) -> bool:
        """Whether calls end at once."""
        return self._open_until_ms is not None

    @contextmanager
    def attempt(self, what: str) -> Iterator[Attempt]:
        """Make one call inside; a broken connection and a time-out count against the bank.

        Args:
            what: Name of the operation or of the record read.

        Raises:
            BankUnavailable: Not now; nothing was sent.
        """
        probes = self._admit(what)
        attempt = Attempt()
        self._waiting += 1
        try:
            yield attempt
        except (httpx.TransportError, TimeoutError, BankUnavailable):
            attempt.answered = False
            raise
        finally:
            self._waiting -= 1
            self._probing = self._probing and not probes
            if attempt.answered is not None:
                self._note(attempt.answered)

    def _admit(self, what: str) -> bool:
        """Whether this call finds out if the bank is back."""
        if what in self.protective:
            return False
        if self._waiting >= self.at_once:
            msg = "Too many calls wait for the bank; nothing was sent."
            raise BankUnavailable(msg)
        if self._open_until_ms is None:
            return False
        if self._probing or self.clock.monotonic_ms() < self._open_until_ms:
            msg = "The bank did not answer lately; nothing was sent."
            raise BankUnavailable(msg)
        self._probing = True
        return True

    def _note(self, answered: bool) -> None:
        self._failed.append(not answered)
        if answered:
            if self.is_open:
                _log.info("the bank answers again")
                self._failed.clear()
            self._open_until_ms, self._pause_ms = None, FIRST_PAUSE_MS
        elif self.is_open or self._has_failed():
            if self.is_open:
                self._pause_ms = min(2 * self._pause_ms, LONGEST_PAUSE_MS)
            else:
                _log.warning("the bank does not answer; calls end at once for a while")
            self._open_until_ms = self.clock.monotonic_ms() + self._pause_ms

    def _has_failed(self) -> bool:
        last = list(self._failed)[-IN_A_ROW:]
        return sum(self._failed) >= OF_WINDOW or (len(last) == IN_A_ROW and all(last))


@dataclass(slots=True)
class Attempt:
    """One call.

    Attributes:
        answered: Whether the bank gave an answer of its own; None while nobody knows, which is
            also how a cancelled call ends.
    """

    answered: bool | None = None
