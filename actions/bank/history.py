"""A customer's bank transactions: what to look for, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from assistant.model.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionQuery:
    """Which bank transactions to look for; what is None does not narrow.

    Attributes:
        first_day: First day of the bank, included.
        last_day: Last day of the bank, included.
        counterparty: Part of the name.
        text: Part of the counterparty, the note or the category's name.
        min_amount: Included, whatever the direction.
        max_amount: Included, whatever the direction.
        limit: Most items to return, 1 to 500.
    """

    first_day: date | None = None
    last_day: date | None = None
    account_id: str | None = None
    entry_id: str | None = None
    category: str | None = None
    counterparty: str | None = None
    text: str | None = None
    min_amount: Money | None = None
    max_amount: Money | None = None
    direction: Literal["in", "out"] | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BankTransaction:
    """One movement on one account of the customer.

    Attributes:
        booked_on: The bank's day; `booked_at` is the instant, UTC.
        amount: Without sign; `direction` tells.
        category: Stable code; `category_name` is the bank's Chinese name.
    """

    transaction_id: str
    entry_id: str
    account_id: str
    last4: str
    booked_at: datetime
    booked_on: date
    direction: Literal["in", "out"]
    amount: Money
    balance_after: Money
    counterparty: str
    category: str
    category_name: str
    channel: str
    note: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionPage:
    """Newest first. Count and sums are of everything that matches, not of the page."""

    items: tuple[BankTransaction, ...]
    total: int
    sum_in: Money
    sum_out: Money
