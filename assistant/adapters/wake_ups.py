"""Wake-ups in a SQL database: claimed by one process at a time, by lease and fence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from assistant.adapters.database import insert_if_absent, read, write
from assistant.adapters.tables import wake_up as _table
from assistant.ports.wake_ups import WakeUp

_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class SqlWakeUps:
    """Implements the WakeUpStore port.

    Attributes:
        engine: From `open_engine`, with the schema of `adapters.schema`.
    """

    engine: AsyncEngine

    async def note(self, wake_up: WakeUp) -> None:
        """See the port."""
        values = wake_up.model_dump()

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert_if_absent(connection.dialect, _table, **values))

        await write(self.engine, work)

    async def claim(self, now: datetime, lease_s: int) -> Sequence[WakeUp]:
        """See the port. Looks first without a write lock: mostly nothing is due."""
        is_due = (
            _table.c.ended_at.is_(None),
            _table.c.due_at <= now,
            or_(_table.c.lease_until.is_(None), _table.c.lease_until <= now),
        )
        due = select(_table).where(*is_due).order_by(_table.c.due_at).limit(_AT_ONCE)

        async def look(connection: AsyncConnection) -> list[WakeUp]:
            rows = (await connection.execute(due)).mappings().all()
            return [WakeUp(**{name: row[name] for name in WakeUp.model_fields}) for row in rows]

        async def take(connection: AsyncConnection) -> list[WakeUp]:
            taken = []
            for one in found:
                claimed = await connection.execute(
                    update(_table)
                    .where(_table.c.id == one.id, _table.c.fence == one.fence, *is_due)
                    .values(fence=one.fence + 1, lease_until=now + timedelta(seconds=lease_s))
                )
                if claimed.rowcount == 1:
                    taken.append(one.model_copy(update={"fence": one.fence + 1}))
            return taken

        found = await read(self.engine, look)
        return await write(self.engine, take) if found else ()

    async def postpone(self, wake_up: WakeUp, until: datetime) -> bool:
        """See the port."""
        return await self._change(wake_up, due_at=until, lease_until=None)

    async def end(self, wake_up: WakeUp, at: datetime) -> bool:
        """See the port."""
        return await self._change(wake_up, ended_at=at)

    async def _change(self, wake_up: WakeUp, **values: Any) -> bool:
        query = (
            update(_table)
            .where(
                _table.c.id == wake_up.id,
                _table.c.fence == wake_up.fence,
                _table.c.ended_at.is_(None),
            )
            .values(**values)
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(query)).rowcount == 1

        return await write(self.engine, work)
