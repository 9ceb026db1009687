"""Messages with the command they mean; the fields stand in this folder's README."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from assistant.errors import ContentError

Row = TypeVar("Row")
AS_SAID: Final = frozenset({"date_range", "term", "category"})
"""Kinds labelled with the customer's words rather than the canonical value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledMessage:
    """One message.

    Attributes:
        command: Name of the command expected first.
        flow: Flow expected of `start_flow`.
        slots: Kind of value to the value, or to the words for the kinds of `AS_SAID`.
    """

    id: str
    text: str
    command: str
    flow: str | None
    lang: str
    style: str
    slots: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What has to be right: the flow of a task, else the command."""
        return self.flow if self.command == "start_flow" and self.flow else self.command


def read_messages(path: Path) -> tuple[LabelledMessage, ...]:
    """Read a `.jsonl` file.

    Raises:
        ContentError: With every line that is not such a message.
        OSError: The file cannot be read.
    """
    return read_lines(path, _message, '{"text", "command", "flow"?, "lang"?, "style"?, "slots"?}')


def read_lines(
    path: Path, read: Callable[[Mapping[str, object], int], Row], shape: str
) -> tuple[Row, ...]:
    """Read a file of one JSON object a line.

    Args:
        path: UTF-8, with or without a byte order mark.
        read: Makes a row of an object and its line number.
        shape: What a line should be, for the errors.

    Raises:
        ContentError: With every line that is not such an object.
        OSError: The file cannot be read.
    """
    rows: list[Row] = []
    problems: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append(read(json.loads(line), number))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            problems.append(f"{path}:{number}: {reason}; write {shape}")
    if not rows and not problems:
        problems.append(f"{path}:1: nothing in it; write one JSON object a line")
    if problems:
        raise ContentError(tuple(problems))
    return tuple(rows)


def _message(row: Mapping[str, object], number: int) -> LabelledMessage:
    flow = row.get("flow")
    return LabelledMessage(
        id=str(row.get("id", number)),
        text=str(row["text"]),
        command=str(row["command"]),
        flow=str(flow) if flow else None,
        lang=str(row.get("lang") or "zh-Hans"),
        style=str(row.get("style") or "plain"),
        slots=given_slots(row),
    )


def given_slots(row: Mapping[str, object]) -> dict[str, str]:
    """The values a row says its text holds.

    Raises:
        TypeError: `slots` is no object.
    """
    slots = row.get("slots") or {}
    if not isinstance(slots, Mapping):
        msg = "slots is an object of kind and value"
        raise TypeError(msg)
    return {str(kind): str(value) for kind, value in slots.items()}
