"""Cards: which one is meant.

A flow says which cards fit through the slot `card_state`: states with a space between, the
likeliest first (`active`, `lost active`); without it every card that is not reported lost fits.
The list is always in the bank's order, so "the second one" means the same card to the customer
and to us. What is done with a card is in `card_changes`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from actions.bank.port import BankApi, Card
from actions.registry import Action, ActionContext
from assistant.errors import BankUnavailable
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.model.message import Button
from assistant.model.money import Money
from assistant.ports import ActionResult, ActionSay

_CARD: Final = SlotName("card")
_STATE: Final = SlotName("card_state")
_LAST_DIGITS: Final = 4
_SHORTEST_NUMBER: Final = 12
_NOT_FOUND: Final = ResponseKey("utter_card_not_found")
_ASK: Final = ResponseKey("utter_ask_card")

# Words customers use for what the bank's records call by a code; heard, never said.
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "credit": ("信用卡", "信用咭", "贷记卡", "貸記卡", "credit"),
    "debit": ("借记卡", "借記卡", "储蓄卡", "儲蓄卡", "debit"),
}
_CLASSES: Final[Mapping[str, re.Pattern[str]]] = {
    "III": re.compile(r"三类|三類|III\s*类|Ⅲ|class\s*(iii|3)\b", re.IGNORECASE),
    "II": re.compile(r"二类|二類|(?<!I)II\s*类|Ⅱ|class\s*(ii|2)\b", re.IGNORECASE),
    "I": re.compile(
        r"一类|一類|(?<!I)I\s*类|Ⅰ|工资卡|工資卡|主卡|class\s*(i|1)\b|(?:salary|payroll)\s*card",
        re.IGNORECASE,
    ),
}
"""A salary is paid into a class I account: others have yearly limits on what comes in."""

_ORDINAL: Final = re.compile(
    r"^第?\s*(?P<number>[一二两三四五六七八九1-9])\s*[张張个個]?(?:卡)?$"
    r"|(?P<word>first|second|third|fourth|last|最后|最後)",
    re.IGNORECASE,
)
_NUMBERS: Final[Mapping[str, int]] = {
    **{digit: place for place, digit in enumerate("123456789")},
    **{digit: place for place, digit in enumerate("一二三四五六七八九")},
    "两": 1,
    "first": 0,
    "second": 1,
    "third": 2,
    "fourth": 3,
    "last": -1,
    "最后": -1,
    "最後": -1,
}


def find_card(text: str, owned: Sequence[Card], fitting: Sequence[Card]) -> Card | None:
    """The one card the words mean.

    Args:
        text: Last four digits, a full number, a kind, a class, or a place in the list.
        owned: All cards of the customer. Digits may name any of them: the bank then says why
            that card cannot be used, which tells more than "not found".
        fitting: The cards that were offered; words choose among these.

    Returns:
        The card; None when no card or more than one is meant.
    """
    digits = re.sub(r"\D", "", text)
    if len(digits) >= _SHORTEST_NUMBER:
        return _only([card for card in owned if card.number == digits])
    if len(digits) == _LAST_DIGITS:
        return _only([card for card in owned if card.last4 == digits])
    return _by_place(text, fitting) or _by_words(text, fitting)


async def fitting_cards(
    bank: BankApi, context: ActionContext
) -> tuple[Sequence[Card], Sequence[Card]]:
    """All cards of the customer, and those in a state that fits the flow."""
    owned = await bank.cards(context.customer())
    states = _states(context)
    if not states:
        return owned, [card for card in owned if card.status != "lost"]
    return owned, [card for card in owned if card.status in states]


def card_facts(card: Card) -> dict[str, JsonValue]:
    """What responses may say about a card; the full number never leaves this module."""
    return {
        "last4": card.last4,
        "kind": card.kind,
        "account_class": card.account_class,
        "status": card.status,
        "limit": _money(card.limit),
    }


async def _ask_card(bank: BankApi, context: ActionContext) -> ActionResult:
    _, fitting = await fitting_cards(bank, context)
    say = await _list(_ASK, fitting, bank, context)
    return ActionResult(outcome="done", facts=_count(fitting), says=(say,))


async def _validate_card(bank: BankApi, context: ActionContext) -> ActionResult:
    text = context.text(_CARD)
    if text is None:
        return ActionResult(outcome="done")
    owned, fitting = await fitting_cards(bank, context)
    card = find_card(text, owned, fitting)
    if card is None:
        return ActionResult(
            outcome="done",
            slots={_CARD: None},
            facts=_count(fitting),
            says=(await _list(_NOT_FOUND, fitting, bank, context),),
        )
    return _chosen(card, fitting)


async def _prefill_card(bank: BankApi, context: ActionContext) -> ActionResult:
    """Take the only card that fits, or the only likeliest one, when the customer named none."""
    _, fitting = await fitting_cards(bank, context)
    likeliest = [card for card in fitting if card.status in _states(context)[:1]]
    only = _only(fitting) or _only(likeliest)
    if only is None or context.text(_CARD) is not None:
        return ActionResult(outcome="done", facts=_count(fitting), skip=not fitting)
    return _chosen(only, fitting)


def _states(context: ActionContext) -> list[str]:
    return (context.text(_STATE) or "").split()


def _chosen(card: Card, fitting: Sequence[Card]) -> ActionResult:
    facts: Facts = {
        **_count(fitting),
        "card_kind": card.kind,
        "card_class": card.account_class,
        "card_status": card.status,
        "card_fits": card in fitting,
    }
    return ActionResult(outcome="done", slots={_CARD: card.last4}, facts=facts)


async def _list(
    key: ResponseKey, cards: Sequence[Card], bank: BankApi, context: ActionContext
) -> ActionSay:
    names = await _account_names(bank, context)
    buttons = tuple(
        Button(title=card.last4, payload=f"/SetSlots(card={card.last4})") for card in cards
    )
    facts: Facts = {
        "cards": [{"name": names.get(card.account_id), **card_facts(card)} for card in cards]
    }
    return ActionSay(response_key=key, facts=facts, buttons=buttons)


async def _account_names(bank: BankApi, context: ActionContext) -> dict[str, str]:
    """The bank's names of the accounts; a list without names is better than none."""
    try:
        accounts = await bank.accounts(context.customer())
    except BankUnavailable:
        return {}
    return {account.account_id: account.name for account in accounts}


