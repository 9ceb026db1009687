"""Reads about customers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from actions.bank.sandbox.amounts import AMOUNT_PATTERN, money, read_fen
from actions.bank.sandbox.operations.base import Work
from actions.bank.sandbox.operations.card_applications import applicant_obstacle
from actions.bank.sandbox.operations.order_changes import ReplaceCardBody, replacement_fee_fen
from actions.bank.sandbox.operations.transfer_rules import terms_of_transfer
from actions.bank.sandbox.problems import not_found
from actions.bank.sandbox.routes.dependencies import Bank, documented, gate
from actions.bank.sandbox.state import (
    read_accesses,
    read_accounts,
    read_bills,
    read_cards,
    read_customer,
    read_holdings,
    read_loans,
    read_payees,
    read_profile,
    read_records,
    read_state,
)
from actions.bank.sandbox.transactions import TransactionFilter, find_transactions
from actions.bank.sandbox.wire import (
    AccessView,
    AccountView,
    BillAccountView,
    CardOffer,
    CardOfferCheck,
    CustomerFound,
    CustomerState,
    HoldingView,
    LoanView,
    PayeeView,
    ProfileView,
    RecordView,
    ReplacementFee,
    TransactionPage,
    TransferTerms,
)

router = APIRouter(prefix="/customers", tags=["customers"], responses=documented(404, 409, 422))


@router.get("")
async def find_customer(
    bank: Bank, phone: Annotated[str, Query(pattern=r"^\d{5,20}$")]
) -> CustomerFound:
    """Whose reserved mobile number this is."""
    row = bank.connection.execute(
        "SELECT customer_id FROM customers WHERE phone = ?", (phone,)
    ).fetchone()
    if row is None:
        raise not_found(code="customer_not_found", detail="No customer has this number.")
    return CustomerFound(customer_id=row[0])


@router.get("/{customer_id}")
async def customer_state(bank: Bank, customer_id: str) -> CustomerState:
    """The whole state of one customer, as a test reads it back."""
    return read_state(bank.connection, customer_id)


@router.get("/{customer_id}/profile")
async def profile(bank: Bank, customer_id: str) -> ProfileView:
    """Who the customer is."""
    return read_profile(bank.connection, customer_id)


@router.get("/{customer_id}/accounts", dependencies=[Depends(gate("check_balance"))])
async def accounts(bank: Bank, customer_id: str) -> list[AccountView]:
    """Accounts with their balances, the main one first."""
    read_customer(bank.connection, customer_id)
    return read_accounts(bank.connection, customer_id)


@router.get("/{customer_id}/transactions", dependencies=[Depends(gate("query_transactions"))])
async def transactions(
    bank: Bank, customer_id: str, wanted: Annotated[TransactionFilter, Query()]
) -> TransactionPage:
    """Bank transactions that match, newest first."""
    read_customer(bank.connection, customer_id)
    return find_transactions(bank.connection, customer_id, wanted)


@router.get("/{customer_id}/cards")
async def cards(bank: Bank, customer_id: str) -> list[CardOffer]:
    """Cards with status, limit, and how high the limit may be."""
    read_customer(bank.connection, customer_id)
    return read_cards(bank.connection, customer_id)


@router.get("/{customer_id}/replacement-fee")
async def replacement_fee(
    bank: Bank,
    customer_id: str,
    card: Annotated[str, Query(pattern=r"^\d{4}$")],
    reason: Literal["lost", "damaged"],
) -> ReplacementFee:
    """What a new card would cost."""
    read_customer(bank.connection, customer_id)
    work = Work(bank.connection, bank.now(), "", bank.is_hour_told)
    body = ReplaceCardBody(customer_id=customer_id, card=card, reason=reason)
    return ReplacementFee(fee=money(replacement_fee_fen(work, body)))


@router.get("/{customer_id}/orders")
async def orders(bank: Bank, customer_id: str) -> list[RecordView]:
    """Orders, oldest first."""
    read_customer(bank.connection, customer_id)
    return read_records(bank.connection, customer_id, "order")


@router.get("/{customer_id}/appointments")
async def appointments(bank: Bank, customer_id: str) -> list[RecordView]:
    """Visits booked, oldest first."""
    read_customer(bank.connection, customer_id)
    return read_records(bank.connection, customer_id, "appointment")


@router.get("/{customer_id}/bills", dependencies=[Depends(gate("bills"))])
async def bills(bank: Bank, customer_id: str) -> list[BillAccountView]:
    """Household bills in the customer's name."""
    read_customer(bank.connection, customer_id)
    return read_bills(bank.connection, customer_id)


@router.get("/{customer_id}/counterparties")
async def counterparties(bank: Bank, customer_id: str) -> list[str]:
    """Everybody the customer had transactions with, the most frequent first."""
    read_customer(bank.connection, customer_id)
    rows = bank.connection.execute(
        "SELECT counterparty FROM entries WHERE customer_id = ? AND category <> 'opening'"
        " GROUP BY counterparty ORDER BY count(*) DESC, counterparty",
        (customer_id,),
    )
    return [row["counterparty"] for row in rows]


@router.get("/{customer_id}/accesses", dependencies=[Depends(gate("privacy_request"))])
async def accesses(bank: Bank, customer_id: str) -> list[AccessView]:
    """Who of the bank looked at the customer's data."""
    read_customer(bank.connection, customer_id)
    return read_accesses(bank.connection, customer_id)


@router.get("/{customer_id}/card-offers/{product}")
async def card_offer(bank: Bank, customer_id: str, product: str) -> CardOfferCheck:
    """Whether the customer may apply for a credit card, and the bank's reason when not."""
    read_customer(bank.connection, customer_id)
    work = Work(bank.connection, bank.now(), "")
    return CardOfferCheck(obstacle=applicant_obstacle(work, customer_id, product))


@router.get("/{customer_id}/transfer-terms")
async def transfer_terms(
    bank: Bank, customer_id: str, amount: Annotated[str, Query(pattern=AMOUNT_PATTERN)]
) -> TransferTerms:
    """What would hold for a transfer to somebody else now."""
    read_customer(bank.connection, customer_id)
    terms = terms_of_transfer(Work(bank.connection, bank.now(), ""), customer_id, read_fen(amount))
    hours = round(terms.delay.total_seconds() / 3600)
    return TransferTerms(delay_hours=hours, obstacle=terms.refusal)


@router.get("/{customer_id}/payees")
async def payees(bank: Bank, customer_id: str) -> list[PayeeView]:
    """Payees outside the customer's own accounts."""
    read_customer(bank.connection, customer_id)
    return read_payees(bank.connection, customer_id)


@router.get("/{customer_id}/holdings")
async def holdings(bank: Bank, customer_id: str) -> list[HoldingView]:
    """Wealth products held."""
    read_customer(bank.connection, customer_id)
    return read_holdings(bank.connection, customer_id)


@router.get("/{customer_id}/loans")
async def loans(bank: Bank, customer_id: str) -> list[LoanView]:
    """Loans with what is owed and the next instalment."""
    read_customer(bank.connection, customer_id)
    return read_loans(bank.connection, customer_id)
