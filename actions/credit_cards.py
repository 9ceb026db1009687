"""The credit card: which one, its bill, repaying it, and instalments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from actions.arguments import read_amount
from actions.bank.history import TransactionQuery
from actions.bank.port import Account, BankApi, Bill, Card
from actions.cards import find_card
from actions.receipts import Checks, change, money_facts, record_facts, record_is_there
from actions.registry import Action, ActionContext, Circumstances, slot_names
from assistant.errors import BankRefused
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.model.message import Button
from assistant.model.money import Money, MoneyError
from assistant.ports import ActionResult, ActionSay

_CARD: Final = SlotName("credit_card")
_REPAY: Final = SlotName("repay_amount")
_PRINCIPAL: Final = SlotName("instalment_amount")
_TERM: Final = SlotName("instalment_term")
_ENTRY: Final = SlotName("entry")
_FULL: Final = "full"
_MINIMUM: Final = "minimum"
_HOME: Final = "CNY"
_SMALLEST: Final = 50_000
"""Fen; instalments begin at 500 yuan (document `credit-card-instalment`)."""


async def credit_cards(bank: BankApi, context: ActionContext) -> list[Card]:
    """The customer's credit cards, but those reported lost and not replaced, which still owe."""
    return [card for card in await bank.cards(context.customer()) if card.kind == "credit"]


async def _account_of(bank: BankApi, context: ActionContext) -> tuple[Account, Bill]:
    """Account and bill of the chosen card.

    Raises:
        BankRefused: There is no such credit card.
    """
    wanted = context.text(_CARD)
    cards = [card for card in await credit_cards(bank, context) if card.last4 == wanted]
    accounts = await bank.accounts(context.customer())
    for account in accounts:
        if cards and account.account_id == cards[0].account_id and account.bill is not None:
            return account, account.bill
    raise BankRefused(ResponseKey("reason_card_not_found"))


async def _prefill_card(bank: BankApi, context: ActionContext) -> ActionResult:
    cards = await credit_cards(bank, context)
    if len(cards) == 1:
        return await _chosen(bank, context, cards[0])
    facts: Facts = {"credit_cards_count": len(cards)}
    return ActionResult(outcome="done", facts=facts, skip=not cards)


async def _ask_card(bank: BankApi, context: ActionContext) -> ActionResult:
    say = _list("utter_ask_credit_card", await credit_cards(bank, context))
    return ActionResult(outcome="done", says=(say,))


async def _validate_card(bank: BankApi, context: ActionContext) -> ActionResult:
    """A debit card named here is the one that pays; the only credit card is then meant."""
    text = context.text(_CARD)
    if text is None:
        return ActionResult(outcome="done")
    owned = await bank.cards(context.customer())
    cards = [card for card in owned if card.kind == "credit"]
    card = find_card(text, owned, cards)
    if card is not None and card.kind == "debit" and len(cards) == 1:
        card = cards[0]
    if card is not None and card.kind == "credit":
        return await _chosen(bank, context, card)
    if not cards:
        return ActionResult(outcome="done", slots={_CARD: None}, facts={"credit_cards_count": 0})
    say = _list("utter_credit_card_unknown", cards)
    return ActionResult(outcome="done", slots={_CARD: None}, says=(say,))


async def _chosen(bank: BankApi, context: ActionContext, card: Card) -> ActionResult:
    accounts = await bank.accounts(context.customer())
    account = next(one for one in accounts if one.account_id == card.account_id)
    bill = account.bill
    facts: Facts = {
        "credit_cards_count": 1,
        **_bill_facts(card, account),
        "owes": account.balance.minor_units > 0,
        "can_divide": bill is not None
        and bill.left.minor_units > 0
        and context.today < bill.due_on
        and bill.largest_instalment.minor_units >= _SMALLEST,
    }
    return ActionResult(
        outcome="done",
        slots={_CARD: card.last4, SlotName("entry_account"): account.account_id},
        facts=facts,
    )


async def _bill(bank: BankApi, context: ActionContext) -> ActionResult:
    """Bills of the chosen credit card, or of all."""
    cards = await credit_cards(bank, context)
    wanted = context.text(_CARD)
    if wanted is not None:
        found = find_card(wanted, cards, cards)
        cards = [found] if found is not None else cards
    if not cards:
        raise BankRefused(ResponseKey("reason_no_credit_card"))
    accounts = {one.account_id: one for one in await bank.accounts(context.customer())}
    bills: list[JsonValue] = [_bill_facts(card, accounts[card.account_id]) for card in cards]
    return ActionResult(outcome="done", facts={"bills": bills})


