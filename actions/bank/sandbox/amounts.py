"""Amounts of the sandbox: whole fen inside, {"amount": "12480.55", "currency": "CNY"} outside."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FEN_PER_YUAN = 100
_AMOUNT = re.compile(r"(-?)(\d{1,13})(?:\.(\d{1,2}))?")
AMOUNT_PATTERN = rf"^{_AMOUNT.pattern}$"
"""What a request may write: plain digits, at most two decimals; a sign is read, then refused."""


class MoneyBody(BaseModel):
    """Money on the wire."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Money")

    amount: str = Field(pattern=r"^\d+\.\d{2}$", examples=["12480.55"])
    currency: Literal["CNY"] = "CNY"


def read_fen(text: str) -> int:
    """Read a decimal amount of yuan as whole fen, exactly.

    Raises:
        ValueError: The text does not match `AMOUNT_PATTERN`.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        msg = "Not an amount of yuan with at most two decimals."
        raise ValueError(msg)
    sign, yuan, decimals = match.groups()
    fen = int(yuan) * FEN_PER_YUAN + int((decimals or "0").ljust(2, "0"))
    return -fen if sign else fen


def write_fen(fen: int) -> str:
    """Write non-negative fen as yuan with two decimals."""
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    return f"{yuan}.{rest:02d}"


def money(fen: int) -> MoneyBody:
    """Wire form of an amount.

    Args:
        fen: Whole fen. What a customer owes is stored below zero; the wire says how much is
            owed, without a sign, as the kind of the account tells which it is.
    """
    return MoneyBody(amount=write_fen(abs(fen)))
