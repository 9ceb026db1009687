"""What a decision rests on: complete and of the right type, or there is no decision by rules.

ZEN, like other rules engines, takes a missing or ill-typed input for "does not fit" and goes on
to the last row without an error. So everything is checked here first, strictly.
"""

from __future__ import annotations

import hashlib
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

Listed = Literal["allow", "deny", "none"]

HOURS: Final = 24


class RiskInput(BaseModel):
    """Inputs of one decision; no personal data, so that decisions can be kept and replayed.

    Attributes:
        money: Whether the action moves money.
        amount: Whole minor units (fen); 0 for a change that moves none.
        hour: Of the bank's day, 0 to 23.
        count_1h: Earlier payments of the customer within the last hour, and so on.
        sum_24h: Fen within the last day, this one included.
        share: Thousandths of what the customer has at hand.
        scam: What the conversation sounds like, thousandths.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    money: bool
    amount: int = Field(ge=0)
    payee_is_new: bool
    payee_is_own: bool
    payee_listed: Listed
    customer_listed: Listed
    is_elder: bool
    hour: int = Field(ge=0, lt=HOURS)
    count_1h: int = Field(ge=0)
    count_24h: int = Field(ge=0)
    new_payees_24h: int = Field(ge=0)
    sum_24h: int = Field(ge=0)
    share: int = Field(ge=0, le=1000)
    scam: int = Field(ge=0, le=1000)

    def digest(self) -> str:
        """SHA-256 over the inputs."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


FIELDS: Final = tuple(RiskInput.model_fields)
"""Names a decision table may have columns for."""