def _bill_facts(card: Card, account: Account) -> dict[str, JsonValue]:
    facts: dict[str, JsonValue] = {"card_last4": card.last4, "owed": money_facts(account.balance)}
    bill = account.bill
    if bill is None:
        return facts
    unbilled = max(0, account.balance.minor_units - bill.left.minor_units)
    free = max(0, bill.granted.minor_units - account.balance.minor_units)
    return {
        **facts,
        "bill_amount_printed": money_facts(bill.amount),
        "bill_left": money_facts(bill.left),
        "is_paid": bill.left.minor_units == 0,
        "minimum": money_facts(bill.minimum),
        "minimum_is_due": bill.minimum.minor_units > 0,
        "statement_on": bill.statement_on.isoformat(),
        "due_on": bill.due_on.isoformat(),
        "unbilled": money_facts(Money(unbilled, _HOME)),
        "has_unbilled": unbilled > 0,
        "available": money_facts(Money(free, _HOME)),
        "largest_instalment": money_facts(bill.largest_instalment),
    }


async def _validate_repayment(bank: BankApi, context: ActionContext) -> ActionResult:
    """`full` and `minimum` become what they amount to now."""
    said = context.slots.get(_REPAY)
    if said is None:
        return ActionResult(outcome="done")
    account, bill = await _account_of(bank, context)
    if account.balance.minor_units == 0:
        raise BankRefused(ResponseKey("reason_nothing_owed"))
    if said == _FULL:
        whole = bill.left if bill.left.minor_units else account.balance
        return ActionResult(outcome="done", slots={_REPAY: whole.plain()})
    if said == _MINIMUM:
        if bill.minimum.minor_units == 0:
            return _unfit(_REPAY, "utter_minimum_paid", account, bill)
        return ActionResult(outcome="done", slots={_REPAY: bill.minimum.plain()})
    try:
        amount = read_amount(said)
    except MoneyError:
        return _unfit(_REPAY, "utter_amount_invalid", account, bill)
    if amount.minor_units > account.balance.minor_units:
        return _unfit(_REPAY, "utter_repay_too_much", account, bill)
    return ActionResult(outcome="done", slots={_REPAY: amount.plain()})


async def _validate_principal(bank: BankApi, context: ActionContext) -> ActionResult:
    """Of a purchase always the whole of it; of a bill within what may be paid by instalments."""
    said = context.slots.get(_PRINCIPAL)
    if said is None:
        return ActionResult(outcome="done")
    account, bill = await _account_of(bank, context)
    if context.text(_ENTRY) is not None:
        return await _prefill_principal(bank, context)
    most = bill.largest_instalment
    try:
        amount = most if said == _FULL else read_amount(said)
    except MoneyError:
        return _unfit(_PRINCIPAL, "utter_amount_invalid", account, bill)
    if amount.minor_units < _SMALLEST:
        return _unfit(_PRINCIPAL, "utter_instalment_too_small", account, bill)
    if amount.minor_units > most.minor_units:
        return _unfit(_PRINCIPAL, "utter_instalment_too_large", account, bill)
    return ActionResult(outcome="done", slots={_PRINCIPAL: amount.plain()})


async def _prefill_principal(bank: BankApi, context: ActionContext) -> ActionResult:
    entry = context.text(_ENTRY)
    if entry is None:
        return ActionResult(outcome="done")
    page = await bank.transactions(context.customer(), TransactionQuery(entry_id=entry, limit=1))
    if not page.items:
        return ActionResult(outcome="done")
    return ActionResult(outcome="done", slots={_PRINCIPAL: page.items[0].amount.plain()})


def _unfit(slot: SlotName, key: str, account: Account, bill: Bill) -> ActionResult:
    facts: Facts = {
        "owed": money_facts(account.balance),
        "bill_left": money_facts(bill.left),
        "minimum": money_facts(bill.minimum),
        "largest_instalment": money_facts(bill.largest_instalment),
    }
    say = ActionSay(response_key=ResponseKey(key), facts=facts)
    return ActionResult(outcome="done", slots={slot: None}, says=(say,))


