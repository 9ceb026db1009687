"""One measured quantity: its percentiles, its budget, and a peer where there is one."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

_P99 = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measured quantity.

    Attributes:
        unit: Of every figure: `ms`, `s`, `MB`, `connections`.
        p99: None for what is measured once.
        budget_p50: None where the architecture sets none; the same for `budget_p99`.
        more_is_better: The budget is a least value.
        peer: What it is compared with, and the peer's p50 in the same unit.
        note: What the figure does and does not include.
    """

    name: str
    unit: str
    p50: float
    p99: float | None = None
    budget_p50: float | None = None
    budget_p99: float | None = None
    more_is_better: bool = False
    peer: tuple[str, float] | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Worst figure as a share of its budget; below 1 is within it."""
        shares = [
            budget / figure if self.more_is_better else figure / budget
            for figure, budget in ((self.p50, self.budget_p50), (self.p99, self.budget_p99))
            if figure and budget
        ]
        return round(max(shares), 2) if shares else None

    @property
    def is_ok(self) -> bool:
        """Whether every budget holds."""
        return self.ratio is None or self.ratio <= 1

    def as_json(self) -> dict[str, JsonValue]:
        """The shape `--json` prints."""
        return {
            "name": self.name,
            "unit": self.unit,
            "p50": self.p50,
            "p99": self.p99,
            "budget_p50": self.budget_p50,
            "budget_p99": self.budget_p99,
            "ratio": self.ratio,
            "ok": self.is_ok,
            "peer": {"name": self.peer[0], "p50": self.peer[1]} if self.peer else None,
            "note": self.note,
        }


def p50(values: Sequence[float]) -> float:
    """The median."""
    return percentile(values, 0.5)


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return percentile(values, _P99)


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest-rank percentile, rounded to hundredths; there must be at least one value."""
    ordered = sorted(values)
    place = max(0, min(len(ordered) - 1, round(share * len(ordered)) - 1))
    return round(ordered[place], 2)


def settle() -> None:
    """Collect garbage, so that what came before is not charged to what comes now."""
    gc.collect()
