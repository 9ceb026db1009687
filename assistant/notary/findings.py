"""What a check of the log found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

MOST: Final = 200
"""Findings kept; the first one matters, the rest tells how far the damage goes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken link.

    Attributes:
        table: `event`, `conversation`, `data_key`, `privacy_log`, `roots` or a working table.
        row: Which conversation, key, root or row.
        seq: Number of the event or entry; None when the whole row is meant.
        problem: What is wrong, in words.
    """

    table: str
    row: str
    seq: int | None
    problem: str

    def __str__(self) -> str:
        """One line for people."""
        place = self.row if self.seq is None else f"{self.row} #{self.seq}"
        return f"{self.table} {place}: {self.problem}"


@dataclass(slots=True)
class Report:
    """The result of a check.

    Attributes:
        findings: First broken link first.
        unsealed: Events appended since the last root: a cut there is not found yet.
        key: Public key the roots were checked with; "" when there was none to check with.
    """

    conversations: int = 0
    events: int = 0
    roots: int = 0
    keys: int = 0
    register: int = 0
    erased: int = 0
    unsealed: int = 0
    key: str = ""
    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, table: str, row: str, seq: int | None, problem: str) -> None:
        """Note a broken link."""
        if len(self.findings) < MOST:
            self.findings.append(Finding(table, row, seq, problem))
