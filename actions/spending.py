"""What came in and went out: totals by category, by counterparty and by month, and the trend.

Movements between the customer's own accounts, and repayments of the own credit card, are no
spending: they are left out of every total.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from pydantic import JsonValue

from actions.accounts import read_period, transaction_query
from actions.bank.history import BankTransaction, TransactionQuery
from actions.bank.port import BankApi
from actions.receipts import money_facts
from actions.registry import Action, ActionContext, slot_names
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName
from assistant.model.money import Money
from assistant.ports import ActionResult

_HOME: Final = "CNY"
_OWN: Final = frozenset({"own_transfer", "credit_repayment", "opening"})
_PAGE: Final = 500
_SHOWN: Final = 5
_PERCENT: Final = 100


async def _analyze(bank: BankApi, context: ActionContext) -> ActionResult:
    first, last = read_period(context.text("date_range"))
    if first is None or last is None:
        first, last = context.today.replace(day=1), context.today
    query = replace(
        await transaction_query(bank, context),
        first_day=first,
        last_day=last,
        direction=None,
        limit=_PAGE,
    )
    items = await _all(bank, context, query)
    before_first, before_last = _before(first, last)
    earlier = await _all(
        bank, context, replace(query, first_day=before_first, last_day=before_last)
    )
    spent, earned = _sum(items, "out"), _sum(items, "in")
    spent_before = _sum(earlier, "out")
    facts: Facts = {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "count": len(items),
        "spent": money_facts(spent),
        "earned": money_facts(earned),
        "saved": money_facts(Money(abs(earned.minor_units - spent.minor_units), _HOME)),
        "is_saved": earned.minor_units >= spent.minor_units,
        "by_category": _groups(items, lambda one: one.category_name, spent),
        "by_counterparty": _groups(items, lambda one: one.counterparty, spent),
        "by_month": _months(items),
        "before_from": before_first.isoformat(),
        "before_to": before_last.isoformat(),
        "spent_before": money_facts(spent_before),
        "has_before": spent_before.minor_units > 0,
        "is_more": spent.minor_units >= spent_before.minor_units,
        "difference": money_facts(Money(abs(spent.minor_units - spent_before.minor_units), _HOME)),
        "category_asked": query.category or query.text,
        "counterparty_asked": query.counterparty,
    }
    return ActionResult(outcome="done", facts=facts)


async def _all(
    bank: BankApi, context: ActionContext, query: TransactionQuery
) -> list[BankTransaction]:
    """Everything that matches, page by page, without movements between own accounts."""
    found: list[BankTransaction] = []
    while True:
        page = await bank.transactions(context.customer(), replace(query, offset=len(found)))
        found.extend(page.items)
        if not page.items or len(found) >= page.total:
            break
    return [one for one in found if one.category not in _OWN]


def _before(first: date, last: date) -> tuple[date, date]:
    """The period before: the same part of the month before, else as many days."""
    if first.day == 1 and (first.year, first.month) == (last.year, last.month):
        end = first - timedelta(days=1)
        is_whole = (last + timedelta(days=1)).day == 1
        return end.replace(day=1), end if is_whole else end.replace(day=min(last.day, end.day))
    return first - timedelta(days=(last - first).days + 1), first - timedelta(days=1)


def _sum(items: Sequence[BankTransaction], direction: str) -> Money:
    return Money(sum(one.amount.minor_units for one in items if one.direction == direction), _HOME)


def _groups(
    items: Sequence[BankTransaction], name: Callable[[BankTransaction], str], whole: Money
) -> list[JsonValue]:
    """The largest groups of what was spent, with their share in percent."""
    sums: dict[str, int] = {}
    for one in items:
        if one.direction == "out":
            sums[name(one)] = sums.get(name(one), 0) + one.amount.minor_units
    largest = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:_SHOWN]
    return [
        {"label": label, "amount": money_facts(Money(fen, _HOME)), "share": _share(fen, whole)}
        for label, fen in largest
    ]


def _share(fen: int, whole: Money) -> str:
    if whole.minor_units == 0:
        return "0%"
    share = Decimal(fen) * _PERCENT / whole.minor_units
    return f"{share.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def _months(items: Sequence[BankTransaction]) -> list[JsonValue]:
    """What was spent and earned in each month, the earliest first; nothing for a single month."""
    months = sorted({f"{one.booked_on:%Y-%m}" for one in items})
    if len(months) <= 1:
        return []
    return [
        {
            "month": month,
            "spent": money_facts(
                _sum([o for o in items if f"{o.booked_on:%Y-%m}" == month], "out")
            ),
            "earned": money_facts(
                _sum([o for o in items if f"{o.booked_on:%Y-%m}" == month], "in")
            ),
        }
        for month in months
    ]


SPENDING_ACTIONS: Final[Sequence[Action]] = (
    Action(
        name=ActionName("analyze_spending"),
        run=_analyze,
        optional=slot_names("date_range", "category", "counterparty"),
    ),
)
