"""What a customer was told about a transfer, held against the bank's books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from assistant.model.events import (
    ActionFinished,
    Asked,
    Event,
    MessageReceived,
    RiskDecided,
    Said,
    StepUpRequested,
)

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
    """How the transfer ended, each time: as recorded, and as the customer read it.

    A refusal of something on the way to it, such as looking up whom to pay, is no end of the
    transfer; but it has a record of its own, or else it counts as told without one.
    """
    recorded: list[str] = []
    worded: list[str] = []
    behind: ActionFinished | None = None
    for event in events:
        if isinstance(event, ActionFinished):
            behind = event
            if event.action == ACTION:
                recorded.append(str(event.outcome))
        elif isinstance(event, Said) and event.part.response_key in _MEANS:
            meaning = _MEANS[event.part.response_key]
            is_other = behind is not None and behind.action != ACTION
            if not (is_other and behind is not None and behind.outcome == meaning):
                worded.append(meaning)
            behind = None
    return recorded, worded


def is_confirmed(events: Sequence[Event], yes: str) -> bool:
    """Whether a yes came while the transfer's read-back was open.

    Of two sent at once, the second is no yes to a read-back that the turn of the first has asked:
    it was on its way before there was that question.

    Args:
        events: The whole log.
        yes: How the ids of the messages that say yes begin.
    """
    is_open, asked_in, said_in = False, 0, set[int]()
    for event in events:
        if isinstance(event, Asked):
            is_open, asked_in = event.confirms == ACTION, event.turn
        elif isinstance(event, MessageReceived) and event.message_id.startswith(yes):
            if is_open and not (event.unseen and asked_in in said_in):
                return True
            said_in.add(event.turn)
    return False


def asked_needlessly(events: Sequence[Event], grounds: frozenset[str]) -> list[Finding]:
    """Codes asked for although neither the bank's policy nor a decision about risk wants one.

    Args:
        events: The whole log of a signed-in customer who pays little to a known payee.
        grounds: Reason codes for which a code may be asked for all the same.
    """
    decided: RiskDecided | None = None
    found: list[Finding] = []
    for event in events:
        if isinstance(event, RiskDecided):
            decided = event
        elif isinstance(event, StepUpRequested):
            codes = decided.reason_codes if decided is not None else ()
            if not grounds & set(codes):
                why = ", ".join(codes) or "no decision"
                found.append(Finding("told wrongly", f"a code was asked for without need: {why}"))
    return found
