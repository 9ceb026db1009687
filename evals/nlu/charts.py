"""Measurements as coordinates of small drawings; the page draws them as SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import JsonValue

from evals.nlu.calibration import Calibration, Point, interval
from evals.nlu.measure import Read

SIZE: Final = 300
"""Width and height of a square drawing, in its own units."""
_MOST_LABELS: Final = 14


def groups(names: Iterable[tuple[str, Read]]) -> list[JsonValue]:
    """Accuracy of each group with its interval; `names` pairs each message with its group."""
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for name, read in names:
        count[name] += 1
        right[name] += read.is_right
    rows: list[JsonValue] = []
    for name in sorted(count):
        low, high = interval(right[name], count[name])
        share = round(right[name] / count[name], 4)
        rows.append({"name": name, "count": count[name], "share": share, "low": low, "high": high})
    return rows


def diagram(found: Calibration) -> list[JsonValue]:
    """A dot for each bin: across what was claimed, upwards what came true."""
    most = max((one.count for one in found.bins), default=1)
    return [
        {
            "x": round(one.claimed * SIZE, 1),
            "y": round((1 - one.accuracy) * SIZE, 1),
            "radius": round(3 + 9 * (one.count / most) ** 0.5, 1),
            "claimed": one.claimed,
            "accuracy": one.accuracy,
            "count": one.count,
        }
        for one in found.bins
    ]


def curve(points: Sequence[Point]) -> dict[str, JsonValue]:
    """The risk over the coverage as a line; upwards from 0 to the highest risk, rounded up."""
    top = max(0.05, *(point.risk for point in points)) if points else 0.05
    line = " ".join(
        f"{point.coverage * SIZE:.1f},{(1 - point.risk / top) * SIZE:.1f}" for point in points
    )
    return {"line": line, "top": round(top, 4)}


def matrix(reads: Sequence[Read]) -> dict[str, JsonValue]:
    """Expected against got, for the labels of the most frequent confusions."""
    wrong = Counter((read.message.label, read.got) for read in reads if not read.is_right)
    labels: dict[str, None] = {}
    for pair, _ in wrong.most_common():
        if len(labels.keys() | {*pair}) <= _MOST_LABELS:
            labels |= dict.fromkeys(pair)
    counted = Counter((read.message.label, read.got) for read in reads)
    rows: list[JsonValue] = [
        {"label": label, "counts": [counted[label, got] for got in labels]} for label in labels
    ]
    return {"labels": [*labels], "rows": rows}
