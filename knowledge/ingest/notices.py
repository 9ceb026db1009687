"""What ingestion noticed in a file: left out, taken out, or not readable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

NoticeKind = Literal["hidden", "instruction", "unread"]
_EXCERPT: Final = 80


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing a person should look at.

    Attributes:
        kind: `hidden` text nobody sees was taken out; an `instruction` to a machine was put
            aside; something stays `unread`.
        where: Place inside the file: `line 12`, `page 3`, `sheet 费率!B4`; "" for all of it.
        text: What it was, or why it could not be read.
    """

    kind: NoticeKind
    where: str
    text: str

    def __str__(self) -> str:
        """One line: `hidden, page 3: …`."""
        place = f", {self.where}" if self.where else ""
        return f"{self.kind}{place}: {self.text}"


def notice(kind: NoticeKind, where: str, text: str) -> Notice:
    """A notice with at most an excerpt of the text, on one line."""
    line = " ".join(text.split())
    return Notice(kind, where, line if len(line) <= _EXCERPT else f"{line[:_EXCERPT]}…")
