"""Turns and timelines as lines of a terminal."""

from __future__ import annotations

import json
from typing import Any, Final

from assistant.model.message import Button, ReplyPart, Turn

_INDENT: Final = "    "


def print_turn(turn: Turn, *, verbose: bool) -> list[Button]:
    """Print what was answered.

    Args:
        turn: As the public contract shows it.
        verbose: Also level, events and citations.

    Returns:
        The buttons, in the order of their printed numbers.
    """
    buttons: list[Button] = []
    for part in turn.replies:
        print("\n".join(_part(part, verbose=verbose)))
        for button in part.buttons:
            buttons.append(button)
            print(f"{_INDENT}[{len(buttons)}] {button.title}")
    if verbose:
        print(f"{_INDENT}· turn {turn.turn}, level {turn.level}")
        for event in turn.events:
            print(f"{_INDENT}· {compact(event)}")
    flush()
    return buttons


def _part(part: ReplyPart, *, verbose: bool) -> list[str]:
    first, *rest = part.text.splitlines() or [""]
    lines = [f"< {first}", *(f"  {line}" for line in rest)]
    lines += [f"{_INDENT}{row}" for row in _rows(part)]
    if verbose:
        lines += [
            f"{_INDENT}[{cited.document_id} {cited.version} {cited.section}] {cited.quote}"
            for cited in part.citations
        ]
        lines.append(f"{_INDENT}· {part.response_key}")
    return lines


def _rows(part: ReplyPart) -> list[str]:
    """Values of a card that its text does not say."""
    rows: Any = (part.card or {}).get("rows")
    if not isinstance(rows, list):
        return []
    written = [_row(row) for row in rows]
    return [row for row in written if row]


def _row(row: Any) -> str:
    if isinstance(row, dict):
        return f"{row.get('label', '')}  {row.get('value', '')}"
    return "  ".join(map(str, row)) if isinstance(row, list) else ""


def compact(event: Any) -> str:
    """An event in one line: its type, then its fields."""
    fields = {name: value for name, value in event.items() if name != "type"}
    return f"{event['type']} {json.dumps(fields, ensure_ascii=False) if fields else ''}".rstrip()


def flush() -> None:
    """Show what was printed, also to a pipe."""
    print(end="", flush=True)
