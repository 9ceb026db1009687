"""Credit card history: purchases, one bill for each cycle, each bill repaid but the last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from actions.bank.sandbox.calendar import bank_date, next_day_of_month
from actions.bank.sandbox.ledger import Description
from actions.bank.sandbox.seed.movement import Minutes, Movement, between, outside

_DAYS_TO_PAY = 20
"""Days from statement to due date; the sample bank's own rule."""

_MINIMUM_PERCENT = 10
_MINIMUM_FEN = 10_000
"""By the due date a tenth of a bill is paid, at least 100 yuan; the sample bank's own rule."""

_REST = Description("禾木家居", "shopping", "unionpay_pos")


@dataclass(frozen=True, slots=True)
class Bill:
    """The bill that is open on the day of the seed. Fen."""

    amount_fen: int
    statement_on: date
    due_on: date

    @property
    def minimum_fen(self) -> int:
        """Least that must be paid by the due date, up to whole fen."""
        share = -(-self.amount_fen * _MINIMUM_PERCENT // 100)
        return min(self.amount_fen, max(share, _MINIMUM_FEN))


def open_bill(amount_fen: int, due_day: int, seed_date: date) -> Bill:
    """The bill due on or next after the seed date. It was printed before that date."""
    due_on = next_day_of_month(seed_date, due_day)
    statement_on = min(due_on - timedelta(days=_DAYS_TO_PAY), seed_date - timedelta(days=1))
    return Bill(amount_fen, statement_on, due_on)


def credit_history(
    account_id: str,
    repay_account_id: str,
    bill: Bill,
    purchases: Sequence[Movement],
    minutes: Minutes,
) -> list[Movement]:
    """Fit purchases to the open bill and repay every earlier one.

    Args:
        account_id: Credit account; owes nothing when the history starts.
        repay_account_id: Own account that repays.
        bill: Open bill; purchases after its statement are left out, so that the balance
            owed is the bill.
        purchases: In time order.
        minutes: Where free instants come from.
    """
    kept: list[Movement] = []
    owed_by_due: dict[date, int] = {}
    room = bill.amount_fen
    for purchase in purchases:
        due_on = _due_of(bank_date(purchase.at), bill.due_on.day)
        amount = -purchase.effect_on(account_id)
        if due_on < bill.due_on:
            owed_by_due[due_on] = owed_by_due.get(due_on, 0) + amount
        elif due_on == bill.due_on and amount < room:
            room -= amount
        else:
            continue
        kept.append(purchase)
    at = minutes.take(bill.statement_on, 10, 20)
    kept.append(Movement(at, outside(account_id, -room), _REST))
    kept.extend(
        _repayment(account_id, repay_account_id, owed, due_on, minutes)
        for due_on, owed in owed_by_due.items()
    )
    return sorted(kept, key=lambda movement: movement.at)


def _due_of(day: date, due_day: int) -> date:
    """When a purchase of that day is due: its statement is the first on or after the day."""
    return next_day_of_month(day + timedelta(days=_DAYS_TO_PAY), due_day)


def _repayment(
    account_id: str, repay_account_id: str, fen: int, due_on: date, minutes: Minutes
) -> Movement:
    legs = between(repay_account_id, account_id, fen)
    description = Description("海岳银行信用卡", "credit_repayment", "auto_debit", "自动还款")
    return Movement(minutes.take(due_on, 8, 8), legs, description)