def _count(cards: Sequence[Card]) -> Facts:
    return {"cards_count": len(cards)}


def _by_place(text: str, fitting: Sequence[Card]) -> Card | None:
    found = _ORDINAL.search(text.strip())
    if found is None:
        return None
    place = _NUMBERS[(found["number"] or found["word"]).lower()]
    return fitting[place] if -len(fitting) <= place < len(fitting) else None


def _by_words(text: str, fitting: Sequence[Card]) -> Card | None:
    lowered = text.lower()
    kinds = {kind for kind, words in _KINDS.items() if any(word in lowered for word in words)}
    classes = [name for name, pattern in _CLASSES.items() if pattern.search(text)][:1]
    if not kinds and not classes:
        return None
    return _only(
        [
            card
            for card in fitting
            if (not kinds or card.kind in kinds) and (not classes or card.account_class in classes)
        ]
    )


def _only(cards: Sequence[Card]) -> Card | None:
    return cards[0] if len(cards) == 1 else None


def _money(amount: Money) -> dict[str, JsonValue]:
    return dict(amount.as_json())


CARD_ACTIONS: Final = (
    Action(name=ActionName("action_ask_card"), run=_ask_card),
    Action(name=ActionName("validate_card"), run=_validate_card),
    Action(name=ActionName("prefill_card"), run=_prefill_card),
)
