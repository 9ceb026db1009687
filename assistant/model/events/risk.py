"""What was heard of a scam, and what was decided about the risk of a change."""

from __future__ import annotations

from typing import ClassVar, Literal

from assistant.model.events.base import BaseEvent
from assistant.model.ids import ActionName
from assistant.model.risk import Decision


class ScamHeard(BaseEvent):
    """The conversation sounds as if the customer were being cheated.

    Attributes:
        pattern: Kind of scam, "" for none in particular.
        score: Of the detector, thousandths.
        signs: What was noticed, for the colleague who looks at it.
        warned: Whether the customer was told in this turn.
    """

    type: Literal["scam_heard"] = "scam_heard"
    pattern: str = ""
    score: int
    signs: tuple[str, ...] = ()
    warned: bool = False


class RiskDecided(BaseEvent):
    """A change was decided about, before the bank heard of it.

    Attributes:
        action: Action, or the task that leads to it when the talk alone decided.
        reason_codes: For colleagues.
        category: What the customer was told it is about.
        score: Of the model, thousandths.
        rule_version: Version and hash of the rules in force.
        input_sha256: Hash over the inputs.
        hold_hours: Of a hold.
    """

    shown: ClassVar[bool] = True
    type: Literal["risk_decision"] = "risk_decision"
    decision: Decision
    action: ActionName | None = None
    reason_codes: tuple[str, ...] = ()
    category: str = ""
    score: int | None = None
    rule_version: str = ""
    input_sha256: str = ""
    hold_hours: int | None = None
