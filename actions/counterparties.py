"""Whom the customer had transactions with, as the customer's words name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from actions.bank.port import BankApi
from assistant.model.ids import CustomerId

_SHORTEST_NAME: Final = 2


def named_in(text: str, names: Sequence[str]) -> list[str]:
    """Those of the names that the words contain, whole or by their beginning; longest first.

    "美团那笔" names 美团外卖; "Costa" names Costa Coffee.
    """
    lowered = text.lower()
    found: dict[str, int] = {}
    for name in names:
        for length in range(len(name), _SHORTEST_NAME - 1, -1):
            begin = name[:length].lower()
            if begin.isascii() and length < len(name) and not name[length].isspace():
                continue
            if begin in lowered:
                found[name] = length
                break
    longest = max(found.values(), default=0)
    return [name for name, length in found.items() if length == longest]


async def people_named(
    bank: BankApi,
    customer_id: CustomerId,
    text: str,
    relations: Mapping[str, tuple[str, ...]],
) -> list[str]:
    """Counterparties the words name, also by what the customer calls a payee ("房东", "妈妈")."""
    named = named_in(text, await bank.counterparties(customer_id))
    if named:
        return named
    for payee in await bank.payees(customer_id):
        words = {payee.note, *relations.get(payee.note, ())}
        if any(word and word in text for word in words):
            return [payee.name]
    return []
