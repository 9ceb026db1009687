"""Changes of a card: lock, unlock, report lost, activate, limit."""

import sqlite3
from collections.abc import Mapping

from pydantic import Field

from actions.bank.sandbox.amounts import AMOUNT_PATTERN, FEN_PER_YUAN, money, read_fen, write_fen
from actions.bank.sandbox.operations.base import CardBody, Effect, Finished, Operation, Work
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
    card = _card(work, body)
    match card["status"]:
        case "locked":
            raise Refused(Refusal.CARD_ALREADY_LOCKED)
        case "inactive":
            raise Refused(Refusal.CARD_INACTIVE)
        case _:
            return _set_status(work, card, "locked")


def unlock_card(work: Work, body: CardBody) -> Finished:
    """Unlock a card the customer locked."""
    card = _card(work, body)
    if card["status"] != "locked":
        raise Refused(Refusal.CARD_NOT_LOCKED)
    return _set_status(work, card, "active")


def report_card_loss(work: Work, body: CardBody) -> Finished:
    """Stop a lost or stolen card, whatever state it was in."""
    return _set_status(work, _card(work, body), "lost")


def activate_card(work: Work, body: CardBody) -> Finished:
    """Activate a new card."""
    card = _card(work, body)
    if card["status"] != "inactive":
        raise Refused(Refusal.CARD_ALREADY_ACTIVE)
    return _set_status(work, card, "active")


def set_card_limit(work: Work, body: SetCardLimitBody) -> Finished:
    """Change a card's limit, within what its account allows."""
    card = _card(work, body)
    limit_fen = read_fen(body.limit)
    if limit_fen <= 0:
        raise Refused(Refusal.AMOUNT_NOT_POSITIVE)
    if limit_fen > _highest(card):
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


def _card(work: Work, body: CardBody) -> sqlite3.Row:
    """Find the customer's card; a lost one takes no further change."""
    row: sqlite3.Row | None = work.connection.execute(
        "SELECT c.*, a.account_class, b.granted_fen FROM cards AS c JOIN accounts AS a"
        " USING (account_id) LEFT JOIN credit_bills AS b USING (account_id)"
        " WHERE c.customer_id = ? AND c.last4 = ?",
        (body.customer_id, body.card),
    ).fetchone()
    if row is None:
        raise Refused(Refusal.CARD_NOT_FOUND)
    if row["status"] == "lost":
        raise Refused(Refusal.CARD_LOST)
    return row


def _highest(card: sqlite3.Row) -> int:
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
    Operation("activate_card", CardBody, activate_card, "Activate a new card"),
    Operation("set_card_limit", SetCardLimitBody, set_card_limit, "Change a card's limit"),
)
