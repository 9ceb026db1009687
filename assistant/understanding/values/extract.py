"""All values of a message, by kind, for the slots a conversation may need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assistant.model.release import Lexicon, SlotDefinition
from assistant.understanding.normalise import Normalised
from assistant.understanding.values.accounts import find_counts, find_sources
from assistant.understanding.values.amount import find_amounts
from assistant.understanding.values.bounds import find_bounds
from assistant.understanding.values.dates import find_ranges
from assistant.understanding.values.found import Found
from assistant.understanding.values.numbers import (
    find_card_numbers,
    find_cards,
    find_codes,
    find_id_numbers,
    find_phones,
)
from assistant.understanding.values.payees import (
    find_payees,
    find_receiving_accounts,
    whole_as_payee,
)

_ORDER = (
    "id_number",
    "card_number",
    "phone",
    "date_range",
    "count",
    "bounds",
    "card",
    "amount",
    "payee",
    "code",
)
"""Kinds that claim their characters first; a phone number holds no amount."""
_SHORT = 14
"""Longest bare answer, in characters, taken whole as a name."""
_NUMBER = re.compile(r"(?<![\w.])-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.])-?\d{1,15}(?:\.\d{1,9})?")
_CARD_WORDS = (
    "信用卡",
    "贷记卡",
    "借记卡",
    "储蓄卡",
    "一类卡",
    "二类卡",
    "三类卡",
    "工资卡",
    "credit card",
    "debit card",
    "salary card",
    "payroll card",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the moment calls for.

    Attributes:
        asked: Slot of the open question.
        moves_money: Whether bare numbers may be amounts.
        today: The bank's day.
    """

    asked: SlotDefinition | None
    moves_money: bool
    today: date


def extract(message: Normalised, wanted: Wanted, lexicon: Lexicon) -> list[Found]:
    """Values in the message; no character belongs to two.

    Args:
        message: Normalised message.
        wanted: What is asked and what the sentence is about.
        lexicon: Words for relations.
    """
    kept: list[Found] = []
    claimed: dict[str, set[int]] = {"own_account": set(), "card": set(), "": set()}
    asked_kind = wanted.asked.kind if wanted.asked else ""
    order = (asked_kind, *(kind for kind in _ORDER if kind != asked_kind))
    if asked_kind != "card":  # "从6688走" is the account that pays, whatever was asked
        order = ("own_account", *order)
    if wanted.moves_money:  # "转200到3021" is an amount and a receiver, not a range to search
        order = ("payee_account", *(kind for kind in order if kind != "bounds"))
    for kind in order:
        for found in _find(kind, message.text, wanted, lexicon):
            characters = range(found.start, found.end)
            if all(claimed[name].isdisjoint(characters) for name in _rivals(found.kind)):
                kept.append(found)
                claimed[found.kind if found.kind in claimed else ""].update(characters)
    return kept


def _rivals(kind: str) -> tuple[str, ...]:
    """Whose characters a value may not have; an account that pays is a card as well."""
    own = {"own_account": ("own_account", ""), "card": ("card", "")}
    return own.get(kind, ("own_account", "card", ""))


def choice_of(message: Normalised, slot: SlotDefinition) -> Found | None:
    """The value of a categorical slot the words mean: the longest of its words that occurs."""
    best: Found | None = None
    for value, words in slot.choices.items():
        for word in (value, *words):
            at = _place(word.lower(), message.text)
            if at >= 0 and (best is None or len(word) > best.end - best.start):
                best = Found(slot.kind, value, at, at + len(word))
    return best


def pattern_of(message: Normalised, slot: SlotDefinition) -> Found | None:
    """The first piece of the message the pack's regular expression for the slot matches."""
    match = re.search(slot.pattern, message.text, re.IGNORECASE) if slot.pattern else None
    if match is None:
        return None
    return Found(slot.kind, message.said(*match.span()), match.start(), match.end())


def number_of(message: Normalised, slot: SlotDefinition) -> Found | None:
    """The only number of the message, for a slot of Rasa's type `float`."""
    numbers = list(_NUMBER.finditer(message.text))
    if len(numbers) != 1:
        return None
    written = numbers[0][0].replace(",", "")
    return Found(slot.kind, written, numbers[0].start(), numbers[0].end())


def _place(word: str, text: str) -> int:
    """Where a word stands; English words only as whole words."""
    if not word.isascii():
        return text.find(word)
    match = re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text)
    return match.start() if match else -1


def _find(kind: str, text: str, wanted: Wanted, lexicon: Lexicon) -> Iterator[Found]:
    asked = wanted.asked.kind if wanted.asked else ""
    simple = _SIMPLE.get(kind)
    if simple is not None:
        yield from simple(text)
    elif kind == "date_range":
        yield from find_ranges(text, wanted.today)
    elif kind == "card":
        yield from find_cards(text, bare=asked in {"card", "yes_no"} or not wanted.moves_money)
        yield from _card_words(text)
    elif kind == "amount":
        yield from find_amounts(text, bare=asked == "amount" or wanted.moves_money)
    elif kind == "payee":
        yield from _payees(text, asked, lexicon)
    elif kind == "code" and asked == "code":
        yield from find_codes(text)


_SIMPLE = {
    "id_number": find_id_numbers,
    "card_number": find_card_numbers,
    "phone": find_phones,
    "own_account": find_sources,
    "count": find_counts,
    "bounds": find_bounds,
    "payee_account": find_receiving_accounts,
}


def _payees(text: str, asked: str, lexicon: Lexicon) -> Iterator[Found]:
    yield from find_payees(text, lexicon.relations)
    if asked == "payee" and len(text) <= _SHORT:
        found = whole_as_payee(text)
        if found is not None:
            yield found


def _card_words(text: str) -> Iterator[Found]:
    """A card named by its sort; the customer's list of cards resolves it."""
    for word in _CARD_WORDS:
        at = text.find(word)
        if at >= 0:
            yield Found("card", word, at, at + len(word))
            return
