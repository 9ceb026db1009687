"""Equal monthly instalments: the schedule of a seeded loan.

The instalment is the annuity principal * i / (1 - (1 + i)**-n) with i a twelfth of the yearly
rate, cut to whole fen half up; the last instalment takes what is left. Interest of a month
is a twelfth of the yearly rate on what is outstanding, the usual rule for such loans.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from actions.bank.sandbox.calendar import add_months
from actions.bank.sandbox.seed.person import LoanSeed

_BP_MONTHS = 120_000
"""Basis points of a whole times the months of a year."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment of the schedule, fen."""

    due_on: date
    interest_fen: int
    principal_fen: int
    outstanding_after_fen: int

    @property
    def total_fen(self) -> int:
        """What the customer pays."""
        return self.interest_fen + self.principal_fen


def schedule(loan: LoanSeed) -> Iterator[Instalment]:
    """Every instalment of a loan, first to last."""
    payment = _annuity(loan)
    outstanding = loan.principal_fen
    first = loan.drawn_on.replace(day=loan.due_day)
    for number in range(1, loan.months + 1):
        interest = _round(Decimal(outstanding * loan.rate_bp) / _BP_MONTHS)
        principal = outstanding if number == loan.months else payment - interest
        outstanding -= principal
        yield Instalment(add_months(first, number), interest, principal, outstanding)


def _annuity(loan: LoanSeed) -> int:
    rate = Decimal(loan.rate_bp) / _BP_MONTHS
    return _round(loan.principal_fen * rate / (1 - (1 + rate) ** -loan.months))


def _round(fen: Decimal) -> int:
    return int(fen.quantize(Decimal(1), ROUND_HALF_UP))
