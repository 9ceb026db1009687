"""Which bank transaction is meant: by day, amount, who it was with, or its place in the list.

The slot `entry` holds the bank's id of the entry once it is validated, so that what is read back
and what the bank is asked about is one and the same entry. Values the customer gave narrow the
list: `date_range`, `amount`; the names of those the customer had transactions with are looked
for in the words themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from actions.accounts import read_period
from actions.arguments import read_amount
from actions.bank.history import BankTransaction, TransactionQuery
from actions.bank.port import BankApi
from actions.counterparties import people_named
from actions.entry_words import described
from actions.receipts import money_facts
from actions.registry import Action, ActionContext
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.model.message import Button
from assistant.model.money import Money, MoneyError
from assistant.model.numerals import read_chinese
from assistant.ports import ActionResult, ActionSay

ENTRY: Final = SlotName("entry")
_SHOWN: Final = SlotName("entries_named")
"""The words that narrowed the list last shown; a place ("第二笔") is one in that list."""

_ID: Final = re.compile(r"E\d{8}")
_ASK: Final = ResponseKey("utter_ask_entry")
_NOT_FOUND: Final = ResponseKey("utter_entry_not_found")
_LISTED: Final = 5
_LEAST_PURCHASE: Final = Money.parse("500.00", "CNY")
"""A purchase is paid by instalments from here on (document `credit-card-instalment`)."""

_SEARCHED: Final = 100
_LATEST: Final = re.compile(
    r"刚才|刚刚|最近(?:那|一|的那)|最新|上一笔|最后一笔|\b(?:latest|last|most recent)\b"
)
_PLACE: Final = re.compile(r"第\s*(?P<place>\d{1,2}|[一二两三四五六七八九十])\s*[笔条个项]")
_PLACES: Final[Mapping[str, int]] = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_WORD: Final = 2
"""Characters of a word; the names of categories are made of such words."""


async def candidates(bank: BankApi, context: ActionContext) -> list[BankTransaction]:
    """Entries that fit what was given, newest first."""
    first, last = read_period(context.text("date_range"))
    amount = _amount(context)
    page = await bank.transactions(
        context.customer(),
        TransactionQuery(
            first_day=first,
            last_day=last,
            min_amount=amount or (_LEAST_PURCHASE if context.text("entry_account") else None),
            max_amount=amount,
            account_id=context.text("entry_account"),
            direction="out" if context.text("entry_account") else None,
            limit=_SEARCHED,
        ),
    )
    return list(page.items)


async def _prefill_entry(bank: BankApi, context: ActionContext) -> ActionResult:
    """Take the only entry that fits; without any hint nothing is guessed."""
    found = await candidates(bank, context)
    narrowed = await _narrow(bank, context, context.said, found)
    hinted = context.text("date_range") is not None or _amount(context) is not None
    fitting = narrowed if narrowed is not None else (found if hinted else [])
    facts: Facts = {"entries_count": len(found)}
    if len(fitting) == 1:
        return _chosen(fitting[0])
    return ActionResult(outcome="done", facts=facts)


async def _ask_entry(bank: BankApi, context: ActionContext) -> ActionResult:
    found = await candidates(bank, context)
    if not found:  # what was given fits nothing: begin with the latest ones
        found = await _without_hints(bank, context)
        return ActionResult(outcome="done", says=(_list(_NOT_FOUND, found),))
    narrowed, _ = await _described(bank, context, context.said)
    slots: dict[str, JsonValue] = {_SHOWN: context.said if narrowed else None}
    return ActionResult(outcome="done", slots=slots, says=(_list(_ASK, narrowed or found),))


async def _described(
    bank: BankApi, context: ActionContext, text: str
) -> tuple[Sequence[BankTransaction], bool]:
    """Entries the words mean, and whether the hints given before had to be left aside."""
    fitting = await _narrow(bank, context, text, await candidates(bank, context))
    if fitting:
        return fitting, False
    return await _narrow(bank, context, text, await _without_hints(bank, context)) or [], True


async def _without_hints(bank: BankApi, context: ActionContext) -> list[BankTransaction]:
    bare = {name: value for name, value in context.slots.items() if name not in _HINTS}
    return await candidates(bank, _with_slots(context, bare))


async def _validate_entry(bank: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(ENTRY)
    if text is None:
        return ActionResult(outcome="done")
    forgets_hints = False
    if _ID.fullmatch(text):
        page = await bank.transactions(context.customer(), TransactionQuery(entry_id=text, limit=1))
        fitting: Sequence[BankTransaction] = [
            one for one in page.items if _may_be_chosen(one, context)
        ]
    else:
        fitting, forgets_hints = await _described(bank, context, text)
    if len(fitting) == 1:
        return _chosen(fitting[0])
    slots: dict[str, JsonValue] = {ENTRY: None}
    if fitting:  # the question that follows shows them
        slots |= dict.fromkeys(_HINTS) if forgets_hints else {}
        return ActionResult(outcome="done", slots=slots)
    return ActionResult(outcome="done", slots=slots, says=(_list(_NOT_FOUND, ()),))


async def _narrow(
    bank: BankApi, context: ActionContext, text: str, found: Sequence[BankTransaction]
) -> Sequence[BankTransaction] | None:
    """Those of the entries the words mean; None when the words name none."""
    named = await _named(bank, context, text, found)
    place = _place(text) or (1 if _LATEST.search(text) else None)
    if place is None:
        return named
    if named is None:  # "第二笔" counts what was shown, which earlier words may have narrowed
        named = await _named(bank, context, context.text(_SHOWN) or "", found) or found
    return named[place - 1 : place]


async def _named(
    bank: BankApi, context: ActionContext, text: str, found: Sequence[BankTransaction]
) -> Sequence[BankTransaction] | None:
    """Those of the entries the words name by day, amount, name or kind; None without such."""
    fitting = described(text, context.today, found)
    found = found if fitting is None else fitting
    people = await people_named(bank, context.customer(), text, context.relations)
    of_people = [one for one in found if one.counterparty in people]
    if of_people:
        return of_people
    of_kind = [
        one
        for one in found
        if context.text("new_category") is None
        and _shares_word(text, one.category_name, step=_WORD)
    ]
    # Nobody says all of a name: "地铁那笔" is the one with 城市地铁.
    return of_kind or [one for one in found if _shares_word(text, one.counterparty)] or fitting


def _shares_word(text: str, name: str, step: int = 1) -> bool:
    """Whether two characters that stand together in the name do so in the text too."""
    return any(name[at : at + _WORD] in text for at in range(0, len(name) - 1, step))


def _may_be_chosen(entry: BankTransaction, context: ActionContext) -> bool:
    """Where instalments are wanted: a purchase with that card that is large enough."""
    wanted = context.text("entry_account")
    return wanted is None or (
        entry.account_id == wanted
        and entry.direction == "out"
        and entry.amount.minor_units >= _LEAST_PURCHASE.minor_units
    )


def _place(text: str) -> int | None:
    match = _PLACE.search(text)
    if match is not None:
        place = match["place"]
        read = int(place) if place.isdecimal() else read_chinese(place)
        return int(read) if read else None
    words = re.findall(r"[a-z]+", text.lower())
    return next((_PLACES[word] for word in words if word in _PLACES), None)


def _amount(context: ActionContext) -> Money | None:
    try:
        return read_amount(context.slots.get("amount") or context.slots.get("instalment_amount"))
    except MoneyError:
        return None


_HINTS: Final = ("date_range", "amount")


def _with_slots(context: ActionContext, slots: Mapping[str, JsonValue]) -> ActionContext:
    return ActionContext(
        customer_id=context.customer_id,
        slots=slots,
        today=context.today,
        locale=context.locale,
        relations=context.relations,
    )


def _chosen(entry: BankTransaction) -> ActionResult:
    slots: dict[str, JsonValue] = {ENTRY: entry.entry_id, _SHOWN: None}
    return ActionResult(outcome="done", slots=slots, facts=entry_facts(entry))


def entry_facts(entry: BankTransaction) -> Facts:
    """What a read-back says about an entry."""
    return {
        "entry_date": entry.booked_on.isoformat(),
        "entry_amount": money_facts(entry.amount),
        "entry_counterparty": entry.counterparty,
        "entry_category": entry.category_name,
        "entry_note": entry.note,
        "entry_last4": entry.last4,
        "entry_direction": entry.direction,
    }


def _list(key: ResponseKey, found: Sequence[BankTransaction]) -> ActionSay:
    shown = found[:_LISTED]
    buttons = tuple(
        Button(
            title=f"{one.booked_on:%m-%d} {one.counterparty} {one.amount.plain()}",
            payload=f"/SetSlots(entry={one.entry_id})",
        )
        for one in shown
    )
    facts: Facts = {"entries": [entry_facts(one) for one in shown]}
    return ActionSay(response_key=key, facts=facts, buttons=buttons)


ENTRY_ACTIONS: Final[Sequence[Action]] = (
    Action(name=ActionName("prefill_entry"), run=_prefill_entry),
    Action(name=ActionName("action_ask_entry"), run=_ask_entry),
    Action(name=ActionName("validate_entry"), run=_validate_entry),
)
