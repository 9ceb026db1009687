"""Reads a customer's state: profile, cards, accounts, holdings, loans, payees, records."""

import json
import sqlite3
from datetime import date

from actions.bank.sandbox.amounts import money
from actions.bank.sandbox.calendar import add_months
from actions.bank.sandbox.operations.cards import highest_limit
from actions.bank.sandbox.operations.credit import largest_part, left_of_bill
from actions.bank.sandbox.problems import not_found
from actions.bank.sandbox.wire import (
    AccessView,
    AccountView,
    BillAccountView,
    BillView,
    CardOffer,
    CustomerState,
    HoldingView,
    LoanView,
    PayeeView,
    ProfileView,
    RecordView,
    RiskView,
    TimeDepositView,
)

_RISK_VALID_MONTHS = 12
"""A questionnaire counts for a year; the sample bank's own rule, see its document `suitability`."""


def read_customer(connection: sqlite3.Connection, customer_id: str) -> sqlite3.Row:
    """Find a customer.

    Raises:
        Problem: 404 `customer_not_found`.
    """
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM customers WHERE customer_id = ?", (customer_id,)
    ).fetchone()
    if row is None:
        raise not_found(code="customer_not_found", detail="There is no such customer.")
    return row


def read_profile(connection: sqlite3.Connection, customer_id: str) -> ProfileView:
    """Who the customer is."""
    row = read_customer(connection, customer_id)
    return ProfileView(
        customer_id=row["customer_id"],
        name=row["name"],
        id_number=row["id_number"],
        birth_date=row["birth_date"],
        phone=row["phone"],
        address=row["address"],
        segment=row["segment"],
        editions=json.loads(row["editions"]),
        customer_since=row["customer_since"],
        merchant_id=row["merchant_id"],
        risk=_risk(row),
        preferences=json.loads(row["preferences"]),
        transfer_cool_off_until=row["transfer_cool_off_until"],
        payments_held_until=row["payments_held_until"],
    )


def read_state(connection: sqlite3.Connection, customer_id: str) -> CustomerState:
    """The whole state of one customer."""
    profile = read_profile(connection, customer_id)
    return CustomerState(
        **dict(profile),
        cards=list(read_cards(connection, customer_id)),
        accounts=read_accounts(connection, customer_id),
        holdings=read_holdings(connection, customer_id),
        loans=read_loans(connection, customer_id),
        orders=read_records(connection, customer_id, "order"),
        cases=read_records(connection, customer_id, "case"),
        appointments=read_records(connection, customer_id, "appointment"),
        bills=read_bills(connection, customer_id),
        payees=read_payees(connection, customer_id),
    )


def read_cards(connection: sqlite3.Connection, customer_id: str) -> list[CardOffer]:
    """Cards, by account."""
    rows = connection.execute(
        "SELECT c.*, a.account_class, b.granted_fen FROM cards AS c"
        " JOIN accounts AS a USING (account_id) LEFT JOIN credit_bills AS b USING (account_id)"
        " WHERE c.customer_id = ? ORDER BY c.account_id",
        (customer_id,),
    )
    return [
        CardOffer(
            last4=row["last4"],
            number=row["number"],
            kind=row["kind"],
            account_class=row["account_class"],
            account_id=row["account_id"],
            status=row["status"],
            limit=money(row["limit_fen"]),
            highest_limit=money(highest_limit(row)),
        )
        for row in rows
    ]


def read_accounts(connection: sqlite3.Connection, customer_id: str) -> list[AccountView]:
    """Accounts, the main one first."""
    rows = connection.execute(
        "SELECT a.*, d.rate_bp, d.term_months, d.matures_on, b.granted_fen, b.bill_fen,"
        " b.minimum_fen, b.statement_on, b.due_on, b.repaid_fen, b.instalment_fen"
        " FROM accounts AS a LEFT JOIN time_deposits AS d USING (account_id)"
        " LEFT JOIN credit_bills AS b USING (account_id)"
        " WHERE a.customer_id = ? ORDER BY a.account_id",
        (customer_id,),
    )
    return [
        AccountView(
            account_id=row["account_id"],
            name=row["name"],
            account_class=row["account_class"],
            kind=row["kind"],
            balance=money(row["balance_fen"]),
            last4=row["last4"],
            opened_on=row["opened_on"],
            status=row["status"],
            bill=_bill(row),
            time_deposit=_time_deposit(row),
        )
        for row in rows
    ]


