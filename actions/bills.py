"""Household bills: which company, which account there, how much."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from actions.arguments import read_amount
from actions.bank.port import BankApi
from actions.bank.services import HouseholdBill
from actions.receipts import Checks, change, money_facts
from actions.registry import Action, ActionContext, slot_names
from assistant.errors import BankRefused
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.model.message import Button
from assistant.model.money import Money, MoneyError
from assistant.ports import ActionResult, ActionSay

_KIND: Final = SlotName("bill_kind")
_NUMBER: Final = SlotName("bill_account")
_AMOUNT: Final = SlotName("bill_amount")
_PHONE: Final = "phone"
_NUMBER_OF: Final = re.compile(r"\d{8,13}", re.ASCII)
_OWN: Final = re.compile(r"我的|本人|自己|这个号|本机|\bmy\b|\bmine\b|\bthis (?:number|phone)\b")
_MASKED: Final = 4


async def _ask_kind(bank: BankApi, context: ActionContext) -> ActionResult:
    bills = await bank.household_bills(context.customer())
    buttons = tuple(
        Button(title=bill.company, payload=f"/SetSlots(bill_kind={bill.kind})") for bill in bills
    )
    facts: Facts = {"bills": [_bill_facts(bill) for bill in bills]}
    say = ActionSay(response_key=ResponseKey("utter_ask_bill_kind"), facts=facts, buttons=buttons)
    return ActionResult(outcome="done", says=(say,))


async def _prefill_number(bank: BankApi, context: ActionContext) -> ActionResult:
    """The customer's own account at the company; for a top-up the reserved number."""
    kind = context.text(_KIND)
    own = [one for one in await bank.household_bills(context.customer()) if one.kind == kind]
    if len(own) == 1:
        return _chosen(own[0])
    if kind == _PHONE and _OWN.search(context.said):
        return await _own_phone(bank, context)
    return ActionResult(outcome="done")


async def _validate_number(bank: BankApi, context: ActionContext) -> ActionResult:
    said, kind = context.text(_NUMBER), context.text(_KIND)
    if said is None or kind is None:
        return ActionResult(outcome="done")
    if kind == _PHONE and _OWN.search(said):
        return await _own_phone(bank, context)
    number = _NUMBER_OF.search(re.sub(r"[\s-]", "", said))
    own = await bank.household_bills(context.customer())
    mine = [one for one in own if number and (one.kind, one.number) == (kind, number[0])]
    bill = mine[0] if mine else None
    if bill is None and number is not None:
        bill = await bank.household_bill(kind, number[0])
    if bill is None:
        key = "utter_phone_invalid" if kind == _PHONE else "utter_bill_account_unknown"
        say = ActionSay(response_key=ResponseKey(key))
        return ActionResult(outcome="done", slots={_NUMBER: None}, says=(say,))
    return _chosen(bill)


async def _own_phone(bank: BankApi, context: ActionContext) -> ActionResult:
    phone = (await bank.profile(context.customer())).phone
    bill = await bank.household_bill(_PHONE, phone)
    return ActionResult(outcome="done") if bill is None else _chosen(bill)


async def _prefill_amount(bank: BankApi, context: ActionContext) -> ActionResult:
    """What is due, when something is."""
    kind, number = context.text(_KIND), context.text(_NUMBER)
    if kind is None or number is None:
        return ActionResult(outcome="done")
    bill = await bank.household_bill(kind, number)
    if bill is None or bill.due.minor_units == 0:
        return ActionResult(outcome="done", facts={"due": None})
    return ActionResult(
        outcome="done",
        slots={_AMOUNT: bill.due.plain()},
        facts={"due": money_facts(bill.due)},
    )


async def _validate_amount(_: BankApi, context: ActionContext) -> ActionResult:
    if context.slots.get(_AMOUNT) is None:
        return ActionResult(outcome="done")
    try:
        amount = read_amount(context.slots.get(_AMOUNT))
    except MoneyError:
        say = ActionSay(response_key=ResponseKey("utter_amount_invalid"))
        return ActionResult(outcome="done", slots={_AMOUNT: None}, says=(say,))
    return ActionResult(outcome="done", slots={_AMOUNT: amount.plain()})


async def _circumstances(bank: BankApi, context: ActionContext) -> Facts:
    """How much, and whether the account at the company is somebody else's."""
    customer_id, number = context.customer(), context.text(_NUMBER)
    own = {one.number for one in await bank.household_bills(customer_id)}
    own.add((await bank.profile(customer_id)).phone)
    return {
        "amount": _amount(context).plain(),
        "payee_is_new": number not in own,
        "payee_is_own": False,
    }


async def _is_paid(bank: BankApi, context: ActionContext, result: Mapping[str, JsonValue]) -> bool:
    """Whether the paying account shows the balance the bank told of."""
    accounts = await bank.accounts(context.customer())
    paid = [one for one in accounts if one.account_id == result.get("from_account")]
    return bool(paid) and money_facts(paid[0].balance) == result.get("balance_after")


def _amount(context: ActionContext) -> Money:
    try:
        return read_amount(context.slots.get(_AMOUNT))
    except MoneyError as error:
        raise BankRefused(ResponseKey("reason_amount_invalid")) from error


def _body(context: ActionContext) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {
        "bill_kind": context.required(_KIND),
        "bill_account": context.required(_NUMBER),
        "amount": _amount(context).plain(),
    }
    source = context.text("from_account")
    return body if source is None else {**body, "from_account": source}


def _result(result: Mapping[str, JsonValue]) -> Facts:
    number = str(result.get("bill_account", ""))
    return {
        "company": result.get("company"),
        "bill_tail": number[-_MASKED:],
        "amount": result.get("amount"),
        "from_last4": result.get("from_last4"),
        "balance_after": result.get("balance_after"),
    }


def _chosen(bill: HouseholdBill) -> ActionResult:
    return ActionResult(outcome="done", slots={_NUMBER: bill.number}, facts=_bill_facts(bill))


def _bill_facts(bill: HouseholdBill) -> dict[str, JsonValue]:
    return {
        "bill_code": bill.kind,
        "company": bill.company,
        "bill_number": bill.number,
        "bill_tail": bill.number[-_MASKED:],
        "holder": bill.holder,
        "due": money_facts(bill.due),
        "is_due": bill.due.minor_units > 0,
    }


BILL_ACTIONS: Final[Sequence[Action]] = (
    change(
        "pay_bill",
        slot_names("bill_kind", "bill_account", "bill_amount"),
        _body,
        _result,
        optional=slot_names("from_account"),
        checks=Checks(circumstances=_circumstances, verify=_is_paid),
    ),
    Action(name=ActionName("action_ask_bill_kind"), run=_ask_kind),
    Action(name=ActionName("prefill_bill_account"), run=_prefill_number),
    Action(name=ActionName("validate_bill_account"), run=_validate_number),
    Action(name=ActionName("prefill_bill_amount"), run=_prefill_amount),
    Action(name=ActionName("validate_bill_amount"), run=_validate_amount),
)
