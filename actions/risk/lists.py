"""Changing the risk lists of the database: one colleague asks, another one decides.

Nothing is edited in place: each change is a row of its own that stays, with who asked and who
decided. An entry counts only from its approval on; an entry ends by a day, and is never removed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from actions.ledger_store import transaction
from actions.risk.store import RISK_LIST, RISK_LIST_CHANGE
from assistant.model.frozen import Frozen
from assistant.model.risk import ListEntry

_REASON: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FORMATS: Final = {
    "payee": (
        re.compile(r"[A-Za-z0-9_-]{1,64}|\d{4}|[\u3400-\u9fff·A-Za-z .]{2,60}"),
        "the bank's id of the payee, the name, or the last four digits",
    ),
    "phone": (re.compile(r"1[3-9]\d{9}"), "an 11-digit mobile number"),
    "device": (re.compile(r"[A-Za-z0-9_-]{8,128}"), "a device id of 8 to 128 letters and digits"),
}
_NAME: Final = re.compile(r"\S(?:.{0,58}\S)?")


class ListError(ValueError):
    """The change is not possible as asked for; nothing was written."""


class ListChange(Frozen):
    """One asked-for change of a list and what became of it.

    Attributes:
        change: `add` an entry, or `end` one.
        entry_id: The entry that is ended, or that the approval made.
        effective_to: Last day; None for no end.
        status: `waiting`, `approved` or `refused`.
    """

    id: int
    at: datetime
    change: Literal["add", "end"]
    entry_id: int | None
    list: Literal["allow", "deny"]
    kind: Literal["payee", "phone", "device"]
    value: str
    effective_from: date
    effective_to: date | None
    reason: str
    maker: str
    status: Literal["waiting", "approved", "refused"]
    checker: str | None
    decided_at: datetime | None


class Listed(Frozen):
    """One entry in the database."""

    id: int
    entry: ListEntry


@dataclass(frozen=True, slots=True)
class RiskLists:
    """The lists of the database. Raises StoreUnavailable."""

    engine: AsyncEngine

    async def entries(self) -> list[Listed]:
        """Every entry, also ended ones, oldest first."""

        async def read(connection: AsyncConnection) -> Sequence[RowMapping]:
            return (await connection.execute(select(RISK_LIST).order_by("id"))).mappings().all()

        rows = await transaction(self.engine, read, reads_only=True)
        return [Listed(id=row["id"], entry=_entry(row)) for row in rows]

    async def changes(self) -> list[ListChange]:
        """Every change that was asked for, oldest first."""
        query = select(RISK_LIST_CHANGE).order_by("id")

        async def read(connection: AsyncConnection) -> Sequence[RowMapping]:
            return (await connection.execute(query)).mappings().all()

        rows = await transaction(self.engine, read, reads_only=True)
        return [ListChange(**row) for row in rows]

    async def ask_to_add(self, entry: ListEntry, maker: str, at: datetime) -> int:
        """Ask for an entry.

        Returns:
            Number of the change, for the colleague who decides.

        Raises:
            ListError: It is not written as such an entry has to be, or is there already.
        """
        _check(entry, maker)
        fields = {**_fields(entry), "change": "add", "entry_id": None}

        async def write(connection: AsyncConnection) -> int:
            await _refuse_second(connection, entry)
            return await _ask(connection, fields, maker, at)

        return await transaction(self.engine, write)

    async def ask_to_end(self, entry_id: int, last_day: date, maker: str, at: datetime) -> int:
        """Ask for the end of an entry after a day.

        Returns:
            Number of the change.

        Raises:
            ListError: There is no such entry, or it would end before it began.
        """
        _check_name(maker)

        async def write(connection: AsyncConnection) -> int:
            entry = await _find(connection, entry_id)
            if entry is None:
                msg = f"there is no entry {entry_id}"
                raise ListError(msg)
            if last_day < entry.effective_from:
                msg = f"entry {entry_id} begins on {entry.effective_from}; it cannot end before"
                raise ListError(msg)
            if entry.effective_to is not None and entry.effective_to <= last_day:
                msg = f"entry {entry_id} ends on {entry.effective_to} already"
                raise ListError(msg)
            fields = {**_fields(entry), "change": "end", "entry_id": entry_id}
            return await _ask(connection, {**fields, "effective_to": last_day}, maker, at)

        return await transaction(self.engine, write)

    async def decide(
        self, change_id: int, checker: str, at: datetime, *, approve: bool
    ) -> ListChange:
        """Decide about a change that somebody else has asked for.

        Raises:
            ListError: There is none, it is decided, or the same person asked for it.
        """
        _check_name(checker)

        async def write(connection: AsyncConnection) -> ListChange:
            asked = await _waiting(connection, change_id)
            if asked.maker.casefold() == checker.strip().casefold():
                msg = f"{checker} asked for change {change_id}; another person has to decide"
                raise ListError(msg)
            entry_id = await _apply(connection, asked) if approve else asked.entry_id
            decided = {
                "status": "approved" if approve else "refused",
                "checker": checker.strip(),
                "decided_at": at,
                "entry_id": entry_id,
            }
            of = RISK_LIST_CHANGE.c
            await connection.execute(
                update(RISK_LIST_CHANGE)
                .where(of.id == change_id, of.status == "waiting")
                .values(decided)
            )
            return asked.model_copy(update=decided)

        return await transaction(self.engine, write)


def _check(entry: ListEntry, maker: str) -> None:
    _check_name(maker)
    pattern, shape = _FORMATS[entry.kind]
    if not pattern.fullmatch(entry.value):
        msg = f"value must be {shape}"
        raise ListError(msg)
    if not _REASON.fullmatch(entry.reason):
        msg = "reason must be a code of small letters, digits and _, for example payee_denied"
        raise ListError(msg)
    if entry.effective_to is not None and entry.effective_to < entry.effective_from:
        msg = "the last day is before the first"
        raise ListError(msg)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name.strip()):
        msg = "the name of the colleague is missing"
        raise ListError(msg)


async def _refuse_second(connection: AsyncConnection, entry: ListEntry) -> None:
    """The same value twice on one list would leave one of them behind when it ends."""
    of = RISK_LIST.c
    query = select(of.id, of.effective_to).where(
        of.list == entry.list, of.kind == entry.kind, of.value == entry.value
    )
    for row in (await connection.execute(query)).all():
        if row.effective_to is None or row.effective_to >= entry.effective_from:
            msg = f"entry {row.id} has this value on this list already"
            raise ListError(msg)


async def _ask(
    connection: AsyncConnection, fields: dict[str, object], maker: str, at: datetime
) -> int:
    row = {**fields, "at": at, "maker": maker.strip(), "status": "waiting"}
    made = await connection.execute(insert(RISK_LIST_CHANGE).values(row))
    key = made.inserted_primary_key
    return int(key[0]) if key is not None else 0


async def _waiting(connection: AsyncConnection, change_id: int) -> ListChange:
    query = select(RISK_LIST_CHANGE).where(RISK_LIST_CHANGE.c.id == change_id).with_for_update()
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        msg = f"there is no change {change_id}"
        raise ListError(msg)
    asked = ListChange(**row)
    if asked.status != "waiting":
        msg = f"change {change_id} was {asked.status} by {asked.checker}"
        raise ListError(msg)
    return asked


async def _apply(connection: AsyncConnection, asked: ListChange) -> int | None:
    if asked.change == "end":
        await connection.execute(
            update(RISK_LIST)
            .where(RISK_LIST.c.id == asked.entry_id)
            .values(effective_to=asked.effective_to)
        )
        return asked.entry_id
    entry = asked.model_dump(include=set(ListEntry.__dataclass_fields__))
    await _refuse_second(connection, ListEntry(**entry))
    made = await connection.execute(insert(RISK_LIST).values(entry))
    key = made.inserted_primary_key
    return int(key[0]) if key is not None else None


async def _find(connection: AsyncConnection, entry_id: int) -> ListEntry | None:
    query = select(RISK_LIST).where(RISK_LIST.c.id == entry_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _entry(row)


def _entry(row: RowMapping) -> ListEntry:
    return ListEntry(**{name: row[name] for name in ListEntry.__dataclass_fields__})


def _fields(entry: ListEntry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in ListEntry.__dataclass_fields__}