def read_loans(connection: sqlite3.Connection, customer_id: str) -> list[LoanView]:
    """Loans with what is still owed."""
    rows = connection.execute(
        "SELECT l.*, a.balance_fen FROM loans AS l JOIN accounts AS a USING (account_id)"
        " WHERE l.customer_id = ? ORDER BY l.loan_id",
        (customer_id,),
    )
    return [
        LoanView(
            loan_id=row["loan_id"],
            account_id=row["account_id"],
            repay_account_id=row["repay_account_id"],
            kind=row["kind"],
            name=row["name"],
            principal=money(row["principal_fen"]),
            outstanding=money(row["balance_fen"]),
            rate_bp=row["rate_bp"],
            drawn_on=row["drawn_on"],
            next_instalment=money(row["instalment_fen"]),
            next_due_on=row["next_due_on"],
            instalments_left=row["instalments_left"],
        )
        for row in rows
    ]


def read_holdings(connection: sqlite3.Connection, customer_id: str) -> list[HoldingView]:
    """Wealth products held."""
    rows = connection.execute(
        "SELECT * FROM holdings WHERE customer_id = ? ORDER BY holding_id", (customer_id,)
    )
    return [
        HoldingView(
            holding_id=row["holding_id"],
            product_id=row["product_id"],
            name=row["name"],
            amount=money(row["amount_fen"]),
            risk_rating=row["risk_rating"],
            bought_on=row["bought_on"],
            matures_on=row["matures_on"],
        )
        for row in rows
    ]


def read_payees(connection: sqlite3.Connection, customer_id: str) -> list[PayeeView]:
    """Payees; the customer's own accounts are valid targets too and not listed here."""
    rows = connection.execute(
        "SELECT payee_id, name, note, last4, bank, used_before FROM payees"
        " WHERE customer_id = ? ORDER BY payee_id",
        (customer_id,),
    )
    return [PayeeView(**dict(row)) for row in rows]


def read_records(connection: sqlite3.Connection, customer_id: str, record: str) -> list[RecordView]:
    """Orders, cases or appointments, oldest first."""
    rows = connection.execute(
        "SELECT * FROM requests WHERE customer_id = ? AND record = ? ORDER BY created_at",
        (customer_id, record),
    )
    return [_record(row) for row in rows]


def read_record(connection: sqlite3.Connection, record_id: str) -> RecordView | None:
    """One order, case or appointment."""
    row = connection.execute("SELECT * FROM requests WHERE request_id = ?", (record_id,)).fetchone()
    return None if row is None else _record(row)


def read_bills(connection: sqlite3.Connection, customer_id: str) -> list[BillAccountView]:
    """Accounts at companies in the customer's name, or paid by the customer."""
    rows = connection.execute(
        "SELECT * FROM utility_accounts WHERE customer_id = ? ORDER BY number", (customer_id,)
    )
    return [
        BillAccountView(
            kind=row["kind"],
            number=row["number"],
            company=row["company"],
            holder=row["holder"],
            due=money(row["due_fen"]),
        )
        for row in rows
    ]


def read_accesses(connection: sqlite3.Connection, customer_id: str) -> list[AccessView]:
    """Who looked at the customer's data, latest first."""
    rows = connection.execute(
        "SELECT at, role, purpose, data FROM data_accesses WHERE customer_id = ? ORDER BY at DESC",
        (customer_id,),
    )
    return [AccessView(**dict(row)) for row in rows]


def _record(row: sqlite3.Row) -> RecordView:
    return RecordView(
        record_id=row["request_id"],
        kind=row["kind"],
        status=row["status"],
        created_at=row["created_at"],
        details=json.loads(row["details"]),
    )


def _risk(row: sqlite3.Row) -> RiskView | None:
    if row["risk_level"] is None:
        return None
    assessed_on = date.fromisoformat(row["risk_assessed_on"])
    return RiskView(
        level=row["risk_level"],
        assessed_on=assessed_on,
        valid_until=add_months(assessed_on, _RISK_VALID_MONTHS),
    )


def _bill(row: sqlite3.Row) -> BillView | None:
    if row["granted_fen"] is None:
        return None
    left = left_of_bill(row)
    return BillView(
        granted=money(row["granted_fen"]),
        amount=money(row["bill_fen"]),
        minimum=money(max(0, min(left, row["minimum_fen"] - row["repaid_fen"]))),
        left=money(left),
        largest_instalment=money(min(left, largest_part(row))),
        statement_on=row["statement_on"],
        due_on=row["due_on"],
    )


def _time_deposit(row: sqlite3.Row) -> TimeDepositView | None:
    if row["rate_bp"] is None:
        return None
    return TimeDepositView(
        rate_bp=row["rate_bp"], term_months=row["term_months"], matures_on=row["matures_on"]
    )
