"""Tables of documents: a row with the headings of its columns, and one cell of it."""

from __future__ import annotations

from collections.abc import Sequence


def is_row(text: str) -> bool:
    """Whether a sentence is a row of a Markdown table."""
    return text.startswith("|")


def cells_of(row: str) -> list[str]:
    """The cells of a row, bare."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def heads_of(passage: str, row: str) -> list[str]:
    """Headings of the columns of a row; empty when they do not fit it.

    Args:
        passage: Text that holds the row below its table's heading.
        row: One of its lines.
    """
    place = passage.find(row)
    above = passage[: max(place, 0)].splitlines()
    heads = next(
        (cells_of(above[n - 1]) for n in range(len(above) - 1, 0, -1) if _is_rule(above[n])), []
    )
    return heads if len(heads) == len(cells_of(row)) else []


def columns_asked(question: str, heads: Sequence[str]) -> list[int]:
    """Columns, from 1 on, whose heading the question names by a piece of two characters."""
    fitting = []
    for place, head in enumerate(heads[1:], 1):
        pieces = {head[i : i + 2] for i in range(len(head) - 1)}
        others = "".join(h for n, h in enumerate(heads) if n != place)
        own = {piece for piece in pieces if piece not in others}
        if any(piece in question for piece in own):
            fitting.append(place)
    return fitting


def _is_rule(line: str) -> bool:
    return line.startswith("|") and set(line) <= set("|:- ")
