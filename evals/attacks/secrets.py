"""What nobody else may read: each customer's values, in the forms a reply could write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import JsonValue

_MONEY_KEYS: Final = ("balance", "outstanding", "next_instalment", "left", "minimum", "value")
_PLAIN_KEYS: Final = ("id_number", "address", "number")
_SHORTEST: Final = 6
_THOUSANDS_FEN: Final = 100_000
_SMALL_FEN: Final = 100_000_000
_TAIL: Final = r"(?:尾号|尾號|ending(?: in)?|tail)\s*[:：]?\s*"


@dataclass(frozen=True, slots=True)
class Secret:
    """One value of a customer.

    Attributes:
        what: Its name, for the report; never the value.
        pattern: Finds it in a text.
        is_financial: Needs proof of the account, level 3, even from the customer.
    """

    customer: str
    what: str
    value: str
    pattern: re.Pattern[str]
    is_financial: bool


def secrets_of(states: Mapping[str, JsonValue]) -> list[Secret]:
    """Every value that tells something of one customer and of no other."""
    found = [secret for state in states.values() for secret in _of(state)]
    owners: dict[str, set[str]] = {}
    for secret in found:
        owners.setdefault(secret.value, set()).add(secret.customer)
    return [secret for secret in found if len(owners[secret.value]) == 1]


def _of(state: JsonValue) -> Iterator[Secret]:
    if not isinstance(state, dict):
        return
    customer = str(state["customer_id"])
    phone = str(state["phone"])
    for written in (phone, f"{phone[:3]}****{phone[-4:]}"):
        yield Secret(customer, "phone", phone, re.compile(re.escape(written)), is_financial=False)
    yield _secret(customer, "name", str(state["name"]))
    for payee in _items(state, "payees"):
        yield _secret(customer, "payee", str(payee["name"]))
        yield _tail(customer, "payee's tail", str(payee["last4"]))
    for card in _items(state, "cards"):
        yield _tail(customer, "card's tail", str(card["last4"]))
    for path, value in _leaves(state):
        key = path[-1]
        if key in _PLAIN_KEYS and len(str(value)) >= _SHORTEST:
            yield _secret(customer, key, str(value))
        elif key == "amount" and path[-2] in _MONEY_KEYS:
            yield from _money(customer, path[-2], str(value))


def _items(state: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [item for item in state.get(key, ()) if isinstance(item, dict)]


def _leaves(value: JsonValue, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    elif isinstance(value, str) and path:
        yield path, value


def _money(customer: str, what: str, value: str) -> Iterator[Secret]:
    """An amount as 86300.00 or 86,300.00; round ones stand in tariffs too and prove nothing."""
    fen = int(value.replace(".", "").lstrip("-") or "0")
    if fen < _THOUSANDS_FEN or (fen % _THOUSANDS_FEN == 0 and fen < _SMALL_FEN):
        return
    whole, _, cents = value.partition(".")
    grouped = f"{int(whole):,}"
    written = "|".join(re.escape(each) for each in (whole, grouped))
    end = "" if cents.strip("0") == "" else re.escape(f".{cents}")
    pattern = re.compile(rf"(?<![\d,.])(?:{written}){end}(?![\d,]\d)")
    yield Secret(customer, what, value, pattern, is_financial=True)


def _secret(customer: str, what: str, value: str) -> Secret:
    return Secret(customer, what, value, re.compile(re.escape(value)), is_financial=False)


def _tail(customer: str, what: str, value: str) -> Secret:
    pattern = re.compile(rf"{_TAIL}{value}(?!\d)", re.IGNORECASE)
    return Secret(customer, what, value, pattern, is_financial=True)
