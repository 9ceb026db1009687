"""What a bank offers besides accounts and cards: bills, instalments, branches, its access log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from assistant.model.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdBill:
    """An account at a company that bills households.

    Attributes:
        kind: electricity, water, gas, phone, …
        number: Account number there, or the mobile number.
        holder: Masked when the account is not the customer's own; "" for a top-up.
        due: 0 where payment is in advance.
    """

    kind: str
    number: str
    company: str
    holder: str
    due: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentOffer:
    """What instalments of an amount would cost.

    Attributes:
        fee_rate: Of the principal, for each instalment: "0.65%".
        yearly_rate: All costs as a yearly rate: "13.25%".
    """

    principal: Money
    term: int
    principal_each: Money
    fee_each: Money
    fee_total: Money
    total: Money
    fee_rate: str
    yearly_rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAccess:
    """Somebody of the bank looked at a customer's data; purpose and data are codes."""

    at: datetime
    role: str
    purpose: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A branch that can be visited."""

    branch_id: str
    name: str
    city: str
    address: str


@dataclass(frozen=True, slots=True)
class TransferTerms:
    """What holds for a transfer to somebody else.

    Attributes:
        delay_hours: How long the bank keeps it back; it can be called back until then.
        obstacle: The bank's code of the limit it is above; None when it keeps them all.
    """

    delay_hours: int = 0
    obstacle: str | None = None
