"""What the actions need of a core bank: few calls, our own types, exact money.

Any adapter keeps these promises: a read that fails raises `BankUnavailable`; a change that was
not sent raises `BankUnavailable`, one that was sent and not answered `BankOutcomeUnknown`;
a business refusal raises `BankRefused` with the reason `reason_<the bank's code>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import JsonValue

from actions.bank.history import TransactionPage, TransactionQuery
from actions.bank.services import Branch, DataAccess, HouseholdBill, InstalmentOffer, TransferTerms
from assistant.model.ids import (
    ActionName,
    ConversationId,
    CustomerId,
    IdempotencyKey,
    ProductId,
    ReceiptId,
)
from assistant.model.money import Money

AccountClass = Literal["I", "II", "III"]


@dataclass(frozen=True, slots=True)
class RiskAssessment:
    """Result of the risk questionnaire.

    Attributes:
        level: C1 (cautious) to C5 (adventurous).
        valid_until: Last day it counts.
    """

    level: str
    assessed_on: date
    valid_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Who the customer is. Personal data throughout.

    Attributes:
        segment: The bank's own segment, if it has one.
        preferences: As the bank keeps them, e.g. `elder_mode`.
        transfer_cool_off_until: No transfers before this instant.
        payments_held_until: Nothing goes out before this instant, at the customer's wish.
    """

    customer_id: CustomerId
    name: str
    id_number: str
    birth_date: date
    phone: str
    address: str
    segment: str | None
    editions: tuple[str, ...]
    customer_since: date
    merchant_id: str | None
    risk: RiskAssessment | None
    preferences: Mapping[str, JsonValue]
    transfer_cool_off_until: datetime | None
    payments_held_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card.

    Attributes:
        number: All digits; personal data, never shown whole.
        account_class: None for credit cards and private banking accounts.
        limit: Daily payment limit; of a credit card the credit limit.
        highest_limit: The most it may be set to here; None when the bank does not say.
    """

    last4: str
    number: str
    kind: Literal["debit", "credit"]
    account_class: AccountClass | None
    account_id: str
    status: Literal["active", "locked", "lost", "inactive"]
    limit: Money
    highest_limit: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Something the bank is to make or to set up for the customer.

    Attributes:
        kind: Flow id of the task that led to it.
        details: What it is about.
    """

    record_id: str
    kind: str
    status: str
    created_at: datetime
    details: Mapping[str, JsonValue | Money]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The open bill of a credit card.

    Attributes:
        granted: The credit limit.
        amount: As printed; `left` is what is still to be paid of it.
        minimum: What is still to be paid of the least payment.
        largest_instalment: The most of it that may be paid by instalments.
    """

    granted: Money
    amount: Money
    minimum: Money
    left: Money
    largest_instalment: Money
    statement_on: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeDeposit:
    """Terms of a time deposit.

    Attributes:
        rate_bp: Yearly rate, basis points.
    """

    rate_bp: int
    term_months: int
    matures_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account.

    Attributes:
        balance: What it holds; of a loan or credit account, what is owed.
    """

    account_id: str
    name: str
    account_class: AccountClass | None
    kind: Literal["current", "time_deposit", "private", "merchant", "loan", "credit"]
    balance: Money
    last4: str
    opened_on: date
    status: Literal["open", "frozen"]
    bill: Bill | None = None
    time_deposit: TimeDeposit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Somebody the customer can send money to."""

    payee_id: str
    name: str
    note: str
    last4: str
    bank: str
    used_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A wealth product held.

    Attributes:
        risk_rating: R1 to R5.
        matures_on: None for a product without a term.
    """

    holding_id: str
    product_id: ProductId
    name: str
    amount: Money
    risk_rating: str
    bought_on: date
    matures_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A loan repaid in instalments.

    Attributes:
        rate_bp: Yearly rate, basis points.
    """

    loan_id: str
    account_id: str
    repay_account_id: str
    kind: str
    name: str
    principal: Money
    outstanding: Money
    rate_bp: int
    drawn_on: date
    next_instalment: Money
    next_due_on: date
    instalments_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationResult:
    """A change the bank carried out.

    Attributes:
        result: What the bank says about it, as JSON; money is {"amount", "currency"}.
        is_sandbox: A receipt must say so.
    """

    operation: ActionName
    reference: ReceiptId
    at: datetime
    result: Mapping[str, JsonValue]
    is_sandbox: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSent:
    """A one-time code on its way."""

    code_id: str
    masked_phone: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCheck:
    """Whether a one-time code was right.

    Attributes:
        reason: None when verified.
    """

    verified: bool
    attempts_left: int
    reason: Literal["wrong", "expired", "used", "locked", "other_purpose"] | None


class BankApi(Protocol):
    """The core bank. Reads raise `BankUnavailable`, or `BankRefused` with the bank's code."""

    async def customer_by_phone(self, phone: str) -> CustomerId | None:
        """Whose reserved mobile number this is."""
        ...

    async def profile(self, customer_id: CustomerId) -> Profile:
        """Who the customer is."""
        ...

    async def accounts(self, customer_id: CustomerId) -> tuple[Account, ...]:
        """Accounts with balances, the main one first."""
        ...

    async def cards(self, customer_id: CustomerId) -> tuple[Card, ...]:
        """Cards with status and limit."""
        ...

    async def replacement_fee(self, customer_id: CustomerId, card: str, reason: str) -> Money:
        """What a new card would cost.

        Args:
            customer_id: Whose card it is.
            card: Last four digits.
            reason: `lost` or `damaged`.
        """
        ...

    async def orders(self, customer_id: CustomerId) -> tuple[Order, ...]:
        """Orders, oldest first."""
        ...

    async def visits(self, customer_id: CustomerId) -> tuple[Order, ...]:
        """Visits to a branch that were booked, oldest first."""
        ...

    async def record(self, record_id: str) -> Order | None:
        """One order, case or appointment, whoever it belongs to; None for no such record."""
        ...

    async def household_bills(self, customer_id: CustomerId) -> tuple[HouseholdBill, ...]:
        """Bills in the customer's name."""
        ...

    async def household_bill(self, kind: str, number: str) -> HouseholdBill | None:
        """Any account at a company, by its number; None for no such account."""
        ...

    async def counterparties(self, customer_id: CustomerId) -> tuple[str, ...]:
        """Everybody the customer had transactions with, the most frequent first."""
        ...

    async def instalment_offer(self, amount: Money, term: int) -> InstalmentOffer:
        """What instalments of an amount would cost."""
        ...

    async def card_obstacle(self, customer_id: CustomerId, product: str) -> str | None:
        """The bank's code for why an application for this card would be refused at once."""
        ...

    async def branches(self) -> tuple[Branch, ...]:
        """Branches that can be visited."""
        ...

    async def data_accesses(self, customer_id: CustomerId) -> tuple[DataAccess, ...]:
        """Who of the bank looked at the customer's data, latest first."""
        ...

    async def transfer_terms(self, customer_id: CustomerId, amount: Money) -> TransferTerms:
        """What would hold for a transfer to somebody else now."""
        ...

    async def payees(self, customer_id: CustomerId) -> tuple[Payee, ...]:
        """Payees; the customer's own accounts are valid targets too and not among them."""
        ...

    async def holdings(self, customer_id: CustomerId) -> tuple[Holding, ...]:
        """Wealth products held."""
        ...

    async def loans(self, customer_id: CustomerId) -> tuple[Loan, ...]:
        """Loans with what is owed."""
        ...

    async def transactions(
        self, customer_id: CustomerId, query: TransactionQuery
    ) -> TransactionPage:
        """Bank transactions that match, newest first."""
        ...

    async def operation(
        self,
        name: ActionName,
        customer_id: CustomerId | None,
        arguments: Mapping[str, JsonValue],
        key: IdempotencyKey,
    ) -> OperationResult:
        """Carry out a change, at most once for each key.

        Without a customer only what visitors may do: complain, report a scam, book a visit.

        Raises:
            BankRefused: A business rule says no; final under this key.
            BankUnavailable: Nothing was sent.
            BankOutcomeUnknown: It was sent and not answered; repeat only with the same key.
        """
        ...

    async def operation_status(self, key: IdempotencyKey) -> OperationResult | None:
        """How the change with this key ended; None when the bank knows no such key.

        Raises:
            BankRefused: It was refused, with the reason given then.
            BankUnavailable: The bank did not say.
        """
        ...

    async def send_code(
        self, phone: str, purpose: str, conversation_id: ConversationId
    ) -> CodeSent:
        """Send a one-time code that is good for one purpose.

        Raises:
            BankRefused: Too many codes.
            BankUnavailable: The bank did not say; sending again is harmless.
        """
        ...

    async def check_code(self, code_id: str, code: str, purpose: str) -> CodeCheck:
        """Check what the customer typed.

        Raises:
            BankRefused: No such code.
            BankUnavailable: The bank did not say; the code may be used up.
        """
        ...

    async def match_identity(
        self, factors: Mapping[str, str], customer_id: CustomerId | None
    ) -> CustomerId | None:
        """The one customer that all factors belong to.

        Args:
            factors: `phone`, `name`, `id_number`, `card_number`, `card_last4`; at least one.
            customer_id: Must be this customer, when given.
        """
        ...
