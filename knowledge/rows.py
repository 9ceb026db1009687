"""A row of a table, read with the headings of its columns: "三年：年利率 1.30%"."""

from __future__ import annotations

from typing import Final

_RULE: Final = frozenset("|:- ")


def is_row(text: str) -> bool:
    """Whether a sentence of a passage is a row of a table."""
    return text.startswith("|")


def cells_of(row: str) -> tuple[str, ...]:
    """The cells of a row as they stand, without their bars."""
    return tuple(cell.strip() for cell in row.strip().strip("|").split("|"))


def heads_of(passage: str, start: int | None) -> tuple[str, ...]:
    """Headings of the columns above a row; empty when there are none.

    Args:
        passage: Text with the table.
        start: Where the row starts; None: right behind the text.
    """
    above = passage[:start].splitlines()
    for index in range(len(above) - 1, 0, -1):
        if is_row(above[index]) and set(above[index]) <= _RULE:
            return cells_of(above[index - 1])
    return ()


def in_words(passage: str, row: str, start: int) -> str:
    """A row as it would be said: each cell after the heading of its column."""
    cells, heads = cells_of(row), heads_of(passage, start)
    if len(heads) != len(cells):
        return "：".join((cells[0], "，".join(cells[1:])))
    rest = "，".join(f"{head} {cell}" for head, cell in zip(heads[1:], cells[1:], strict=True))
    return f"{heads[0]} {cells[0]}：{rest}"
