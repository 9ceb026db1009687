"""Applying for a credit card: five cards, a face, a pack of benefits; at best a card at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import JsonValue

from actions.bank.sandbox.amounts import FEN_PER_YUAN, money, write_fen
from actions.bank.sandbox.calendar import add_months, bank_date, next_day_of_month
from actions.bank.sandbox.operations.base import ChangeBody, Effect, Finished, Operation, Work
from actions.bank.sandbox.operations.orders import place_order, records_of
from actions.bank.sandbox.refusals import Refusal, Refused
from actions.bank.sandbox.seed.identity import card_number

VIRTUAL_LIMIT_FEN = 5_000 * FEN_PER_YUAN
"""Most a virtual card may spend until the real one is activated; document `credit-card-apply`."""

_DUE_DAY = 25
_FIRST_VIRTUAL_OWNER = 500_000
"""Numbers of virtual cards begin here, above those of the seed."""

_INCOME = ("salary", "pension", "merchant_takings", "farm_income")
_YEAR = 12


@dataclass(frozen=True, slots=True)
class CardOnOffer:
    """Who a card is for; the sample bank's document `credit-card-apply`, version 2026-11-01.

    Attributes:
        income_fen: Least yearly income; 0 for none.
        assets_fen: Financial assets at the bank that do instead of the income; 0 for none.
    """

    name: str
    youngest: int
    oldest: int
    income_fen: int = 0
    assets_fen: int = 0


CARDS_ON_OFFER: Mapping[str, CardOnOffer] = {
    "qingya": CardOnOffer("海岳青芽信用卡", 18, 30),
    "shenghuo": CardOnOffer("海岳生活普卡", 18, 65),
    "yuexing": CardOnOffer("海岳悦行金卡", 22, 65, 60_000 * FEN_PER_YUAN),
    "chezhu": CardOnOffer("海岳车主金卡", 22, 65, 60_000 * FEN_PER_YUAN),
    "zhenxiang": CardOnOffer(
        "海岳臻享白金卡", 25, 65, 200_000 * FEN_PER_YUAN, 500_000 * FEN_PER_YUAN
    ),
}


class ApplyCardBody(ChangeBody):
    """An application; making it is the consent to a credit enquiry."""

    card_product: str
    card_face: Literal["classic", "landscape", "pet", "guochao"]
    card_benefits: Literal["dining", "travel", "shopping", "driving"]


def applicant_obstacle(work: Work, customer_id: str, product: str) -> Refusal | None:
    """Why an application would be refused at once."""
    offered = CARDS_ON_OFFER.get(product)
    if offered is None:
        return Refusal.PRODUCT_NOT_FOUND
    born = work.connection.execute(
        "SELECT birth_date FROM customers WHERE customer_id = ?", (customer_id,)
    ).fetchone()["birth_date"]
    if not offered.youngest <= _age(date.fromisoformat(born), work) <= offered.oldest:
        return Refusal.APPLICANT_AGE
    for order in records_of(work, customer_id, "order", "apply_credit_card"):
        if f'"card_product": "{product}"' in order["details"] and order["status"] != "refused":
            return Refusal.CARD_PRODUCT_HELD
    return None


def apply_credit_card(work: Work, body: ApplyCardBody) -> Finished:
    """Take an application; approved at once where the books show the income or the assets."""
    obstacle = applicant_obstacle(work, body.customer_id, body.card_product)
    if obstacle is not None:
        raise Refused(obstacle)
    offered = CARDS_ON_OFFER[body.card_product]
    is_approved = _fits(work, body.customer_id, offered)
    details: dict[str, JsonValue] = {
        "card_product": body.card_product,
        "card_name": offered.name,
        "card_face": body.card_face,
        "card_benefits": body.card_benefits,
    }
    effects: tuple[Effect, ...] = ()
    if is_approved:
        last4 = _issue(work, body.customer_id, offered)
        details |= {"card": last4, "virtual_limit": money(VIRTUAL_LIMIT_FEN).model_dump()}
        effects = (
            Effect(entity="card", id=last4, field="status", before=None, after="active"),
            Effect(
                entity="card",
                id=last4,
                field="limit",
                before=None,
                after=write_fen(VIRTUAL_LIMIT_FEN),
            ),
        )
    status = "approved" if is_approved else "in_review"
    placed = place_order(work, body.customer_id, "apply_credit_card", status, details)
    return Finished(placed.result, (*placed.effects, *effects))


def _fits(work: Work, customer_id: str, offered: CardOnOffer) -> bool:
    """Whether the bank's own books show enough; otherwise somebody looks at the papers."""
    since = add_months(bank_date(work.now), -_YEAR).isoformat()
    marks = ", ".join("?" * len(_INCOME))
    income = work.connection.execute(
        "SELECT coalesce(sum(amount_fen), 0) FROM entries WHERE customer_id = ?"  # noqa: S608 - only marks are put in
        f" AND booked_on >= ? AND amount_fen > 0 AND category IN ({marks})",
        (customer_id, since, *_INCOME),
    ).fetchone()[0]
    if income >= offered.income_fen:
        return True
    assets = work.connection.execute(
        "SELECT (SELECT coalesce(sum(balance_fen), 0) FROM accounts WHERE customer_id = ?1"
        " AND balance_fen > 0) + (SELECT coalesce(sum(amount_fen), 0) FROM holdings"
        " WHERE customer_id = ?1)",
        (customer_id,),
    ).fetchone()[0]
    return bool(offered.assets_fen and assets >= offered.assets_fen)


def _issue(work: Work, customer_id: str, offered: CardOnOffer) -> str:
    """Open the credit account and its virtual card; returns the last four digits."""
    number = int(work.reference.rsplit("-", 1)[1])
    taken = {
        row["last4"]
        for row in work.connection.execute(
            "SELECT last4 FROM accounts WHERE customer_id = ?", (customer_id,)
        )
    }
    last4 = next(
        text
        for step in range(len(taken) + 1)
        if (text := f"{(number + step) % 10_000:04d}") not in taken
    )
    account_id = f"A{customer_id[1:]}{number:06d}"
    today = bank_date(work.now)
    due_on = next_day_of_month(add_months(today, 1), _DUE_DAY)
    work.connection.execute(
        "INSERT INTO accounts VALUES (?, ?, ?, 'credit', NULL, 0, ?, ?, 'open')",
        (account_id, customer_id, "信用卡账户", last4, today.isoformat()),
    )
    work.connection.execute(
        "INSERT INTO credit_bills VALUES (?, ?, 0, 0, ?, ?, 0, 0)",
        (account_id, VIRTUAL_LIMIT_FEN, today.isoformat(), due_on.isoformat()),
    )
    work.connection.execute(
        "INSERT INTO cards VALUES (?, ?, ?, ?, 'credit', 'active', ?)",
        (
            card_number((_FIRST_VIRTUAL_OWNER + number) % 10**6, last4),
            customer_id,
            account_id,
            last4,
            VIRTUAL_LIMIT_FEN,
        ),
    )
    return last4


def _age(born: date, work: Work) -> int:
    today = bank_date(work.now)
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (0 if had_birthday else 1)


APPLICATION_OPERATIONS = (
    Operation("apply_credit_card", ApplyCardBody, apply_credit_card, "Apply for a credit card"),
)
