"""What a customer was told about a transfer, held against the bank's books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from assistant.model.events import ActionFinished, Event, Said

ACTION: Final = "transfer_money"
_MEANS: Final = {
    "transfer_done": "done",
    "settled_done": "done",
    "action_refused": "refused",
    "settled_refused": "refused",
    "action_unknown": "unknown",
}
"""Wordings that say how a transfer ended."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must never happen.

    Attributes:
        kind: `lost`, `doubled` or `told wrongly`.
    """

    kind: str
    detail: str


@dataclass(slots=True)
class Story:
    """What one customer heard, in order, and what the bank had done at that time."""

    heard: list[tuple[str, int]] = field(default_factory=list)
    mismatch: str = ""

    def hear(self, events: Sequence[Event], effects: int) -> None:
        """Compare a timeline with what is known of it; what is new was said just now.

        Args:
            events: The whole log.
            effects: Transfers in the bank's books at this moment.
        """
        recorded, said = outcomes(events)
        if recorded != said:
            self.mismatch = f"recorded {recorded}, worded {said}"
        self.heard += [(each, effects) for each in said[len(self.heard) :]]

    def is_over(self) -> bool:
        """Whether the last word on it has been said."""
        return bool(self.heard) and self.heard[-1][0] != "unknown"

    def judge(self, effects: int, *, is_confirmed: bool) -> list[Finding]:
        """What is wrong at the end.

        Args:
            effects: Transfers in the bank's books.
            is_confirmed: The customer's yes is in the log.
        """
        heard = ", ".join(f"{what} ({count} done)" for what, count in self.heard) or "nothing"
        last = self.heard[-1][0] if self.heard else "nothing"
        found: list[Finding] = []
        if self.mismatch:
            found.append(Finding("told wrongly", self.mismatch))
        if effects > 1:
            found.append(Finding("doubled", f"{effects} transfers; heard {heard}"))
        if any(what == "done" and count == 0 for what, count in self.heard):
            found.append(Finding("told wrongly", f"done before it was; heard {heard}"))
        if effects and any(what == "refused" for what, _ in self.heard):
            found.append(Finding("told wrongly", f"refused, although it was done; heard {heard}"))
        if effects and last != "done":
            found.append(Finding("lost", f"done and not told; heard {heard}"))
        if is_confirmed and last not in {"done", "refused"}:
            found.append(Finding("lost", f"confirmed and never ended; heard {heard}"))
        return found


def outcomes(events: Sequence[Event]) -> tuple[list[str], list[str]]:
    """How the transfer ended, each time: as recorded, and as the customer read it."""
    recorded = [
        str(e.outcome) for e in events if isinstance(e, ActionFinished) and e.action == ACTION
    ]
    worded = [
        _MEANS[e.part.response_key]
        for e in events
        if isinstance(e, Said) and e.part.response_key in _MEANS
    ]
    return recorded, worded
