"""Changes that end in an order: a new card, a new PIN, a new password of the U-shield."""

from datetime import date
from typing import Literal

from actions.bank.sandbox.amounts import FEN_PER_YUAN, money
from actions.bank.sandbox.calendar import bank_date
from actions.bank.sandbox.operations.base import CardBody, ChangeBody, Finished, Operation, Work
from actions.bank.sandbox.operations.cards import find_card, usable_card
from actions.bank.sandbox.operations.orders import open_order, place_order
from actions.bank.sandbox.refusals import Refusal, Refused

REPLACEMENT_FEE_FEN = 5 * FEN_PER_YUAN
"""For a new debit card after a loss; the sample bank's document `debit-card-replace`."""

FREE_FROM_AGE = 60
"""Years of age from which the new card is free; the same document."""


class ReplaceCardBody(CardBody):
    """A new card for a lost or damaged one; it is posted to the mailing address."""

    reason: Literal["lost", "damaged"]


def replace_card(work: Work, body: ReplaceCardBody) -> Finished:
    """Order a new card. One that is lost must have been reported lost before."""
    card = find_card(work, body)
    if card["status"] == "locked":
        raise Refused(Refusal.CARD_LOCKED)
    if card["status"] == "inactive":
        raise Refused(Refusal.CARD_INACTIVE)
    if body.reason == "lost" and card["status"] != "lost":
        raise Refused(Refusal.CARD_NOT_LOST)
    if open_order(work, body.customer_id, "replace_card", body.card) is not None:
        raise Refused(Refusal.ORDER_OPEN)
    customer = work.connection.execute(
        "SELECT address FROM customers WHERE customer_id = ?", (body.customer_id,)
    ).fetchone()
    fee_fen = replacement_fee_fen(work, body)
    details = {
        "card": body.card,
        "reason": body.reason,
        "address": customer["address"],
        "fee": money(fee_fen).model_dump(),
    }
    return place_order(work, body.customer_id, "replace_card", "placed", details)


def replacement_fee_fen(work: Work, body: ReplaceCardBody) -> int:
    """What a new card costs, fen: a lost debit card is charged for, seniors pay nothing.

    Raises:
        Refused: There is no such card.
    """
    card = find_card(work, body)
    born = work.connection.execute(
        "SELECT birth_date FROM customers WHERE customer_id = ?", (body.customer_id,)
    ).fetchone()["birth_date"]
    is_charged = body.reason == "lost" and card["kind"] == "debit"
    is_free = not is_charged or _is_senior(date.fromisoformat(born), work)
    return 0 if is_free else REPLACEMENT_FEE_FEN


def reset_card_pin(work: Work, body: CardBody) -> Finished:
    """Let the customer choose a new PIN; a colleague has seen them by then."""
    card = usable_card(work, body)
    if card["status"] == "inactive":
        raise Refused(Refusal.CARD_INACTIVE)
    if open_order(work, body.customer_id, "reset_card_pin", body.card) is not None:
        raise Refused(Refusal.ORDER_OPEN)
    details = {"card": body.card}
    return place_order(work, body.customer_id, "reset_card_pin", "approved", details)


def reset_ushield_password(work: Work, body: ChangeBody) -> Finished:
    """Let the customer choose a new password for the U-shield; a colleague has seen them."""
    if open_order(work, body.customer_id, "reset_ushield_password") is not None:
        raise Refused(Refusal.ORDER_OPEN)
    return place_order(work, body.customer_id, "reset_ushield_password", "approved", {})


def _is_senior(born: date, work: Work) -> bool:
    today = bank_date(work.now)
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (0 if had_birthday else 1) >= FREE_FROM_AGE


ORDER_OPERATIONS = (
    Operation("replace_card", ReplaceCardBody, replace_card, "Order a new card"),
    Operation("reset_card_pin", CardBody, reset_card_pin, "Let a card PIN be chosen anew"),
    Operation(
        "reset_ushield_password",
        ChangeBody,
        reset_ushield_password,
        "Let the U-shield password be chosen anew",
    ),
)
