"""Three years of bank transactions for each sample customer, drawn with a fixed seed.

The same seed date gives the same history on every machine. Each account ends, on the day
before the seed date, with exactly the balance the sample bank promises.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from actions.bank.sandbox.calendar import BANK_ZONE, add_months
from actions.bank.sandbox.ledger import CLEARING, OPENING_DESCRIPTION, Description, Leg
from actions.bank.sandbox.seed.balance import Band, settle
from actions.bank.sandbox.seed.credit import credit_history, open_bill
from actions.bank.sandbox.seed.habits import YUAN, Frequent, Habits, Regular
from actions.bank.sandbox.seed.habits_salaried import C1001, C1002, C1003
from actions.bank.sandbox.seed.habits_unsalaried import C1004, C1005, C1006
from actions.bank.sandbox.seed.loans import schedule
from actions.bank.sandbox.seed.movement import Minutes, Movement, between, outside
from actions.bank.sandbox.seed.people import PEOPLE
from actions.bank.sandbox.seed.person import AccountSeed, LoanSeed, Person

YEARS = 3
_RANDOM_SEED = "haiyue"
_PER_MILLE = 1000
_FLOOR_FEN = 5_000
_HABITS: Mapping[str, Habits] = {
    "C1001": C1001,
    "C1002": C1002,
    "C1003": C1003,
    "C1004": C1004,
    "C1005": C1005,
    "C1006": C1006,
}
_SPENT = ("current", "private", "merchant")
"""Kinds of account whose balance moves day by day, besides credit."""


@dataclass(slots=True)
class _Draw:
    """Draws one customer's history.

    Attributes:
        first: First day of the history.
        last: Last day, the day before the seed date.
    """

    person: Person
    seed_date: date
    first: date
    last: date
    rng: random.Random
    minutes: Minutes
    movements: list[Movement] = field(default_factory=list)
    opening: list[Movement] = field(default_factory=list)

    @property
    def main(self) -> AccountSeed:
        return self.person.accounts[0]

    def run(self) -> list[Movement]:
        """Everything, in time order, openings first."""
        self._everyday()
        for loan in self.person.loans:
            self._loan(loan)
        for account in reversed(self.person.accounts):
            # The main account comes last: it pays into and out of all the others.
            if account.kind == "credit":
                self._credit(account)
            elif account.kind == "time_deposit":
                opened = max(account.opened_on, self.first - timedelta(days=1))
                self._open(account.account_id, account.balance_fen, opened)
            elif account.kind in _SPENT:
                self._settle(account)
        return sorted([*self.opening, *self.movements], key=lambda movement: movement.at)

    def _everyday(self) -> None:
        habits = _HABITS[self.person.customer_id]
        day = self.first
        while day <= self.last:
            self.movements.extend(self._of_day(day, habits))
            day += timedelta(days=1)
        self.movements.sort(key=lambda movement: movement.at)

    def _of_day(self, day: date, habits: Habits) -> Iterator[Movement]:
        for rule in habits.regular:
            if day.day == rule.day and day.month in rule.months and rule.since <= day <= rule.until:
                yield self._regular(rule, day)
        for habit in habits.frequent:
            if self.rng.randrange(_PER_MILLE) < habit.per_mille:
                yield self._frequent(habit, day)

    def _regular(self, rule: Regular, day: date) -> Movement:
        fen = _between(self.rng, rule.low_yuan, rule.high_yuan) * YUAN
        at = self.minutes.take(day, rule.hour, rule.hour)
        return Movement(at, outside(rule.account_id, fen), rule.description)

    def _frequent(self, habit: Frequent, day: date) -> Movement:
        fen = _between(self.rng, habit.low_fen, habit.high_fen)
        if habit.whole_yuan:
            # Machines give whole hundreds.
            fen = int(fen / (100 * YUAN)) * 100 * YUAN
        description = Description(
            self.rng.choice(habit.places),
            habit.category,
            self.rng.choice(habit.channels),
            habit.note,
        )
        at = self.minutes.take(day, *habit.hours)
        return Movement(at, outside(habit.account_id, fen), description)

    def _loan(self, loan: LoanSeed) -> None:
        outstanding = loan.principal_fen
        for instalment in schedule(loan):
            if instalment.due_on > self.last:
                break
            if instalment.due_on < self.first:
                outstanding = instalment.outstanding_after_fen
                continue
            legs = (
                Leg(self.main.account_id, -instalment.total_fen),
                Leg(loan.account_id, instalment.principal_fen),
                Leg(CLEARING, instalment.interest_fen),
            )
            at = self.minutes.take(instalment.due_on, 6, 6)
            note = f"{loan.name}月供"
            description = Description("海岳银行", "loan_repayment", "auto_debit", note)
            self.movements.append(Movement(at, legs, description))
        opened = max(loan.drawn_on, self.first - timedelta(days=1))
        self._open(loan.account_id, -outstanding, opened)

    def _credit(self, account: AccountSeed) -> None:
        bill = open_bill(account.balance_fen, self.person.credit_due_day, self.seed_date)
        purchases = self._touching(account.account_id)
        others = [m for m in self.movements if not m.effect_on(account.account_id)]
        history = credit_history(
            account.account_id, self.main.account_id, bill, purchases, self.minutes
        )
        self.movements = [*others, *history]

    def _settle(self, account: AccountSeed) -> None:
        touching = self._touching(account.account_id)
        band = self._outer_band() if account is self.main else self._inner_band(account)
        opening, inserted = settle(account.account_id, touching, account.balance_fen, band)
        self.movements.extend(inserted)
        self._open(account.account_id, opening, self.first - timedelta(days=1))

    def _outer_band(self) -> Band:
        """The main account trades savings with the customer's account at another bank."""
        main = self.main.account_id
        saved = Description(f"{self.person.name}他行账户", "own_transfer", "mobile_bank", "存钱")
        back = Description(f"{self.person.name}他行账户", "own_transfer", "transfer", "转回")
        return Band(
            floor_fen=_FLOOR_FEN,
            high_fen=self.main.balance_fen * 3,
            lot_fen=max(self.main.balance_fen // (1000 * YUAN), 1) * 100 * YUAN,
            move_in=lambda at, fen: Movement(at, outside(main, fen), back),
            move_out=lambda at, fen: Movement(at, outside(main, -fen), saved),
        )

    def _inner_band(self, account: AccountSeed) -> Band:
        """Every other account trades with the main one."""
        main, own = self.main.account_id, account.account_id
        filled = Description(self.person.name, "own_transfer", "mobile_bank", "转入" + account.name)
        emptied = Description(
            self.person.name, "own_transfer", "mobile_bank", "转出" + account.name
        )
        return Band(
            floor_fen=_FLOOR_FEN,
            high_fen=account.balance_fen * 2,
            lot_fen=max(account.balance_fen // (100 * YUAN), 1) * 20 * YUAN,
            move_in=lambda at, fen: Movement(at, between(main, own, fen), filled),
            move_out=lambda at, fen: Movement(at, between(own, main, fen), emptied),
        )

    def _touching(self, account_id: str) -> list[Movement]:
        touching = [m for m in self.movements if m.effect_on(account_id)]
        return sorted(touching, key=lambda movement: movement.at)

    def _open(self, account_id: str, signed_fen: int, day: date) -> None:
        if signed_fen:
            at = datetime.combine(day, time(0), BANK_ZONE)
            self.opening.append(Movement(at, outside(account_id, signed_fen), OPENING_DESCRIPTION))


def history(seed_date: date) -> list[Movement]:
    """Every seeded bank transaction of the bank, in time order, up to the day before."""
    movements: Iterable[Movement] = (
        movement for person in PEOPLE for movement in _history_of(person, seed_date)
    )
    return sorted(movements, key=lambda movement: movement.at)


def _history_of(person: Person, seed_date: date) -> list[Movement]:
    rng = random.Random(f"{_RANDOM_SEED}-{person.customer_id}")  # noqa: S311 - sample data
    first = add_months(seed_date.replace(day=1), -12 * YEARS)
    last = seed_date - timedelta(days=1)
    return _Draw(person, seed_date, first, last, rng, Minutes(rng)).run()


def _between(rng: random.Random, near: int, far: int) -> int:
    low, high = sorted((near, far))
    return rng.randint(low, high)
