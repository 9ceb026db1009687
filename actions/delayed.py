"""Transfers the bank keeps back for a day: finding the one to call back, and calling it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from actions.bank.port import BankApi, Order
from actions.payments import moved
from actions.receipts import Checks, change, money_facts
from actions.registry import Action, ActionContext, slot_names
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, SlotName
from assistant.model.money import Money
from assistant.ports import ActionResult

_ORDER: Final = SlotName("delayed_transfer")
_KIND: Final = "transfer_money"
_DELAYED: Final = "delayed"


async def delayed_transfers(bank: BankApi, context: ActionContext) -> list[Order]:
    """Transfers that still wait, the latest first."""
    orders = await bank.orders(context.customer())
    waiting = [one for one in orders if one.kind == _KIND and one.status == _DELAYED]
    return sorted(waiting, key=lambda one: one.created_at, reverse=True)


async def _prefill(bank: BankApi, context: ActionContext) -> ActionResult:
    """The latest one: "undo that" is said of what was done last."""
    waiting = await delayed_transfers(bank, context)
    if not waiting:
        return ActionResult(outcome="done", skip=True)
    order = waiting[0]
    amount = order.details.get("amount")
    facts: Facts = {
        "payee_name": _text(order, "to_name"),
        "payee_last4": _text(order, "to_last4"),
        "from_last4": _text(order, "from_last4"),
        "amount": money_facts(amount) if isinstance(amount, Money) else None,
        "releases_at": _text(order, "releases_at"),
    }
    return ActionResult(outcome="done", slots={_ORDER: order.record_id}, facts=facts)


def _text(order: Order, name: str) -> str | None:
    value = order.details.get(name)
    return value if isinstance(value, str) else None


def _body(context: ActionContext) -> dict[str, JsonValue]:
    return {"order": context.required(_ORDER)}


async def _is_cancelled(bank: BankApi, _: ActionContext, result: Mapping[str, JsonValue]) -> bool:
    found = await bank.record(str(result.get("order_id")))
    return found is not None and found.status == result.get("status")


DELAYED_ACTIONS: Final[Sequence[Action]] = (
    change(
        "cancel_transfer",
        slot_names("delayed_transfer"),
        _body,
        moved,
        checks=Checks(verify=_is_cancelled),
    ),
    Action(name=ActionName("prefill_delayed_transfer"), run=_prefill),
)
