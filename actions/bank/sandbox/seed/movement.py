"""One seeded movement of money, and the clock minutes a customer's movements occupy."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from actions.bank.sandbox.calendar import BANK_ZONE
from actions.bank.sandbox.ledger import CLEARING, Description, Leg

_SECONDS_OF_A_BASE_MOVEMENT = 20
"""Base movements use the first seconds of a minute, so that `follow` has room behind them."""

FOLLOW_S = 15
"""Seconds between a movement and one inserted because of it; twice fits in a minute."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One bank transaction to be, with legs that sum to zero."""

    at: datetime
    legs: tuple[Leg, ...]
    description: Description

    def effect_on(self, account_id: str) -> int:
        """Fen the movement adds to an account; below zero when it takes."""
        return sum(leg.amount_fen for leg in self.legs if leg.account_id == account_id)


def between(source: str, target: str, fen: int) -> tuple[Leg, ...]:
    """Legs that move a positive amount from one account to another."""
    return (Leg(source, -fen), Leg(target, fen))


def outside(account_id: str, signed_fen: int) -> tuple[Leg, ...]:
    """Legs between an account and everybody outside the bank; above zero comes in."""
    return (Leg(account_id, signed_fen), Leg(CLEARING, -signed_fen))


@dataclass(slots=True)
class Minutes:
    """Hands out instants so that no two base movements of a customer share a minute.

    With that, an inserted movement always falls between the one that caused it and the next.
    """

    rng: random.Random
    _taken: set[datetime] = field(default_factory=set)

    def take(self, day: date, first_hour: int, last_hour: int) -> datetime:
        """Pick a free instant of the bank's day between two hours (last one included)."""
        hour = self.rng.randrange(first_hour, last_hour + 1)
        minute = datetime.combine(day, time(hour, self.rng.randrange(60)), BANK_ZONE)
        while minute in self._taken:
            minute += timedelta(minutes=1)
        self._taken.add(minute)
        return minute + timedelta(seconds=self.rng.randrange(_SECONDS_OF_A_BASE_MOVEMENT))
