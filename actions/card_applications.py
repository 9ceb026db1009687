"""Applying for a credit card: one of five cards, its face, its pack of benefits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from actions.bank.port import BankApi
from actions.receipts import Checks, change, record_facts, record_is_there
from actions.registry import Action, ActionContext, slot_names
from assistant.model.assurance import Assurance
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.ports import ActionResult, ActionSay

CARD_PRODUCTS: Final = ("qingya", "shenghuo", "yuexing", "chezhu", "zhenxiang")
_PRODUCT: Final = SlotName("card_product")


async def _validate_product(bank: BankApi, context: ActionContext) -> ActionResult:
    """A card the customer cannot have is told at once, with the others to choose from."""
    product = context.text(_PRODUCT)
    if product is None:
        return ActionResult(outcome="done")
    obstacle = await bank.card_obstacle(context.customer(), product)
    if obstacle is None:
        return ActionResult(outcome="done", facts={"can_apply": True})
    others = [await bank.card_obstacle(context.customer(), other) for other in CARD_PRODUCTS]
    if None not in others:
        return ActionResult(outcome="done", facts={"can_apply": False})
    say = ActionSay(response_key=ResponseKey(f"utter_{obstacle}_choose"))
    return ActionResult(outcome="done", slots={_PRODUCT: None}, says=(say,))


async def _obstacle(bank: BankApi, context: ActionContext) -> ResponseKey | None:
    code = await bank.card_obstacle(context.customer(), context.required(_PRODUCT))
    return ResponseKey(f"reason_{code}") if code else None


def _body(context: ActionContext) -> dict[str, JsonValue]:
    return {name: context.required(name) for name in ("card_product", "card_face", "card_benefits")}


APPLICATION_ACTIONS: Final[Sequence[Action]] = (
    change(
        "apply_credit_card",
        slot_names("card_product", "card_face", "card_benefits"),
        _body,
        record_facts,
        checks=Checks(obstacle=_obstacle, verify=record_is_there),
    ),
    Action(
        name=ActionName("validate_card_product"),
        run=_validate_product,
        level=Assurance.REAL_NAME,
    ),
)
