"""Finds a customer's bank transactions."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from actions.bank.sandbox.amounts import AMOUNT_PATTERN, money, read_fen
from actions.bank.sandbox.categories import CATEGORIES
from actions.bank.sandbox.wire import TransactionPage, TransactionView

_MOST_ITEMS = 500
_MIRRORS = "SELECT account_id FROM accounts WHERE kind IN ('loan', 'time_deposit')"


class TransactionFilter(BaseModel):
    """What to look for; everything given must hold.

    Attributes:
        from_: First day of the bank, included.
        to: Last day of the bank, included.
        account_id: One account; without it all but loan and time deposit accounts, whose
            entries only mirror what the paying account shows.
        category: Stable code, e.g. `dining`.
        counterparty: Part of the counterparty's name.
        q: Part of the counterparty, the note or the Chinese name of the category.
        min_amount: Yuan, included, without sign.
        max_amount: Yuan, included, without sign.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    account_id: str | None = Field(default=None, max_length=64)
    entry_id: str | None = Field(default=None, pattern=r"^E\d{8}$")
    category: str | None = Field(default=None, max_length=64)
    counterparty: str | None = Field(default=None, min_length=1, max_length=100)
    q: str | None = Field(default=None, min_length=1, max_length=100)
    min_amount: str | None = Field(default=None, pattern=AMOUNT_PATTERN)
    max_amount: str | None = Field(default=None, pattern=AMOUNT_PATTERN)
    direction: Literal["in", "out"] | None = None
    limit: int = Field(default=50, ge=1, le=_MOST_ITEMS)
    offset: int = Field(default=0, ge=0)


def find_transactions(
    connection: sqlite3.Connection, customer_id: str, wanted: TransactionFilter
) -> TransactionPage:
    """One page of what matches, newest first, with count and sums of all that matches."""
    conditions = list(_conditions(wanted))
    # Only fixed text of this module goes into the statement; values are bound.
    where = " AND ".join(text for text, _ in conditions)
    values = [customer_id, *(value for _, values in conditions for value in values)]
    total, sum_in, sum_out = connection.execute(
        "SELECT count(*), coalesce(sum(max(amount_fen, 0)), 0),"  # noqa: S608 - see above
        " coalesce(sum(min(amount_fen, 0)), 0) FROM entries AS e"
        f" WHERE e.customer_id = ? AND {where}",
        values,
    ).fetchone()
    rows = connection.execute(
        "SELECT e.*, a.last4, t.reference FROM entries AS e"  # noqa: S608 - see above
        " JOIN accounts AS a USING (account_id) JOIN bank_transactions AS t USING (transaction_id)"
        f" WHERE e.customer_id = ? AND {where}"
        " ORDER BY e.booked_on DESC, e.booked_at DESC, e.entry_id DESC LIMIT ? OFFSET ?",
        [*values, wanted.limit, wanted.offset],
    )
    return TransactionPage(
        items=[_view(row) for row in rows],
        total=total,
        sum_in=money(sum_in),
        sum_out=money(sum_out),
    )


def _conditions(wanted: TransactionFilter) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    yield "e.category <> 'opening'", ()
    if wanted.account_id is None:
        yield f"e.account_id NOT IN ({_MIRRORS})", ()
    if wanted.direction is not None:
        yield ("e.amount_fen > 0" if wanted.direction == "in" else "e.amount_fen < 0"), ()
    yield from _equal(wanted)
    yield from _ranges(wanted)
    if wanted.counterparty is not None:
        yield "e.counterparty LIKE ? ESCAPE '\\'", (_part(wanted.counterparty),)
    if wanted.q is not None:
        yield from _anywhere(wanted.q)


def _equal(wanted: TransactionFilter) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    if wanted.account_id is not None:
        yield "e.account_id = ?", (wanted.account_id,)
    if wanted.entry_id is not None:
        yield "e.entry_id = ?", (int(wanted.entry_id[1:]),)
    if wanted.category is not None:
        yield "e.category = ?", (wanted.category,)


def _ranges(wanted: TransactionFilter) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    if wanted.from_ is not None:
        yield "e.booked_on >= ?", (wanted.from_.isoformat(),)
    if wanted.to is not None:
        yield "e.booked_on <= ?", (wanted.to.isoformat(),)
    if wanted.min_amount is not None:
        yield "abs(e.amount_fen) >= ?", (read_fen(wanted.min_amount),)
    if wanted.max_amount is not None:
        yield "abs(e.amount_fen) <= ?", (read_fen(wanted.max_amount),)


def _anywhere(text: str) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    named = [code for code, name in CATEGORIES.items() if text in name]
    marks = ", ".join("?" * len(named))
    condition = (
        "(e.counterparty LIKE ? ESCAPE '\\' OR e.note LIKE ? ESCAPE '\\'"
        f" OR e.category IN ({marks}))"
    )
    yield condition, (_part(text), _part(text), *named)


def _part(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _view(row: sqlite3.Row) -> TransactionView:
    return TransactionView(
        transaction_id=f"T{row['transaction_id']:08d}",
        entry_id=f"E{row['entry_id']:08d}",
        account_id=row["account_id"],
        last4=row["last4"],
        booked_at=row["booked_at"],
        booked_on=row["booked_on"],
        direction="in" if row["amount_fen"] > 0 else "out",
        amount=money(row["amount_fen"]),
        balance_after=money(row["balance_after_fen"]),
        counterparty=row["counterparty"],
        category=row["category"],
        category_name=CATEGORIES[row["category"]],
        channel=row["channel"],
        note=row["note"],
        reference=row["reference"],
    )
