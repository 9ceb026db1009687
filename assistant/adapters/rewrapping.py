"""Changing the master key: every data key is unwrapped and wrapped anew, batch by batch.

Events, their ciphertexts and the chain stay as they are. Each batch is one database transaction,
so that a process killed in between leaves keys of which some are wrapped by the former master key
and some by the present one: all of them open, and whoever starts again does the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters import tables
from assistant.adapters.database import forget_overwritten, master_of, read, write
from assistant.adapters.vault import key_place, unwrapped
from assistant.notary.keys import MasterKey

_KEY = tables.data_key
_AT_ONCE: Final = 200
"""Keys of one transaction: some milliseconds, in which conversations wait."""


async def count_former(engine: AsyncEngine) -> int:
    """How many data keys a former master key wraps.

    Raises:
        StoreUnavailable: The database did not answer.
    """
    query = select(func.count()).select_from(_KEY).where(_former(master_of(engine)))

    async def work(connection: AsyncConnection) -> int:
        return int((await connection.execute(query)).scalar_one())

    return await read(engine, work)


async def rewrap(engine: AsyncEngine, done: Callable[[int], None]) -> int:
    """Wrap with the present master key what former ones wrap.

    Args:
        engine: From `open_engine`; its master key knows the former ones.
        done: Told after each batch how many keys it had.

    Returns:
        How many keys were wrapped anew.

    Raises:
        SettingsError: A key is wrapped by a master key that is not at hand.
        StoreUnavailable: The database did not answer; what was done stays done.
        TranscriptDamaged: A key was changed.
    """
    total = 0
    while True:
        batch = await write(engine, lambda connection: _batch(connection, master_of(engine)))
        if not batch:
            break
        total += batch
        done(batch)
    if total:
        await forget_overwritten(engine)
    return total


async def _batch(connection: AsyncConnection, master: MasterKey) -> int:
    chosen = select(_KEY).where(_former(master)).order_by(_KEY.c.key_id).limit(_AT_ONCE)
    rows = (await connection.execute(chosen.with_for_update())).all()
    if rows:
        anew = update(_KEY).where(_KEY.c.key_id == bindparam("its_id"))
        values = anew.values(master=master.name, wrapped=bindparam("its_key"))
        await connection.execute(values, [_wrapped(master, row) for row in rows])
    return len(rows)


def _wrapped(master: MasterKey, row: Any) -> dict[str, Any]:
    place = key_place(row.key_id, row.conversation_id, row.record_class)
    return {"its_id": row.key_id, "its_key": master.wrap(unwrapped(master, row), place)}


def _former(master: MasterKey) -> ColumnElement[bool]:
    return and_(_KEY.c.master != master.name, _KEY.c.wrapped.is_not(None))
