"""Findings about a content pack: where, what is wrong, and what would fix it.

Every reader of content reports here and goes on, so that one run shows all problems.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands.

    Attributes:
        file: Path relative to the pack.
        line: Counted from 1.
        field: Path inside the file, e.g. `flows.lock_card.steps[2]`; "" for the whole file.
    """

    file: str
    line: int
    field: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem, ready to be shown.

    Attributes:
        severity: An error refuses the pack; a warning does not.
        field: Path inside the file, "" for the whole file.
        message: What is wrong and what would fix it, without place.
    """

    severity: Severity
    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        """One line: `file:line: field: message`."""
        middle = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {middle}{self.message}"


@dataclass(slots=True)
class Problems:
    """Collects findings in the order they are met; the same finding is kept once.

    Attributes:
        file_refused: A file could not be read at all, so names it may define are unknown.
    """

    findings: list[Finding] = field(default_factory=list)
    file_refused: bool = False

    def error(self, place: Place, message: str) -> None:
        """The pack cannot be used as it is."""
        self._add("error", place, message)

    def missing(self, place: Place, message: str) -> None:
        """A name that nothing defines; not said while a file that may define it is unread."""
        if not self.file_refused:
            self._add("error", place, message)

    def warn(self, place: Place, message: str) -> None:
        """The pack can be used, but somebody should look."""
        self._add("warning", place, message)

    def errors(self) -> tuple[str, ...]:
        """Every error as one line, by file and line."""
        found = [item for item in self.findings if item.severity == "error"]
        found.sort(key=lambda item: (item.file, item.line))
        return tuple(str(item) for item in found)

    def _add(self, severity: Severity, place: Place, message: str) -> None:
        one_line = " ".join(message.split())
        finding = Finding(severity, place.file, place.line, place.field, one_line)
        if finding not in self.findings:
            self.findings.append(finding)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The tail of a message: a likely correction, else what is possible, else nothing."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    few = 12
    return f"; known: {', '.join(names)}" if 0 < len(names) <= few else ""
