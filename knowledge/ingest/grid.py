"""Tables with cells that span rows and columns, as a plain grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MOST_COLUMNS: Final = 100
MOST_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell and how many places it takes."""

    text: str
    columns: int = 1
    rows: int = 1


def spread(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[str, ...], ...]:
    """A grid in which a cell that spans several places stands in each of them."""
    grid: dict[tuple[int, int], str] = {}
    width = 0
    for y, row in enumerate(rows[:MOST_ROWS]):
        x = 0
        for cell in row:
            while (y, x) in grid:
                x += 1
            if x >= MOST_COLUMNS:
                break
            columns = range(x, min(x + max(cell.columns, 1), MOST_COLUMNS))
            for below in range(y, min(y + max(cell.rows, 1), len(rows))):
                grid.update({(below, column): cell.text for column in columns})
            x = columns.stop
        width = max(width, x)
    height = min(len(rows), MOST_ROWS)
    return tuple(tuple(grid.get((y, x), "") for x in range(width)) for y in range(height))
