"""Reading accounts: balances and bank transactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, Literal

from pydantic import JsonValue

from actions.arguments import read_amount
from actions.bank.history import BankTransaction, TransactionQuery
from actions.bank.port import Account, BankApi
from actions.cards import find_card, fitting_cards
from actions.counterparties import people_named
from actions.registry import Action, ActionContext, slot_names
from assistant.errors import BankRefused
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey
from assistant.model.money import Money, MoneyError
from assistant.ports import ActionResult

OWED_KINDS: Final = frozenset({"loan", "credit"})
"""Kinds of account whose balance is what the customer owes."""

_HOME: Final = "CNY"
_MOST_ITEMS: Final = 10
_LAST_DIGITS: Final = 4
_NO_ACCOUNT: Final = ResponseKey("reason_account_not_found")
_NO_PERIOD: Final = ResponseKey("reason_date_range_invalid")


def total_of(amounts: Iterable[Money]) -> Money:
    """Sum of the amounts in the home currency; others are not converted and not counted."""
    return Money(sum(item.minor_units for item in amounts if item.currency == _HOME), _HOME)


async def _check_balance(bank: BankApi, context: ActionContext) -> ActionResult:
    accounts = await bank.accounts(context.customer())
    last4 = await _wanted_last4(bank, context)
    if last4 is not None:
        accounts = tuple(account for account in accounts if account.last4 == last4)
        if not accounts:
            raise BankRefused(_NO_ACCOUNT)
    held = [account for account in accounts if account.kind not in OWED_KINDS]
    owed = [account for account in accounts if account.kind in OWED_KINDS]
    facts: Facts = {
        "accounts": [_account_facts(account) for account in held],
        "debts": [_account_facts(account) for account in owed],
        "total": _money(total_of(account.balance for account in held)),
        "total_owed": _money(total_of(account.balance for account in owed)),
    }
    return ActionResult(outcome="done", facts=facts)


async def transaction_query(bank: BankApi, context: ActionContext) -> TransactionQuery:
    """What to look for: period, category, direction, amounts, and whom the words name."""
    first, last = read_period(context.text("date_range"))
    category = context.text("category")
    # The bank filters by its own codes; the customer's words for one are searched as text.
    is_code = category is not None and category.isascii()
    exact = _bound(context, "exact_amount")
    return TransactionQuery(
        first_day=first,
        last_day=last,
        category=category if is_code else None,
        text=None if is_code else category,
        counterparty=context.text("counterparty") or await _who(bank, context),
        min_amount=exact or _bound(context, "min_amount"),
        max_amount=exact or _bound(context, "max_amount"),
        direction=_direction(context.text("direction")),
    )


async def _who(bank: BankApi, context: ActionContext) -> str | None:
    """The one counterparty the customer's words name."""
    named = await people_named(bank, context.customer(), context.said, context.relations)
    return named[0] if len(named) == 1 else None


def _bound(context: ActionContext, slot: str) -> Money | None:
    try:
        return read_amount(context.slots.get(slot))
    except MoneyError:
        return None


async def _query_transactions(bank: BankApi, context: ActionContext) -> ActionResult:
    wanted = _how_many(context.text("entries"))
    query = replace(await transaction_query(bank, context), limit=wanted)
    first, last = query.first_day, query.last_day
    page = await bank.transactions(context.customer(), query)
    facts: Facts = {
        "items": [_transaction_facts(item) for item in page.items[:wanted]],
        "count": page.total,
        "sum_in": _money(page.sum_in),
        "sum_out": _money(page.sum_out),
        "from": None if first is None else first.isoformat(),
        "to": None if last is None else last.isoformat(),
    }
    return ActionResult(outcome="done", facts=facts)


def read_period(text: str | None) -> tuple[date | None, date | None]:
    """Read "2026-10-01/2026-10-31", both days included; None on both sides for no text.

    Raises:
        BankRefused: It is not a period, or ends before it begins; the bank was not asked.
    """
    if text is None:
        return None, None
    first, separator, last = text.partition("/")
    try:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last if separator else first)
    except ValueError as error:
        raise BankRefused(_NO_PERIOD) from error
    if ends < begins:
        raise BankRefused(_NO_PERIOD)
    return begins, ends


async def _wanted_last4(bank: BankApi, context: ActionContext) -> str | None:
    text = context.text("account") or context.text("card")
    if text is None or (len(text) == _LAST_DIGITS and text.isdecimal()):
        return text
    card = find_card(text, *await fitting_cards(bank, context))
    if card is None:
        raise BankRefused(_NO_ACCOUNT)
    return card.last4


def _how_many(text: str | None) -> int:
    """How many entries to show: as many as were asked for, never more than fit a reply."""
    if text is None or not text.isdecimal():
        return _MOST_ITEMS
    return min(max(int(text), 1), _MOST_ITEMS)


def _direction(text: str | None) -> Literal["in", "out"] | None:
    match text:
        case "in" | "out":
            return text
        case _:
            return None


def _account_facts(account: Account) -> dict[str, JsonValue]:
    return {
        "name": account.name,
        "last4": account.last4,
        "kind": account.kind,
        "balance": _money(account.balance),
    }


def _transaction_facts(item: BankTransaction) -> dict[str, JsonValue]:
    return {
        "date": item.booked_on.isoformat(),
        "direction": item.direction,
        "amount": _money(item.amount),
        "counterparty": item.counterparty,
        "category": item.category,
        "category_name": item.category_name,
        "last4": item.last4,
        "note": item.note,
    }


def _money(amount: Money) -> dict[str, JsonValue]:
    return dict(amount.as_json())


ACCOUNT_ACTIONS: Final[Sequence[Action]] = (
    Action(
        name=ActionName("check_balance"),
        run=_check_balance,
        optional=slot_names("account", "card"),
    ),
    Action(
        name=ActionName("query_transactions"),
        run=_query_transactions,
        optional=slot_names(
            "date_range",
            "category",
            "counterparty",
            "direction",
            "entries",
            "exact_amount",
            "min_amount",
            "max_amount",
        ),
    ),
)
