"""What is done with a card: lock, loss report, activation, limit, a new card, a new PIN.

Each change knows beforehand, from the card's state, what the bank would refuse, so that the
customer hears it with the way out before being asked for a yes; and each reads back what it did.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from actions.arguments import read_amount
from actions.bank.port import BankApi, Card
from actions.receipts import Checks, Verify, change
from actions.registry import Action, ActionContext, Obstacle, slot_names
from assistant.errors import BankRefused
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.model.money import Money, MoneyError
from assistant.ports import ActionResult, ActionSay

_CARD: Final = SlotName("card")
_LIMIT: Final = SlotName("card_limit")
_REASON: Final = SlotName("replace_reason")
_NO_CARD: Final = ResponseKey("reason_card_not_found")

_REFUSED_IN: Final[Mapping[str, Mapping[str, str]]] = {
    "lock_card": {
        "locked": "card_already_locked",
        "inactive": "card_inactive",
        "lost": "card_lost",
    },
    "unlock_card": {
        "active": "card_not_locked",
        "inactive": "card_inactive",
        "lost": "card_lost",
    },
    "report_card_loss": {"lost": "card_already_lost"},
    "cancel_loss_report": {
        "active": "card_not_lost",
        "locked": "card_not_lost",
        "inactive": "card_not_lost",
    },
    "replace_card": {"locked": "card_locked_replace", "inactive": "card_inactive"},
    "activate_card": {
        "active": "card_already_active",
        "locked": "card_locked",
        "lost": "card_lost",
    },
    "reset_card_pin": {"inactive": "card_inactive", "lost": "card_lost"},
    "set_card_limit": {"lost": "card_lost"},
}
"""Action and state of the card to the bank's code for why it says no."""


async def _the_card(bank: BankApi, context: ActionContext) -> Card | None:
    cards = await bank.cards(context.customer())
    wanted = context.text(_CARD)
    return next((card for card in cards if card.last4 == wanted), None)


def _obstacle(action: str) -> Obstacle:
    refused_in = _REFUSED_IN[action]

    async def obstacle(bank: BankApi, context: ActionContext) -> ResponseKey | None:
        card = await _the_card(bank, context)
        if card is None:
            return _NO_CARD
        code = refused_in.get(card.status)
        return ResponseKey(f"reason_{code}") if code else None

    return obstacle


def _card_body(context: ActionContext) -> dict[str, JsonValue]:
    card = context.required(_CARD)
    if not re.fullmatch(r"\d{4}", card, re.ASCII):
        raise BankRefused(_NO_CARD)
    return {"card": card}


def _limit_body(context: ActionContext) -> dict[str, JsonValue]:
    try:
        limit = read_amount(context.slots.get(_LIMIT))
    except MoneyError as error:
        raise BankRefused(ResponseKey("reason_amount_invalid")) from error
    return {**_card_body(context), "limit": limit.plain()}


def _replace_body(context: ActionContext) -> dict[str, JsonValue]:
    return {**_card_body(context), "reason": context.required(_REASON)}


def _card_result(result: Mapping[str, JsonValue]) -> Facts:
    return {"card": result.get("card"), "card_status": result.get("status")}


def _limit_result(result: Mapping[str, JsonValue]) -> Facts:
    return {"card": result.get("card"), "limit": result.get("limit")}


def _order_result(result: Mapping[str, JsonValue]) -> Facts:
    """Everything the bank says about the order, but which kind of task it was."""
    return {name: value for name, value in result.items() if name != "kind"}


async def _is_status(
    bank: BankApi, context: ActionContext, result: Mapping[str, JsonValue]
) -> bool:
    card = await _the_card(bank, context)
    return card is not None and card.status == result.get("status")


async def _is_limit(bank: BankApi, context: ActionContext, result: Mapping[str, JsonValue]) -> bool:
    card = await _the_card(bank, context)
    return card is not None and dict(card.limit.as_json()) == result.get("limit")


async def order_is_there(
    bank: BankApi, context: ActionContext, result: Mapping[str, JsonValue]
) -> bool:
    """Whether the order the bank says it took is among the customer's orders, in that state."""
    orders = await bank.orders(context.customer())
    wanted = (result.get("order_id"), result.get("status"))
    return any((order.record_id, order.status) == wanted for order in orders)


