"""What is to go wrong: planned one by one, or at random by rate, from a seed.

A push can be cut before it is whole, its answer can go unheard, it can come twice, at once or much
later. A call can be refused for a while, lost before or after it was carried out, answered too
late, or meet a token that has just been withdrawn.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

PUSH_FAULTS: Final = ("cut", "deaf", "twice", "twice_late")
CALL_FAULTS: Final = ("busy", "throttled", "bad_gateway", "lost_before", "lost_after", "token")
SLOW: Final = "slow"


@dataclass(slots=True)
class Planned:
    """A fault that was asked for.

    Attributes:
        at: `push`, or the path of a call.
        times: How often it is left to happen.
    """

    at: str
    what: str
    times: int = 1


@dataclass(slots=True)
class Faults:
    """The plan.

    Attributes:
        push_rate: Share of tries of pushes with a fault.
        call_rate: Share of sends with a fault.
    """

    seed: int
    push_rate: float = 0.0
    call_rate: float = 0.0
    planned: list[Planned] = field(default_factory=list)
    happened: dict[str, int] = field(default_factory=dict)
    _dice: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        """Begin with the seed."""
        self._dice.seed(self.seed)

    def of_push(self) -> str:
        """The fault of this try; "" for none."""
        return self._next("push", self.push_rate, PUSH_FAULTS)

    def of_call(self, path: str) -> str:
        """The fault of this call; at random only for sends."""
        rate = self.call_rate if "/send" in path else 0.0
        return self._next(path, rate, CALL_FAULTS)

    def _next(self, at: str, rate: float, kinds: tuple[str, ...]) -> str:
        found = self._take(at)
        if not found and rate and self._dice.random() < rate:
            found = self._dice.choice(kinds)
        if found:
            self.happened[found] = self.happened.get(found, 0) + 1
        return found

    def _take(self, at: str) -> str:
        for each in self.planned:
            if each.at == at and each.times > 0:
                each.times -= 1
                return each.what
        return ""