async def _before_instalments(bank: BankApi, context: ActionContext) -> ActionResult:
    """What the read-back tells besides amount and term: every cost, and all as a yearly rate."""
    offer = await bank.instalment_offer(_amount(context, _PRINCIPAL), int(context.required(_TERM)))
    facts: Facts = {
        "principal": money_facts(offer.principal),
        "term": offer.term,
        "principal_each": money_facts(offer.principal_each),
        "fee_each": money_facts(offer.fee_each),
        "fee_total": money_facts(offer.fee_total),
        "total": money_facts(offer.total),
        "fee_rate": offer.fee_rate,
        "yearly_rate": offer.yearly_rate,
    }
    return ActionResult(outcome="done", facts=facts)


async def _instalment_obstacle(bank: BankApi, context: ActionContext) -> ResponseKey | None:
    """Bills past their day, or with nothing left to pay, are no longer divided."""
    _, bill = await _account_of(bank, context)
    if context.text(_ENTRY) is not None:
        return None
    if bill.left.minor_units == 0:
        return ResponseKey("reason_nothing_owed")
    if context.today >= bill.due_on:
        return ResponseKey("reason_instalment_too_late")
    if bill.largest_instalment.minor_units < _SMALLEST:
        return ResponseKey("reason_instalment_too_small")
    return None


async def _repay_obstacle(bank: BankApi, context: ActionContext) -> ResponseKey | None:
    account, _ = await _account_of(bank, context)
    return ResponseKey("reason_nothing_owed") if account.balance.minor_units == 0 else None


def _owed_to_the_bank(slot: SlotName) -> Circumstances:
    """How much; what is paid stays with the customer's own card."""

    async def circumstances(_: BankApi, context: ActionContext) -> Facts:
        amount = _amount(context, slot).plain()
        return {"amount": amount, "payee_is_new": False, "payee_is_own": True}

    return circumstances


async def _is_repaid(
    bank: BankApi, context: ActionContext, result: Mapping[str, JsonValue]
) -> bool:
    account, _ = await _account_of(bank, context)
    return money_facts(account.balance) == result.get("owed_after")


def _amount(context: ActionContext, slot: SlotName) -> Money:
    try:
        return read_amount(context.slots.get(slot))
    except MoneyError as error:
        raise BankRefused(ResponseKey("reason_amount_invalid")) from error


def _repay_body(context: ActionContext) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {
        "card": context.required(_CARD),
        "amount": _amount(context, _REPAY).plain(),
    }
    source = context.text("from_account")
    return body if source is None else {**body, "from_account": source}


def _repay_result(result: Mapping[str, JsonValue]) -> Facts:
    return {**record_facts(result), "card_last4": result.get("card")}


def _instalment_body(context: ActionContext) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {
        "card": context.required(_CARD),
        "amount": _amount(context, _PRINCIPAL).plain(),
        "term": int(context.required(_TERM)),
    }
    entry = context.text(_ENTRY)
    return body if entry is None else {**body, "entry": entry}


def _list(key: str, cards: Sequence[Card]) -> ActionSay:
    buttons = tuple(
        Button(title=card.last4, payload=f"/SetSlots(credit_card={card.last4})") for card in cards
    )
    facts: Facts = {"cards": [{"last4": card.last4} for card in cards]}
    return ActionSay(response_key=ResponseKey(key), facts=facts, buttons=buttons)


CREDIT_CARD_ACTIONS: Final[Sequence[Action]] = (
    Action(name=ActionName("credit_card_bill"), run=_bill, optional=slot_names("credit_card")),
    change(
        "repay_credit_card",
        slot_names("credit_card", "repay_amount"),
        _repay_body,
        _repay_result,
        optional=slot_names("from_account"),
        checks=Checks(
            circumstances=_owed_to_the_bank(_REPAY),
            obstacle=_repay_obstacle,
            verify=_is_repaid,
        ),
    ),
    change(
        "credit_card_installment",
        slot_names("credit_card", "instalment_amount", "instalment_term"),
        _instalment_body,
        _repay_result,
        optional=slot_names("entry"),
        checks=Checks(
            circumstances=_owed_to_the_bank(_PRINCIPAL),
            obstacle=_instalment_obstacle,
            verify=record_is_there,
        ),
    ),
    Action(name=ActionName("prefill_credit_card"), run=_prefill_card),
    Action(name=ActionName("action_ask_credit_card"), run=_ask_card),
    Action(name=ActionName("validate_credit_card"), run=_validate_card),
    Action(name=ActionName("validate_repay_amount"), run=_validate_repayment),
    Action(name=ActionName("prefill_instalment_amount"), run=_prefill_principal),
    Action(name=ActionName("validate_instalment_amount"), run=_validate_principal),
    Action(name=ActionName("prefill_confirm_credit_card_installment"), run=_before_instalments),
)
