"""Answers of the sandbox's HTTP API."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from actions.bank.sandbox.amounts import MoneyBody
from actions.bank.sandbox.operations.base import Effect


class Answered(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RiskView(Answered):
    """Result of the risk questionnaire, C1 to C5, and the last day it counts."""

    level: str
    assessed_on: date
    valid_until: date


class ProfileView(Answered):
    """Who the customer is."""

    customer_id: str
    name: str
    id_number: str
    birth_date: date
    phone: str
    address: str
    segment: str
    editions: list[str]
    customer_since: date
    merchant_id: str | None
    risk: RiskView | None
    preferences: dict[str, JsonValue]
    transfer_cool_off_until: str | None
    payments_held_until: str | None


class CardView(Answered):
    """A card. `limit` is the daily payment limit, of a credit card the credit limit."""

    last4: str
    number: str
    kind: Literal["debit", "credit"]
    account_class: Literal["I", "II", "III"] | None
    account_id: str
    status: Literal["active", "locked", "lost", "inactive"]
    limit: MoneyBody


class CardOffer(CardView):
    """A card and the most its limit may be set to without a visit to a branch."""

    highest_limit: MoneyBody


class TransferTerms(Answered):
    """What holds for a transfer to somebody else: kept back for so long, or above a limit."""

    delay_hours: int
    obstacle: str | None


class ReplacementFee(Answered):
    """What a new card would cost."""

    fee: MoneyBody


class BillView(Answered):
    """The open bill of a credit card. `left` is what is still to be paid of it."""

    granted: MoneyBody
    amount: MoneyBody
    minimum: MoneyBody
    left: MoneyBody
    largest_instalment: MoneyBody
    statement_on: date
    due_on: date


class TimeDepositView(Answered):
    """Terms of a time deposit. `rate_bp`: yearly, basis points."""

    rate_bp: int
    term_months: int
    matures_on: date


class AccountView(Answered):
    """An account. `balance` of a loan or credit account is what the customer owes."""

    account_id: str
    name: str
    account_class: Literal["I", "II", "III"] | None
    kind: Literal["current", "time_deposit", "private", "merchant", "loan", "credit"]
    balance: MoneyBody
    last4: str
    opened_on: date
    status: Literal["open", "frozen"]
    bill: BillView | None
    time_deposit: TimeDepositView | None


class LoanView(Answered):
    """A loan. `rate_bp`: yearly, basis points."""

    loan_id: str
    account_id: str
    repay_account_id: str
    kind: str
    name: str
    principal: MoneyBody
    outstanding: MoneyBody
    rate_bp: int
    drawn_on: date
    next_instalment: MoneyBody
    next_due_on: date
    instalments_left: int


class HoldingView(Answered):
    """A wealth product held; `matures_on` is null for one without a term."""

    holding_id: str
    product_id: str
    name: str
    amount: MoneyBody
    risk_rating: str
    bought_on: date
    matures_on: date | None


class PayeeView(Answered):
    """Somebody the customer can send money to."""

    payee_id: str
    name: str
    note: str
    last4: str
    bank: str
    used_before: bool


class RecordView(Answered):
    """An order, a case or an appointment."""

    record_id: str
    kind: str
    status: str
    created_at: str
    details: dict[str, JsonValue]


class BillAccountView(Answered):
    """An account at a company that bills households; `holder` is masked for strangers."""

    kind: str
    number: str
    company: str
    holder: str
    due: MoneyBody


class InstalmentOffer(Answered):
    """What instalments of an amount would cost."""

    principal: MoneyBody
    term: int
    principal_each: MoneyBody
    fee_each: MoneyBody
    fee_total: MoneyBody
    total: MoneyBody
    fee_rate: str
    yearly_rate: str


class CardOfferCheck(Answered):
    """Why the bank would refuse an application at once; null when it would not."""

    obstacle: str | None


class AccessView(Answered):
    """Somebody of the bank looked at a customer's data."""

    at: str
    role: str
    purpose: str
    data: str


class BranchView(Answered):
    """A branch."""

    branch_id: str
    name: str
    city: str
    address: str


class CustomerState(ProfileView):
    """Everything a test reads back about one customer."""

    cards: list[CardView]
    accounts: list[AccountView]
    holdings: list[HoldingView]
    loans: list[LoanView]
    orders: list[RecordView]
    cases: list[RecordView]
    appointments: list[RecordView]
    bills: list[BillAccountView]
    payees: list[PayeeView]


class CustomerFound(Answered):
    """Who a mobile number belongs to."""

    customer_id: str


class TransactionView(Answered):
    """One entry of one of the customer's accounts.

    `amount` has no sign, `direction` tells; `balance_after` of a credit or loan account is
    what was owed. `booked_on` is the bank's day, `booked_at` the instant in UTC.
    """

    transaction_id: str
    entry_id: str
    account_id: str
    last4: str
    booked_at: str
    booked_on: date
    direction: Literal["in", "out"]
    amount: MoneyBody
    balance_after: MoneyBody
    counterparty: str
    category: str
    category_name: str
    channel: str
    note: str
    reference: str


class TransactionPage(Answered):
    """Newest first. Count and sums are of everything that matches, not of the page."""

    items: list[TransactionView]
    total: int
    sum_in: MoneyBody
    sum_out: MoneyBody


class ChangeDone(Answered):
    """A change carried out."""

    operation: str
    state: Literal["done"] = "done"
    customer_id: str
    reference: str
    at: str
    result: dict[str, JsonValue]
    sandbox: Literal[True] = True


class ChangeStatus(Answered):
    """How a change ended, for reconciliation: a receipt, or the code of the refusal."""

    operation: str
    state: Literal["done", "refused"]
    key: str
    customer_id: str
    reference: str | None
    at: str
    result: dict[str, JsonValue] | None
    code: str | None
    detail: str | None
    sandbox: Literal[True] = True


class JournalEntry(Answered):
    """One change that took effect."""

    key: str
    operation: str
    customer_id: str
    reference: str
    at: str
    effects: list[Effect]


class Journal(Answered):
    """Every effect once, in the order it happened."""

    entries: list[JournalEntry]


class CodeSentView(Answered):
    """A one-time code on its way."""

    code_id: str
    masked_phone: str
    expires_at: str
    sandbox: Literal[True] = True


class CodeCheckView(Answered):
    """Result of checking a one-time code."""

    verified: bool
    attempts_left: int
    reason: Literal["wrong", "expired", "used", "locked", "other_purpose"] | None


class IdentityView(Answered):
    """Whether all factors belong to one customer, and to whom."""

    matched: bool
    customer_id: str | None
