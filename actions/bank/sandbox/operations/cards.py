"""Changes of a card: lock, unlock, report lost, take that back, activate, limit."""

import sqlite3
from collections.abc import Mapping

from pydantic import Field

from actions.bank.sandbox.amounts import AMOUNT_PATTERN, FEN_PER_YUAN, money, read_fen, write_fen
from actions.bank.sandbox.operations.base import CardBody, Effect, Finished, Operation, Work
from actions.bank.sandbox.operations.orders import open_order
from actions.bank.sandbox.refusals import Refusal, Refused

HIGHEST_LIMIT_FEN: Mapping[str | None, int] = {
    "I": 200_000 * FEN_PER_YUAN,
    "II": 10_000 * FEN_PER_YUAN,
    "III": 2_000 * FEN_PER_YUAN,
    None: 2_000_000 * FEN_PER_YUAN,
}
"""Highest daily payment limit by class of account; None is a private banking account.

Class II: People's Bank of China, Yinfa (2016) 302. Class III, class I and private banking are
the sample bank's own rules, see its documents `account-classes` and `debit-card-limits`.
"""


class SetCardLimitBody(CardBody):
    """A new daily payment limit, or credit limit, in yuan."""

    limit: str = Field(pattern=AMOUNT_PATTERN, examples=["5000.00"])


def lock_card(work: Work, body: CardBody) -> Finished:
    """Lock an active card for a while."""
    card = usable_card(work, body)
    match card["status"]:
        case "locked":
            raise Refused(Refusal.CARD_ALREADY_LOCKED)
        case "inactive":
            raise Refused(Refusal.CARD_INACTIVE)
        case _:
            return _set_status(work, card, "locked")


def unlock_card(work: Work, body: CardBody) -> Finished:
    """Unlock a card the customer locked."""
    card = usable_card(work, body)
    if card["status"] != "locked":
        raise Refused(Refusal.CARD_NOT_LOCKED)
    return _set_status(work, card, "active")


def report_card_loss(work: Work, body: CardBody) -> Finished:
    """Stop a lost or stolen card, whatever state it was in."""
    return _set_status(work, usable_card(work, body), "lost")


def cancel_loss_report(work: Work, body: CardBody) -> Finished:
    """Take a loss report back; no longer once a new card has been ordered for it."""
    card = find_card(work, body)
    if card["status"] != "lost":
        raise Refused(Refusal.CARD_NOT_LOST)
    if open_order(work, body.customer_id, "replace_card", body.card) is not None:
        raise Refused(Refusal.CARD_REPLACED)
    return _set_status(work, card, "active")


def activate_card(work: Work, body: CardBody) -> Finished:
    """Activate a new card."""
    card = usable_card(work, body)
    if card["status"] != "inactive":
        raise Refused(Refusal.CARD_ALREADY_ACTIVE)
    return _set_status(work, card, "active")


def set_card_limit(work: Work, body: SetCardLimitBody) -> Finished:
    """Change a card's limit, within what its account allows."""
    card = usable_card(work, body)
    limit_fen = read_fen(body.limit)
    if limit_fen <= 0:
        raise Refused(Refusal.AMOUNT_NOT_POSITIVE)
    if limit_fen > highest_limit(card):
        raise Refused(Refusal.LIMIT_EXCEEDED)
    if limit_fen == card["limit_fen"]:
        raise Refused(Refusal.LIMIT_UNCHANGED)
    work.connection.execute(
        "UPDATE cards SET limit_fen = ? WHERE number = ?", (limit_fen, card["number"])
    )
    effect = Effect(
        entity="card",
        id=card["last4"],
        field="limit",
        before=write_fen(card["limit_fen"]),
        after=write_fen(limit_fen),
    )
    result = {"card": card["last4"], "limit": money(limit_fen).model_dump()}
    return Finished(result, (effect,))


def usable_card(work: Work, body: CardBody) -> sqlite3.Row:
    """Find the customer's card, which must not be reported lost.

    Raises:
        Refused: There is no such card, or it is lost.
    """
    row = find_card(work, body)
    if row["status"] == "lost":
        raise Refused(Refusal.CARD_LOST)
    return row


def find_card(work: Work, body: CardBody) -> sqlite3.Row:
    """Find the customer's card, with the class of its account and the credit granted.

    Raises:
        Refused: There is no such card.
    """
    row: sqlite3.Row | None = work.connection.execute(
        "SELECT c.*, a.account_class, b.granted_fen FROM cards AS c JOIN accounts AS a"
        " USING (account_id) LEFT JOIN credit_bills AS b USING (account_id)"
        " WHERE c.customer_id = ? AND c.last4 = ?",
        (body.customer_id, body.card),
    ).fetchone()
    if row is None:
        raise Refused(Refusal.CARD_NOT_FOUND)
    return row


def highest_limit(card: sqlite3.Row) -> int:
    """The highest limit of a card, fen.

    Args:
        card: With `kind`, `account_class` and `granted_fen`.
    """
    if card["kind"] == "credit":
        return int(card["granted_fen"])
    return HIGHEST_LIMIT_FEN[card["account_class"]]


def _set_status(work: Work, card: sqlite3.Row, status: str) -> Finished:
    work.connection.execute(
        "UPDATE cards SET status = ? WHERE number = ?", (status, card["number"])
    )
    effect = Effect(
        entity="card", id=card["last4"], field="status", before=card["status"], after=status
    )
    return Finished({"card": card["last4"], "status": status}, (effect,))


CARD_OPERATIONS = (
    Operation("lock_card", CardBody, lock_card, "Lock a card for a while"),
    Operation("unlock_card", CardBody, unlock_card, "Unlock a locked card"),
    Operation("report_card_loss", CardBody, report_card_loss, "Stop a lost or stolen card"),
    Operation("cancel_loss_report", CardBody, cancel_loss_report, "Take a loss report back"),
    Operation("activate_card", CardBody, activate_card, "Activate a new card"),
    Operation("set_card_limit", SetCardLimitBody, set_card_limit, "Change a card's limit"),
)
