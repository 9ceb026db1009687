"""Messages with the command they mean; the fields stand in this folder's README."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ContentError


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledMessage:
    """One message.

    Attributes:
        command: Name of the command expected first.
        flow: Flow expected of `start_flow`.
    """

    id: str
    text: str
    command: str
    flow: str | None
    lang: str
    style: str

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
    messages: list[LabelledMessage] = []
    problems: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            messages.append(_message(json.loads(line), number))
        except (ValueError, KeyError, TypeError) as error:
            reason = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            hint = 'write {"text", "command", "flow"?, "lang"?, "style"?}'
            problems.append(f"{path}:{number}: {reason}; {hint}")
    if not messages and not problems:
        problems.append(f"{path}:1: no messages; write one JSON object a line")
    if problems:
        raise ContentError(tuple(problems))
    return tuple(messages)


def _message(row: Mapping[str, object], number: int) -> LabelledMessage:
    flow = row.get("flow")
    return LabelledMessage(
        id=str(row.get("id", number)),
        text=str(row["text"]),
        command=str(row["command"]),
        flow=str(flow) if flow else None,
        lang=str(row.get("lang") or "zh-Hans"),
        style=str(row.get("style") or "plain"),
    )
