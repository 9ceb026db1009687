"""Payments: whom the money goes to, how much, and sending it.

Only payees the bank already has, and the customer's own accounts, can be paid; an unknown payee
is told so. The slot `payee` holds the bank's id of the payee once it is validated, so what the
customer confirms and what is sent is one and the same receiver.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from actions.arguments import read_amount
from actions.bank.port import Account, BankApi
from actions.bank.services import TransferTerms
from actions.receipts import Checks, change
from actions.registry import Action, ActionContext, slot_names
from assistant.errors import BankRefused
from assistant.model.assurance import Assurance
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.model.message import Button
from assistant.model.money import Money, MoneyError
from assistant.ports import ActionResult, ActionSay

_PAYEE: Final = SlotName("payee")
_AMOUNT: Final = SlotName("amount")
_SOURCE: Final = SlotName("from_account")
_ASK: Final = ResponseKey("utter_ask_payee")
_UNKNOWN: Final = ResponseKey("utter_payee_unknown")
_AMBIGUOUS: Final = ResponseKey("utter_payee_ambiguous")
_ASK_SOURCE: Final = ResponseKey("utter_ask_from_account")
_SOURCE_UNKNOWN: Final = ResponseKey("utter_from_account_unknown")
_SOURCE_IS_PAYEE: Final = ResponseKey("utter_from_account_is_payee")
_CLASS_WORDS: Final = {"一": "I", "二": "II"}
_SALARY: Final = "工资卡"
_OWN: Final = "自己的账户"
"""The relation of the lexicon under which customers call their own accounts."""

_INVALID_AMOUNT: Final = ResponseKey("utter_amount_invalid")
_RECEIVING_KINDS: Final = frozenset({"current", "private", "merchant"})
_LAST_DIGITS: Final = 4
_HOME: Final = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Somebody money can be sent to.

    Attributes:
        id: The bank's id of the payee, or of the customer's own account.
        note: What the customer calls the payee ("妈妈"); "" for none.
        is_new: Nothing was sent there before; own accounts are never new.
    """

    id: str
    name: str
    note: str
    last4: str
    bank: str
    is_own: bool
    is_new: bool

    def facts(self) -> dict[str, JsonValue]:
        """What responses may say about the receiver."""
        return {
            "name": self.name,
            "note": self.note,
            "last4": self.last4,
            "bank": self.bank,
            "is_own": self.is_own,
        }


async def receivers_of(bank: BankApi, context: ActionContext) -> list[Receiver]:
    """The customer's payees, then the own accounts other than the one that pays."""
    customer_id = context.customer()
    payees = await bank.payees(customer_id)
    accounts = await bank.accounts(customer_id)
    source = context.text("from_account")
    others = [
        Receiver(
            id=payee.payee_id,
            name=payee.name,
            note=payee.note,
            last4=payee.last4,
            bank=payee.bank,
            is_own=False,
            is_new=not payee.used_before,
        )
        for payee in payees
    ]
    own = [
        Receiver(
            id=account.account_id,
            name=account.name,
            note="",
            last4=account.last4,
            bank="",
            is_own=True,
            is_new=False,
        )
        for account in accounts
        if account.kind in _RECEIVING_KINDS
        # Without a chosen account the bank pays from the class I account.
        and not (account.account_class == "I" if source is None else account.last4 == source)
        and account.account_id != source
    ]
    return [*others, *own]


def find_receivers(
    text: str, receivers: Sequence[Receiver], relations: Mapping[str, tuple[str, ...]]
) -> list[Receiver]:
    """Everybody the words may mean; the first way of reading them that finds somebody counts.

    Args:
        text: An id, a name, a relation, the last four digits, or part of a name.
        receivers: Everybody the customer can pay.
        relations: Relation to the words for it.
    """
    wanted = text.strip().lower()
    digits = re.sub(r"\D", "", wanted)
    called = _relations_in(wanted, relations)
    readings = (
        [one for one in receivers if one.id.lower() == wanted],
        [one for one in receivers if one.name.lower() == wanted],
        [one for one in receivers if one.note and one.note.lower() in {wanted, *called}],
        [one for one in receivers if len(digits) == _LAST_DIGITS and one.last4 == digits],
        [one for one in receivers if one.is_own and _OWN in called],
        [one for one in receivers if one.name and one.name.lower() in wanted],
        [one for one in receivers if wanted and wanted in one.name.lower()],
    )
    return next((found for found in readings if found), [])