async def _raises_limit(bank: BankApi, context: ActionContext) -> Facts:
    """Whether the new limit is above the present one: only then is a code needed."""
    card = await _the_card(bank, context)
    if card is None:
        raise BankRefused(_NO_CARD)
    try:
        wanted = read_amount(context.slots.get(_LIMIT))
    except MoneyError as error:
        raise BankRefused(ResponseKey("reason_amount_invalid")) from error
    return {"limit_is_raised": wanted.minor_units > card.limit.minor_units}


async def _validate_limit(bank: BankApi, context: ActionContext) -> ActionResult:
    """A limit the card can have, and is not the one it has."""
    if context.slots.get(_LIMIT) is None:
        return ActionResult(outcome="done")
    card = await _the_card(bank, context)
    try:
        wanted = read_amount(context.slots.get(_LIMIT))
    except MoneyError:
        return _unfit("utter_card_limit_invalid", card)
    if card is not None and card.highest_limit is not None and wanted.currency == "CNY":
        if wanted.minor_units > card.highest_limit.minor_units:
            return _unfit("utter_card_limit_too_high", card)
        if wanted.minor_units == card.limit.minor_units:
            return _unfit("utter_card_limit_unchanged", card)
    return ActionResult(outcome="done", slots={_LIMIT: wanted.plain()})


def _unfit(key: str, card: Card | None) -> ActionResult:
    facts: Facts = {}
    if card is not None:
        facts = {"limit": _money(card.limit), "highest_limit": _money(card.highest_limit)}
    say = ActionSay(response_key=ResponseKey(key), facts=facts)
    return ActionResult(outcome="done", slots={_LIMIT: None}, says=(say,))


async def _before_limit(bank: BankApi, context: ActionContext) -> ActionResult:
    """What the read-back tells besides the new limit: the present one."""
    card = await _the_card(bank, context)
    if card is None:
        raise BankRefused(_NO_CARD)
    raised = await _raises_limit(bank, context)
    return ActionResult(outcome="done", facts={**raised, "limit_before": _money(card.limit)})


async def _before_replacement(bank: BankApi, context: ActionContext) -> ActionResult:
    """What the read-back tells besides the card: where the new one goes, and what it costs."""
    customer_id = context.customer()
    fee = await bank.replacement_fee(
        customer_id, context.required(_CARD), context.required(_REASON)
    )
    profile = await bank.profile(customer_id)
    facts: Facts = {
        "fee": _money(fee),
        "is_free": fee.minor_units == 0,
        "address": profile.address,
    }
    return ActionResult(outcome="done", facts=facts)


def _money(amount: Money | None) -> dict[str, JsonValue] | None:
    return None if amount is None else dict(amount.as_json())


def _of_card(name: str, verify: Verify = _is_status) -> Action:
    """A change that needs to know nothing but the card."""
    to_facts = _card_result if verify is _is_status else _order_result
    return change(
        name,
        slot_names("card"),
        _card_body,
        to_facts,
        checks=Checks(obstacle=_obstacle(name), verify=verify),
    )


CARD_CHANGES: Final = (
    _of_card("lock_card"),
    _of_card("unlock_card"),
    _of_card("report_card_loss"),
    _of_card("cancel_loss_report"),
    _of_card("activate_card"),
    _of_card("reset_card_pin", order_is_there),
    change(
        "replace_card",
        slot_names("card", "replace_reason"),
        _replace_body,
        _order_result,
        checks=Checks(obstacle=_obstacle("replace_card"), verify=order_is_there),
    ),
    change(
        "set_card_limit",
        slot_names("card", "card_limit"),
        _limit_body,
        _limit_result,
        checks=Checks(
            circumstances=_raises_limit, obstacle=_obstacle("set_card_limit"), verify=_is_limit
        ),
    ),
    Action(name=ActionName("validate_card_limit"), run=_validate_limit),
    Action(name=ActionName("prefill_confirm_set_card_limit"), run=_before_limit),
    Action(name=ActionName("prefill_confirm_replace_card"), run=_before_replacement),
)
