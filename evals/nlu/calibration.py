"""Whether the probabilities tell the truth, and what refusing more or less would cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evals.nlu.measure import Read

_BINS: Final = 10
_Z: Final = 1.96
"""Normal quantile of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Messages with probabilities from `low` up to `high`; shares are 0 to 1.

    Attributes:
        claimed: Mean probability; `accuracy` is what came true.
    """

    low: float
    high: float
    count: int
    claimed: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Messages the classifier decided and acted on.

    Attributes:
        error: Expected calibration error: mean gap between claimed and true, weighted by count
            (Naeini, Cooper, Hauskrecht 2015; ten bins of equal width).
    """

    bins: tuple[Bin, ...]
    error: float
    count: int


@dataclass(frozen=True, slots=True)
class Point:
    """Acting only on what is at least as sure as `threshold`.

    Attributes:
        coverage: Share of all messages then acted on.
        risk: Of those, the share acted on wrongly.
    """

    threshold: float
    coverage: float
    risk: float


def calibration(reads: Sequence[Read]) -> Calibration:
    """Compare probabilities with what came true; what rules decided claims nothing."""
    scored = [read for read in reads if read.acts and read.by != "rules"]
    bins = tuple(one for number in range(_BINS) if (one := _bin(scored, number)) is not None)
    gaps = sum(one.count * abs(one.claimed - one.accuracy) for one in bins)
    return Calibration(bins, round(gaps / len(scored), 4) if scored else 0.0, len(scored))


def _bin(reads: Sequence[Read], number: int) -> Bin | None:
    inside = [r for r in reads if min(_BINS - 1, int(r.confidence * _BINS)) == number]
    if not inside:
        return None
    claimed = sum(read.confidence for read in inside) / len(inside)
    accuracy = sum(read.is_right for read in inside) / len(inside)
    low = number / _BINS
    return Bin(low, low + 1 / _BINS, len(inside), round(claimed, 4), round(accuracy, 4))


def risk_coverage(reads: Sequence[Read]) -> tuple[Point, ...]:
    """The curve from the surest message acted on to the least sure: the last point is today's.

    Messages of one probability stand or fall together, so they are one point.
    """
    acted = sorted((read for read in reads if read.acts), key=lambda read: -read.confidence)
    points: list[Point] = []
    wrong = 0
    for place, read in enumerate(acted, start=1):
        wrong += not read.is_right
        is_last_of_its_kind = place == len(acted) or acted[place].confidence < read.confidence
        if is_last_of_its_kind:
            coverage, risk = place / len(reads), wrong / place
            points.append(Point(round(read.confidence, 4), round(coverage, 4), round(risk, 4)))
    return tuple(points)


def interval(right: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927), 0 to 1."""
    if not count:
        return 0.0, 1.0
    share, z2 = right / count, _Z * _Z
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z * math.sqrt(share * (1 - share) / count + z2 / (4 * count * count)) / (1 + z2 / count)
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)
