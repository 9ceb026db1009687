"""What goes wrong in an episode: drawn from a seed, so that a failing one can be run again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    """One kind of bad luck around a confirmed transfer."""

    NONE = "none"
    LOST_BEFORE = "time-out before commit"
    LATE = "time-out, commit later"
    LOST_AFTER = "time-out after commit"
    RESET_AFTER = "connection reset after commit"
    ERROR_AFTER = "error 500 after commit"
    UNREACHABLE = "bank unreachable"
    KILL_BEFORE = "worker dies before commit"
    KILL_AFTER = "worker dies between commit and reply"
    CRASH = "worker dies at a database step"
    RESTART = "restart between read-back and yes"
    DUPLICATE = "the same message several times at once"
    TWICE = "two confirmations at once"
    TWO_WORKERS = "the same message to two workers"
    LEASE = "lease expires during the call"
    LOCKED = "database locked"
    FULL = "disk full"


_WEIGHTS: Final[dict[Fault, int]] = {
    Fault.NONE: 3,
    Fault.LOST_BEFORE: 7,
    Fault.LATE: 6,
    Fault.LOST_AFTER: 9,
    Fault.RESET_AFTER: 4,
    Fault.ERROR_AFTER: 5,
    Fault.UNREACHABLE: 4,
    Fault.KILL_BEFORE: 6,
    Fault.KILL_AFTER: 14,
    Fault.CRASH: 14,
    Fault.RESTART: 3,
    Fault.DUPLICATE: 5,
    Fault.TWICE: 4,
    Fault.TWO_WORKERS: 4,
    Fault.LEASE: 6,
    Fault.LOCKED: 3,
    Fault.FULL: 5,
}
"""Per cent of the episodes. The window between commit and reply is aimed at: random moments
hardly ever hit it."""

_CRASH_STEPS: Final = 16
"""A confirmed transfer takes about this many database transactions."""

_PAUSES_S: Final = (0, 4, 25, 61)
"""How long a dead worker stays dead: within its lease, and past it."""

_LOCKS_S: Final = (0.05, 0.2, 0.2, 0.5, 2.8)
"""Longer than the patience of the store in one of five."""

_ASKS_AGAIN: Final = 0.7
"""Share of customers whose app sends the yes again."""

_LOOKUPS: Final = 18
"""A transfer looks up about this much at the bank: payees, accounts, profile, once and again."""

_LOOKUP_FAILS: Final = 0.1
"""Share of episodes in which, besides, one lookup is not answered."""

NEEDS_KEY: Final = (Fault.LATE, Fault.LOST_AFTER, Fault.KILL_AFTER, Fault.LEASE, Fault.ERROR_AFTER)
"""Faults that end in a second effect when the bank does not honour keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One episode.

    Attributes:
        number: With the seed of the run it gives everything else.
        amount_fen: What the customer sends.
        step: Database transaction after which the worker dies, counted from the yes.
        pause_s: From the death of a worker to the start of the next.
        copies: How often a message arrives at once.
        repeats: Whether the customer's app sends the yes again when no answer came.
        status_fails: How often the bank fails to say what became of a key.
        lock_s: How long somebody else holds the database, seconds.
        commits_first: Whether the bank commits before the lease lapses, or only afterwards.
        lookup: Which lookup the bank does not answer, counted from the first words; 0: none.
    """

    seed: int
    number: int
    fault: Fault
    amount_fen: int
    step: int
    pause_s: int
    copies: int
    repeats: bool
    status_fails: int
    lock_s: float
    commits_first: bool
    lookup: int = 0

    @property
    def amount(self) -> str:
        """Yuan with two decimals."""
        return f"{self.amount_fen // 100}.{self.amount_fen % 100:02}"


def plan(seed: int, number: int, only: Fault | None = None) -> Plan:
    """The plan of one episode.

    Args:
        seed: Of the run.
        number: Of the episode, from 0.
        only: Always this fault.
    """
    draw = random.Random(f"{seed}/{number}")
    drawn = draw.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]
    return Plan(
        seed=seed,
        number=number,
        fault=only or drawn,
        amount_fen=draw.randint(101, 900),
        step=draw.randint(1, _CRASH_STEPS),
        pause_s=draw.choice(_PAUSES_S),
        copies=draw.randint(2, 4),
        repeats=draw.random() < _ASKS_AGAIN,
        status_fails=draw.choice((0, 0, 1, 2)),
        lock_s=draw.choice(_LOCKS_S),
        commits_first=draw.choice((True, False)),
        lookup=draw.randint(1, _LOOKUPS) if draw.random() < _LOOKUP_FAILS else 0,
    )
