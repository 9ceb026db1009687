"""From the bank's JSON to our own types; what does not fit means that the bank did not answer."""

from __future__ import annotations

from typing import Final, TypeVar

from pydantic import JsonValue, TypeAdapter, ValidationError

from assistant.errors import BankUnavailable
from assistant.model.money import Money, MoneyError

_MONEY_FIELDS: Final = {"amount", "currency"}
_T = TypeVar("_T")


def parsed(adapter: TypeAdapter[_T], body: JsonValue) -> _T:
    """Read an answer as a type.

    Raises:
        BankUnavailable: It is not of that type.
    """
    try:
        return adapter.validate_python(_with_money(body))
    except (ValidationError, MoneyError):
        msg = "The bank's answer is not what its API promises."
        # Not chained: a validation error repeats the values, which are personal data.
        raise BankUnavailable(msg) from None


def as_object(body: JsonValue) -> dict[str, JsonValue]:
    """Read an answer as an object.

    Raises:
        BankUnavailable: It is none.
    """
    if not isinstance(body, dict):
        msg = "The bank's answer is not what its API promises."
        raise BankUnavailable(msg)
    return body


def _with_money(value: JsonValue) -> object:
    """Turn every {"amount", "currency"} into Money."""
    if isinstance(value, list):
        return [_with_money(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == _MONEY_FIELDS:
        return Money.parse(str(value["amount"]), str(value["currency"]))
    return {name: _with_money(item) for name, item in value.items()}
