"""How much may be sent to others by the assistant, and what is held back for a day.

Figures of the sample bank's documents `transfer-rules` (transfers proved by a code alone) and
`delayed-transfer`. Transfers between the customer's own accounts are free of them.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from actions.bank.sandbox.amounts import FEN_PER_YUAN
from actions.bank.sandbox.calendar import BANK_ZONE, bank_date
from actions.bank.sandbox.operations.base import Work
from actions.bank.sandbox.refusals import Refusal, Refused

SINGLE_FEN = 50_000 * FEN_PER_YUAN
"""Most of one transfer that a one-time code proves."""

DAILY_FEN = 200_000 * FEN_PER_YUAN
"""Most of all such transfers of one day."""

NIGHT_FEN = 20_000 * FEN_PER_YUAN
"""Most of one transfer at night."""

NIGHT_FROM_HOUR, NIGHT_TO_HOUR = 22, 6

DELAY = timedelta(hours=24)
DELAYED_FROM_AGE = 65
DELAYED_ABOVE_FEN = 10_000 * FEN_PER_YUAN
"""Above this a transfer of somebody of that age goes out a day later."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one transfer to somebody else.

    Attributes:
        refusal: The limit it is above; None when it keeps them.
        delay: How long the bank keeps it back; nothing for most.
    """

    refusal: Refusal | None = None
    delay: timedelta = timedelta()


def terms_of_transfer(work: Work, customer_id: str, fen: int) -> Terms:
    """What holds for a transfer to somebody else at the bank's present time."""
    refusal = _limit_passed(work, customer_id, fen)
    is_kept = fen > DELAYED_ABOVE_FEN and _age(work, customer_id) >= DELAYED_FROM_AGE
    return Terms(refusal, DELAY if is_kept else timedelta())


def check_limits(work: Work, customer_id: str, fen: int) -> timedelta:
    """Hold a transfer to the limits.

    Returns:
        How long it is kept back.

    Raises:
        Refused: It is above one of them.
    """
    terms = terms_of_transfer(work, customer_id, fen)
    if terms.refusal is not None:
        raise Refused(terms.refusal)
    return terms.delay


def _limit_passed(work: Work, customer_id: str, fen: int) -> Refusal | None:
    hour = work.now.astimezone(BANK_ZONE).hour
    if fen > SINGLE_FEN:
        return Refusal.TRANSFER_SINGLE_LIMIT
    if work.is_hour_told and fen > NIGHT_FEN and (hour >= NIGHT_FROM_HOUR or hour < NIGHT_TO_HOUR):
        return Refusal.TRANSFER_NIGHT_LIMIT
    if _sent_today(work, customer_id) + fen > DAILY_FEN:
        return Refusal.TRANSFER_DAILY_LIMIT
    return None


def _sent_today(work: Work, customer_id: str) -> int:
    """What went to others by the assistant on the bank's day, less what was called back; fen."""
    return int(
        work.connection.execute(
            "SELECT coalesce(-sum(amount_fen), 0) FROM entries WHERE customer_id = ?"
            " AND booked_on = ? AND category = 'transfer' AND channel = 'assistant'",
            (customer_id, bank_date(work.now).isoformat()),
        ).fetchone()[0]
    )


def _age(work: Work, customer_id: str) -> int:
    born = date.fromisoformat(
        work.connection.execute(
            "SELECT birth_date FROM customers WHERE customer_id = ?", (customer_id,)
        ).fetchone()[0]
    )
    today = bank_date(work.now)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
