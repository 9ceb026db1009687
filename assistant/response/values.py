"""How values look to a person: amounts, phones, dates, by language."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import JsonValue

from assistant.model.message import Locale
from assistant.model.money import Money, MoneyError
from assistant.model.release import SlotDefinition

_VISIBLE = 4
_PHONE_DIGITS = 11


def show(value: JsonValue, locale: Locale) -> str:
    """A value as a person reads it.

    Args:
        value: Text, number, yes/no, or money as `{"amount", "currency"}`.
        locale: Language of the reply.
    """
    if isinstance(value, dict) and set(value) == {"amount", "currency"}:
        return show_money(str(value["amount"]), str(value["currency"]), locale)
    if value is None:
        return ""
    if isinstance(value, list):
        return ("、" if locale != "en" else ", ").join(show(item, locale) for item in value)
    return str(value)


def show_money(amount: str, currency: str, locale: Locale) -> str:
    """Amount and currency as read: 12,480.55元 or CNY 12,480.55; unreadable text stays."""
    try:
        money = Money.parse(amount, currency)
    except MoneyError:
        return amount
    if locale == "en" or currency != "CNY":
        return f"{currency} {money.grouped()}"
    return f"{money.grouped()}元"


def show_slot(value: JsonValue, definition: SlotDefinition | None, locale: Locale) -> str:
    """A slot's value as a person reads it, masked as the bank asks."""
    if definition is None or value is None:
        return show(value, locale)
    if definition.kind == "amount" and isinstance(value, str):
        return show_money(value, "CNY", locale)
    if definition.kind == "phone" and isinstance(value, str):
        return mask_phone(value)
    if definition.mask == "secret":
        return "******"
    return show(value, locale)


def mask_phone(phone: str) -> str:
    """The middle of a mobile number hidden: 138****1001."""
    if len(phone) != _PHONE_DIGITS:
        return mask_tail(phone)
    return f"{phone[:3]}****{phone[-_VISIBLE:]}"


def mask_tail(text: str) -> str:
    """Only the last four: …6688; shorter text stays, it is a word, not a number."""
    return text if len(text) < _VISIBLE else f"…{text[-_VISIBLE:]}"


def show_instant(at: datetime, locale: Locale) -> str:
    """An instant to the minute, in the zone it carries."""
    return at.strftime("%Y-%m-%d %H:%M") if locale == "en" else f"{at:%Y年%m月%d日 %H:%M}"


def show_date(day: date, locale: Locale) -> str:
    """A day."""
    return day.isoformat() if locale == "en" else f"{day:%Y年%m月%d日}"
