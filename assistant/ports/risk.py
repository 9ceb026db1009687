"""Risk: what a conversation sounds like, and whether a change may go through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from assistant.model.frozen import Frozen
from assistant.model.risk import Decision

COACHED = "coached"
"""The pattern of somebody who was told what to say to the bank."""
Stance = Literal["in_it", "asks", "knows", "others", "none"]


class ScamReading(Frozen):
    """What one message sounds like, together with those before it.

    Attributes:
        score: Probability in thousandths that the customer is being cheated just now.
        pattern: Kind of scam the words fit best, "" for none in particular.
        signs: What was noticed, e.g. `secrecy`, for the colleague who looks at it.
        stance: Whether the customer is in it, asks about it, has seen through it, or tells of
            somebody else.
    """

    score: int = 0
    pattern: str = ""
    signs: tuple[str, ...] = ()
    stance: Stance = "none"

    def is_alarm(self, alert_at: int) -> bool:
        """Whether the customer is to be warned.

        Not those who have seen through it themselves; who was coached to say so has not.
        """
        has_seen_through = self.stance == "knows" and COACHED not in self.signs
        return self.score >= alert_at and not has_seen_through


class ScamWatch(Protocol):
    """Listens for scams. Never blocks, never accuses: it only tells what it heard."""

    def read(self, text: str, earlier: Sequence[str] = ()) -> ScamReading:
        """Read one message of a customer.

        Args:
            text: As the customer wrote it.
            earlier: The customer's messages before it, oldest first.
        """
        ...


class NoScamWatch:
    """Hears nothing; for packs without a list of scams."""

    def read(self, text: str, earlier: Sequence[str] = ()) -> ScamReading:
        """See the port."""
        return ScamReading()


class RiskVerdict(Frozen):
    """What was decided about one change.

    Attributes:
        reason_codes: For colleagues, e.g. `payee_denied`; the rule's id comes first.
        category: What the customer is told it is about: `scam`, `unusual`, `limit`, `account`,
            `check`.
        score: Of the model, thousandths; None when it was not asked.
        rule_version: Version and hash of the table in force.
        input_sha256: Hash over the validated inputs, or over what was refused.
        hold_hours: Of a hold.
    """

    decision: Decision
    reason_codes: tuple[str, ...] = ()
    category: str = ""
    score: int | None = None
    rule_version: str = ""
    input_sha256: str = ""
    hold_hours: int | None = None