async def _ask_payee(bank: BankApi, context: ActionContext) -> ActionResult:
    return ActionResult(outcome="done", says=(_list(_ASK, await receivers_of(bank, context)),))


async def _validate_payee(bank: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(_PAYEE)
    if text is None:
        return ActionResult(outcome="done")
    receivers = await receivers_of(bank, context)
    found = find_receivers(text, receivers, context.relations)
    if len(found) != 1:
        say = _list(_AMBIGUOUS, found) if found else _list(_UNKNOWN, receivers)
        return ActionResult(outcome="done", slots={_PAYEE: None}, says=(say,))
    receiver = found[0]
    facts: Facts = {
        "payee_name": receiver.name,
        "payee_note": receiver.note,
        "payee_last4": receiver.last4,
        "payee_bank": receiver.bank,
        "payee_is_own": receiver.is_own,
        "payee_is_new": receiver.is_new,
    }
    return ActionResult(outcome="done", slots={_PAYEE: receiver.id}, facts=facts)


async def _paying_accounts(bank: BankApi, context: ActionContext) -> list[Account]:
    accounts = await bank.accounts(context.customer())
    return [account for account in accounts if account.kind in _RECEIVING_KINDS]


async def _prefill_source(bank: BankApi, context: ActionContext) -> ActionResult:
    """Without a wish of the customer the class I account pays; the read-back says so."""
    accounts = await _paying_accounts(bank, context)
    usual = [account for account in accounts if account.account_class == "I"]
    if context.text(_SOURCE) is not None or not usual:
        return ActionResult(outcome="done")
    return _source(usual[0])


async def _ask_source(bank: BankApi, context: ActionContext) -> ActionResult:
    say = _list_sources(_ASK_SOURCE, await _paying_accounts(bank, context))
    return ActionResult(outcome="done", says=(say,))


async def _validate_source(bank: BankApi, context: ActionContext) -> ActionResult:
    """The account that is to pay must be the customer's own, and not the one that is paid."""
    text = context.text(_SOURCE)
    if text is None:
        return ActionResult(outcome="done")
    accounts = await _paying_accounts(bank, context)
    found = [one for one in accounts if one.last4 == text or _is_called(one, text)]
    if len(found) != 1:
        say = _list_sources(_SOURCE_UNKNOWN, accounts)
        return ActionResult(outcome="done", slots={_SOURCE: None}, says=(say,))
    if found[0].account_id == context.text(_PAYEE):
        others = [one for one in accounts if one != found[0]]
        say = _list_sources(_SOURCE_IS_PAYEE, others)
        return ActionResult(outcome="done", slots={_SOURCE: None}, says=(say,))
    return _source(found[0])


def _is_called(account: Account, words: str) -> bool:
    """By its class (二类户) or a part of its name (活期); 工资卡 is the usual account."""
    wanted_class = _CLASS_WORDS.get(words[:1])
    if words[1:2] == "类" and wanted_class is not None:
        return account.account_class == wanted_class
    return words in account.name or (words == _SALARY and account.account_class == "I")


def _source(account: Account) -> ActionResult:
    return ActionResult(
        outcome="done",
        slots={_SOURCE: account.last4},
        facts={"from_last4": account.last4, "from_name": account.name},
    )


def _list_sources(key: ResponseKey, accounts: Sequence[Account]) -> ActionSay:
    buttons = tuple(
        Button(title=one.last4, payload=f"/SetSlots({_SOURCE}={one.last4})") for one in accounts
    )
    facts: Facts = {"accounts": [{"name": one.name, "last4": one.last4} for one in accounts]}
    return ActionSay(response_key=key, facts=facts, buttons=buttons)


async def _validate_amount(_: BankApi, context: ActionContext) -> ActionResult:
    value = context.slots.get(_AMOUNT)
    if value is None:
        return ActionResult(outcome="done")
    try:
        amount = _amount(context)
    except MoneyError:
        say = ActionSay(response_key=_INVALID_AMOUNT)
        return ActionResult(outcome="done", slots={_AMOUNT: None}, says=(say,))
    return ActionResult(outcome="done", slots={_AMOUNT: amount.plain()})


async def _circumstances(bank: BankApi, context: ActionContext) -> Facts:
    """What the code rules may ask: how much, and whether the payee is new."""
    try:
        amount = _amount(context)
    except MoneyError as error:
        raise BankRefused(ResponseKey("reason_amount_invalid")) from error
    wanted = context.required(_PAYEE)
    known = [one for one in await receivers_of(bank, context) if one.id == wanted]
    is_own = bool(known) and known[0].is_own
    terms = TransferTerms() if is_own else await bank.transfer_terms(context.customer(), amount)
    return {
        "amount": amount.plain(),
        "payee_is_new": not known or known[0].is_new,
        "payee_is_own": is_own,
        "is_delayed": terms.delay_hours > 0,
        "delay_hours": terms.delay_hours,
    }


async def _obstacle(bank: BankApi, context: ActionContext) -> ResponseKey | None:
    """The limit the transfer is above: nobody is asked for a yes to what will be refused."""
    own = {one.account_id for one in await bank.accounts(context.customer())}
    if context.required(_PAYEE) in own:
        return None
    terms = await bank.transfer_terms(context.customer(), _amount(context))
    return ResponseKey(f"reason_{terms.obstacle}") if terms.obstacle is not None else None


def _amount(context: ActionContext) -> Money:
    return read_amount(context.slots.get(_AMOUNT), context.text("currency") or _HOME)


def _list(key: ResponseKey, receivers: Sequence[Receiver]) -> ActionSay:
    buttons = tuple(
        Button(title=f"{one.name} {one.last4}", payload=f"/SetSlots(payee={one.id})")
        for one in receivers
    )
    facts: Facts = {"payees": [one.facts() for one in receivers]}
    return ActionSay(response_key=key, facts=facts, buttons=buttons)


def _relations_in(wanted: str, relations: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Every word of each relation that the text names by any of its words."""
    named: set[str] = set()
    for relation, words in relations.items():
        every = {word.lower() for word in (relation, *words)}
        if any(word in wanted for word in every):
            named |= every
    return named


def _transfer_body(context: ActionContext) -> dict[str, JsonValue]:
    try:
        amount = _amount(context)
    except MoneyError as error:
        raise BankRefused(ResponseKey("reason_amount_invalid")) from error
    body: dict[str, JsonValue] = {
        "payee_id": context.required(_PAYEE),
        "amount": amount.plain(),
        "currency": amount.currency,
    }
    source, note = context.text("from_account"), context.text("transfer_note")
    if source is not None:
        body["from_account"] = source
    if note is not None:
        body["note"] = note
    return body


def moved(result: Mapping[str, JsonValue]) -> Facts:
    """What the bank says of a transfer, sent or called back."""
    return {
        "payee_name": result.get("to_name"),
        "payee_last4": result.get("to_last4"),
        "from_last4": result.get("from_last4"),
        "amount": result.get("amount"),
        "balance_after": result.get("balance_after"),
        "order_id": result.get("order_id"),
    }


def _transfer_result(result: Mapping[str, JsonValue]) -> Facts:
    return {
        **moved(result),
        "payee_is_own": result.get("is_own") is True,
        "is_delayed": result.get("is_delayed") is True,
        "releases_at": result.get("releases_at"),
    }


PAYMENT_ACTIONS: Final[Sequence[Action]] = (
    change(
        "transfer_money",
        slot_names("payee", "amount"),
        _transfer_body,
        _transfer_result,
        optional=slot_names("currency", "from_account", "transfer_note"),
        checks=Checks(circumstances=_circumstances, obstacle=_obstacle),
    ),
    Action(name=ActionName("action_ask_payee"), run=_ask_payee),
    Action(name=ActionName("validate_payee"), run=_validate_payee),
    Action(name=ActionName("prefill_from_account"), run=_prefill_source),
    Action(name=ActionName("action_ask_from_account"), run=_ask_source),
    Action(name=ActionName("validate_from_account"), run=_validate_source),
    Action(
        name=ActionName("validate_amount"),
        run=_validate_amount,
        optional=slot_names("currency"),
        level=Assurance.VISITOR,
    ),
)
