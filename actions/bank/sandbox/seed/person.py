"""What a sample customer is made of."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

AccountKind = Literal["current", "time_deposit", "private", "merchant", "loan", "credit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSeed:
    """One account at the day of the seed.

    Attributes:
        account_id: Opaque id.
        balance_fen: What a deposit holds, or a credit card owes (as a bill); 0 for a loan,
            whose balance follows from its schedule.
    """

    account_id: str
    name: str
    kind: AccountKind
    last4: str
    balance_fen: int
    opened_on: date
    account_class: Literal["I", "II", "III"] | None = None


@dataclass(frozen=True, slots=True)
class CardSeed:
    """One card. `limit_fen` is the daily payment limit, or the credit limit."""

    account_id: str
    last4: str
    kind: Literal["debit", "credit"]
    limit_fen: int
    status: Literal["active", "inactive"] = "active"


@dataclass(frozen=True, slots=True)
class PayeeSeed:
    """Somebody the customer has sent money to before."""

    name: str
    note: str
    last4: str
    bank: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanSeed:
    """A loan repaid in equal monthly instalments.

    Attributes:
        rate_bp: Yearly rate, basis points.
        due_day: Day of the month an instalment is taken, 1 to 28.
    """

    account_id: str
    kind: Literal["mortgage", "small_business"]
    name: str
    principal_fen: int
    rate_bp: int
    months: int
    drawn_on: date
    due_day: int


@dataclass(frozen=True, slots=True)
class TimeDepositSeed:
    """Terms of a time deposit account. `rate_bp` is the yearly rate, basis points."""

    account_id: str
    rate_bp: int
    term_months: int


@dataclass(frozen=True, slots=True)
class HoldingSeed:
    """A wealth product held, bought `months_ago` months before the seed."""

    product_id: str
    name: str
    amount_fen: int
    risk_rating: str
    months_ago: int
    term_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One sample customer.

    Attributes:
        id_area: GB/T 2260 code of the county in the identity number.
        id_serial: Sequence of the identity number; odd for men, even for women.
        risk: Level of the questionnaire and how many months ago it was answered.
        credit_due_day: Day of the month a credit card bill is due.
    """

    customer_id: str
    name: str
    birth_date: date
    id_area: str
    id_serial: int
    address: str
    segment: str
    customer_since: date
    accounts: tuple[AccountSeed, ...]
    cards: tuple[CardSeed, ...]
    editions: tuple[str, ...] = ()
    risk: tuple[str, int] | None = None
    merchant_id: str | None = None
    elder_mode: bool = False
    edition: str = "standard"
    payees: tuple[PayeeSeed, ...] = ()
    loans: tuple[LoanSeed, ...] = ()
    time_deposits: tuple[TimeDepositSeed, ...] = ()
    holdings: tuple[HoldingSeed, ...] = ()
    credit_due_day: int = 25
