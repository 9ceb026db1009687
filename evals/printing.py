"""Tables for people on stdout; JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

from pydantic import JsonValue
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_PIPE_WIDTH = 160
"""Columns of a table that no terminal limits."""


def print_json(value: JsonValue) -> None:
    """One JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; cells are shown as text, never read as markup."""
    table = Table(title=escape(title), title_justify="left")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    console().print(table)


def say(line: str) -> None:
    """One line."""
    console().print(escape(line), soft_wrap=True)


def console() -> Console:
    """Stdout, wide when it is not a terminal."""
    out = Console()
    return out if out.is_terminal else Console(width=_PIPE_WIDTH)


def percent(share: float) -> str:
    """A share as people read it."""
    return f"{share * 100:.1f}%"
