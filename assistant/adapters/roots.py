"""Signed roots in a folder, one file each, and the export that adds to it.

A file is written aside and linked under its number: nobody reads half of one, nothing is ever
overwritten, and of two processes that export at once one finds the number taken.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters import tables
from assistant.adapters.database import read, write
from assistant.errors import TranscriptDamaged
from assistant.notary.chain import instant
from assistant.notary.roots import REGISTER, Head, Signer, Statement, next_statement, signed
from assistant.ports import Clock

_PER_FOLDER: Final = 1000
_HEAD = tables.conversation
_EVENT = tables.event
_REGISTER = tables.privacy_log


@dataclass(frozen=True, slots=True)
class RootsFolder:
    """The signed roots, by number."""

    path: Path

    def numbers(self) -> list[int]:
        """Numbers that are there, in order."""
        return sorted(int(each.stem) for each in self.path.glob("*/*.json") if each.stem.isdigit())

    def last(self) -> Statement | None:
        """The last one; None when there is none.

        Raises:
            TranscriptDamaged: It is no JSON.
        """
        folders = sorted(each for each in self.path.glob("*") if each.name.isdigit())
        for folder in reversed(folders):
            files = sorted(folder.glob("*.json"))
            if files:
                return self.statement(int(files[-1].stem))
        return None

    def statement(self, number: int) -> Statement:
        """One by its number.

        Raises:
            TranscriptDamaged: It is no JSON object.
        """
        path = self._file(number)
        try:
            found = json.loads(path.read_bytes())
        except ValueError as error:
            msg = f"Root {number} is no JSON."
            raise TranscriptDamaged(msg) from error
        if not isinstance(found, dict):
            msg = f"Root {number} is no JSON object."
            raise TranscriptDamaged(msg)
        return found

    def all(self) -> Iterator[tuple[int, Statement]]:
        """All of them, in order."""
        for number in self.numbers():
            yield number, self.statement(number)

    def add(self, statement: Statement) -> bool:
        """Add the next one; False when its number is taken."""
        path = self._file(statement["number"])
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            with aside.open("x", encoding="ascii") as file:
                file.write(json.dumps(statement, indent=1))
                file.flush()
                os.fsync(file.fileno())
            path.hardlink_to(aside)
        except FileExistsError:
            return False
        finally:
            aside.unlink(missing_ok=True)
        return True

    def _file(self, number: int) -> Path:
        return self.path / f"{number // _PER_FOLDER:06}" / f"{number:09}.json"


@dataclass(frozen=True, slots=True)
class RootExport:
    """Adds a signed root over everything that was appended since the last one."""

    engine: AsyncEngine
    folder: RootsFolder
    signer: Signer
    clock: Clock

    async def run(self) -> Statement | None:
        """Export one root.

        Returns:
            None when nothing was appended, or another process exported meanwhile.

        Raises:
            StoreUnavailable: The database did not answer.
            TranscriptDamaged: The last root cannot be read, or an event it needs is missing.
            OSError: The folder cannot be written.
        """
        last = await asyncio.to_thread(self.folder.last)
        moved, register, counts = await read(self.engine, _heads)
        heads = [Head(row.conversation_id, row.last_seq, _hex(row)) for row in moved]
        if register is not None and register != _register_of(last):
            heads.append(register)
        if not heads:
            return None
        body = next_statement(last, heads, instant(self.clock.now()), counts)
        if register is not None:
            body["register"] = list(register)
        statement = signed(body, self.signer)
        if not await asyncio.to_thread(self.folder.add, statement):
            return None
        await self._mark(moved)
        return statement

    async def _mark(self, moved: list[Any]) -> None:
        rows = [{"conversation": row.conversation_id, "seq": row.last_seq} for row in moved]
        marked = update(_HEAD).where(_HEAD.c.conversation_id == bindparam("conversation"))

        async def work(connection: AsyncConnection) -> None:
            if rows:
                await connection.execute(marked.values(sealed_seq=bindparam("seq")), rows)

        await write(self.engine, work)


async def _heads(connection: AsyncConnection) -> tuple[list[Any], Head | None, tuple[int, int]]:
    """Heads that moved, the register's head, and how many conversations and events there are."""
    last = and_(
        _EVENT.c.conversation_id == _HEAD.c.conversation_id, _EVENT.c.seq == _HEAD.c.last_seq
    )
    query = (
        select(_HEAD.c.conversation_id, _HEAD.c.last_seq, _EVENT.c.hash)
        .outerjoin_from(_HEAD, _EVENT, last)
        .where(_HEAD.c.last_seq > _HEAD.c.sealed_seq)
        .order_by(_HEAD.c.updated_at, _HEAD.c.conversation_id)
    )
    moved = list((await connection.execute(query)).all())
    entry = select(_REGISTER.c.seq, _REGISTER.c.hash).order_by(_REGISTER.c.seq.desc()).limit(1)
    row = (await connection.execute(entry)).one_or_none()
    register = Head(REGISTER, row.seq, row.hash.hex()) if row else None
    total = select(func.count(), func.coalesce(func.sum(_HEAD.c.last_seq), 0)).select_from(_HEAD)
    conversations, events = (await connection.execute(total)).one()
    return moved, register, (int(conversations), int(events))


def _hex(row: Any) -> str:
    if row.hash is None:
        msg = f"Conversation {row.conversation_id} has no event {row.last_seq}, where it ends."
        raise TranscriptDamaged(msg)
    return str(row.hash.hex())


def _register_of(statement: Statement | None) -> Head | None:
    kept = statement.get("register") if statement else None
    return Head(*kept) if kept else None
