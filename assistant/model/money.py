"""Money: an exact amount in one currency.

An amount is a whole number of minor units (fen for CNY, yen for JPY), so no
operation here can round. Nothing in the project may hold money in any other form.

Source: ISO 4217, list one, for the number of decimals of each currency.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_DECIMALS = {"CNY": 2, "USD": 2, "HKD": 2, "JPY": 0}
_LONGEST = 18
"""Characters of the longest amount taken: far above any balance, well within exact decimals."""
_GROUPED = re.compile(r"^(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$", re.ASCII)


class MoneyError(ValueError):
    """The text or the operation does not give one exact amount."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An exact, non-negative amount.

    Attributes:
        minor_units: Whole minor units, e.g. 2550 for CNY 25.50.
        currency: ISO 4217 alphabetic code, upper case.
    """

    minor_units: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse unknown currencies and negative amounts."""
        if self.currency not in _DECIMALS:
            msg = f"Currency `{self.currency}` is not in the supported ISO 4217 list."
            raise MoneyError(msg)
        if self.minor_units < 0:
            msg = f"Money cannot be negative, got {self.minor_units} minor units."
            raise MoneyError(msg)

    @classmethod
    def parse(cls, text: str, currency: str = "CNY") -> Money:
        """Read an amount a customer or a file wrote.

        Args:
            text: Digits, optional comma groups, optional decimal point: "1,234.50".
            currency: ISO 4217 code the amount is in; the text must not carry one.

        Returns:
            The exact amount.

        Raises:
            MoneyError: The text is not a plain amount, or has more decimals than
                the currency has. We refuse rather than round: a customer who typed
                "10.005" has not told us how much to send.
        """
        if currency not in _DECIMALS:
            msg = f"Currency `{currency}` is not in the supported ISO 4217 list."
            raise MoneyError(msg)
        if len(text.strip()) > _LONGEST or not _GROUPED.match(text.strip()):
            msg = "Not a plain amount."
            raise MoneyError(msg)
        minor = Decimal(text.strip().replace(",", "")).scaleb(_DECIMALS[currency])
        if minor != minor.to_integral_value():
            msg = f"More decimals than {currency} has."
            raise MoneyError(msg)
        return cls(int(minor), currency)

    def plain(self) -> str:
        """The amount with all its decimals and no separators: "12480.55"."""
        decimals = _DECIMALS[self.currency]
        return f"{Decimal(self.minor_units).scaleb(-decimals):.{decimals}f}"

    def grouped(self) -> str:
        """The amount as people read it: "12,480.55"."""
        decimals = _DECIMALS[self.currency]
        return f"{Decimal(self.minor_units).scaleb(-decimals):,.{decimals}f}"

    def as_json(self) -> dict[str, str]:
        """The amount as the public contract writes it."""
        return {"amount": self.plain(), "currency": self.currency}

    def __add__(self, other: Money) -> Money:
        """Add an amount of the same currency."""
        self._same_currency(other)
        return Money(self.minor_units + other.minor_units, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract an amount of the same currency that is not larger."""
        self._same_currency(other)
        return Money(self.minor_units - other.minor_units, self.currency)

    def _same_currency(self, other: Money) -> None:
        if self.currency != other.currency:
            msg = f"Cannot mix {self.currency} and {other.currency}."
            raise MoneyError(msg)
