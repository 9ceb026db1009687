"""Arguments of an action: taken from slots, in one canonical form, hashed.

The digest is what a customer's yes is bound to, and what a one-time code is bound to; the key
is what the bank's idempotency is bound to. Both rest on the canonical form, so "1,000" and
"1000.00" are one and the same amount.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final

from pydantic import JsonValue

from assistant.model.ids import IdempotencyKey, SlotName
from assistant.model.money import Money, MoneyError
from assistant.ports import ActionRequest

_AMOUNT: Final = "amount"
_AMOUNTS: Final = frozenset(
    {_AMOUNT, "card_limit", "bill_amount", "repay_amount", "instalment_amount"}
)
"""Slots that hold money."""

_CURRENCY: Final = "currency"
_HOME_CURRENCY: Final = "CNY"
_MASKED: Final = "•••"


def read_amount(value: JsonValue, currency: str = _HOME_CURRENCY) -> Money:
    """Read an amount kept in a slot: "500", "1,000.50", 500, {"amount": "500", …}.

    Raises:
        MoneyError: It is not one exact, positive amount.
    """
    if isinstance(value, dict):
        currency = str(value.get(_CURRENCY, currency))
        value = value.get(_AMOUNT)
    if value is None or isinstance(value, bool | list | dict):
        msg = "Not an amount."
        raise MoneyError(msg)
    money = Money.parse(str(value), currency)
    if money.minor_units == 0:
        msg = "An amount must be above zero."
        raise MoneyError(msg)
    return money


def canonical(names: Iterable[SlotName], slots: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The named slots that are filled, each in its canonical form.

    A value that cannot be read stays as it is: the action refuses it by name later.
    """
    arguments: dict[str, JsonValue] = {}
    for name in names:
        value = slots.get(name)
        if value is None or value == "":
            continue
        arguments[name] = _canonical_value(name, value, slots)
    return arguments


def sha256_of(arguments: Mapping[str, JsonValue]) -> str:
    """SHA-256 over the arguments as sorted, compact JSON, in hexadecimal."""
    text = json.dumps(dict(arguments), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def key_of(request: ActionRequest, digest: str) -> IdempotencyKey:
    """The same customer, conversation, action, arguments and epoch give the same key."""
    parts = [
        request.customer_id or "",
        request.conversation_id,
        request.action,
        digest,
        request.epoch,
    ]
    return IdempotencyKey(f"act_{sha256_of({'parts': list(parts)})[:40]}")


def masked(
    arguments: Mapping[str, JsonValue], secret_slots: frozenset[SlotName]
) -> dict[str, JsonValue]:
    """The arguments as auditors may read them."""
    return {
        name: _MASKED if SlotName(name) in secret_slots else value
        for name, value in arguments.items()
    }


def _canonical_value(name: str, value: JsonValue, slots: Mapping[str, JsonValue]) -> JsonValue:
    if name in _AMOUNTS:
        currency = slots.get(_CURRENCY)
        try:
            return read_amount(value, currency if isinstance(currency, str) else "CNY").plain()
        except MoneyError:
            return value
    return value.strip() if isinstance(value, str) else value
