"""The governor of sends: what the platform permits, never more, and one kept for a person.

A customer's message permits five sends in 48 hours; a menu click, a new follower or a scan three
in a minute; entering a mini program's chat two in a minute. A new grant of a scene replaces the one
before it. The last send a message permits is kept for a colleague.

Source: developers.weixin.qq.com, "Customer service messages", three pages that agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from channels.wechat.messages import Scene
from channels.wechat.tables import GRANT, ms, put

_PERMITS: Final[dict[Scene, tuple[int, timedelta]]] = {
    "message": (5, timedelta(hours=48)),
    "click": (3, timedelta(minutes=1)),
    "follow": (3, timedelta(minutes=1)),
    "scan": (3, timedelta(minutes=1)),
    "enter": (2, timedelta(minutes=1)),
}
KEPT_FOR_A_PERSON: Final = 1
"""Of the sends of a message."""

_MARGIN: Final = timedelta(seconds=2)
"""A send that leaves now arrives a little later."""


@dataclass(frozen=True, slots=True)
class Permit:
    """One send that was taken from a grant, to be given back when it did not happen."""

    contact_id: str
    scene: str


async def grant(connection: AsyncConnection, contact_id: str, scene: Scene, now: Any) -> None:
    """Note what a customer's doing permits, in the transaction that stores the doing.

    Args:
        connection: Of the transaction.
        contact_id: Who did it.
        scene: What was done.
        now: The present instant, UTC.
    """
    sends, lasting = _PERMITS[scene]
    granted = put(
        connection.dialect,
        GRANT,
        contact_id=contact_id,
        scene=scene,
        remaining=sends,
        expires_at_ms=ms(now + lasting - _MARGIN),
    )
    await connection.execute(granted)


async def take(
    connection: AsyncConnection, contact_id: str, now_ms: int, *, for_person: bool
) -> Permit | None:
    """Take one send, from the grant that ends first; None when there is none to take."""
    query = (
        select(GRANT)
        .where(GRANT.c.contact_id == contact_id, GRANT.c.expires_at_ms > now_ms)
        .order_by(GRANT.c.expires_at_ms)
    )
    for row in (await connection.execute(query)).all():
        kept = KEPT_FOR_A_PERSON if row.scene == "message" and not for_person else 0
        if row.remaining <= kept:
            continue
        taken = (
            update(GRANT)
            .where(
                GRANT.c.contact_id == contact_id,
                GRANT.c.scene == row.scene,
                GRANT.c.remaining > kept,
            )
            .values(remaining=GRANT.c.remaining - 1)
            .returning(GRANT.c.remaining)
        )
        if (await connection.execute(taken)).one_or_none() is not None:
            return Permit(contact_id, row.scene)
    return None


async def give_back(connection: AsyncConnection, permit: Permit) -> None:
    """A send surely did not happen."""
    await connection.execute(
        update(GRANT)
        .where(GRANT.c.contact_id == permit.contact_id, GRANT.c.scene == permit.scene)
        .values(remaining=GRANT.c.remaining + 1)
    )


async def exhaust(connection: AsyncConnection, contact_id: str) -> None:
    """The platform says that nothing is left, so nothing is."""
    await connection.execute(delete(GRANT).where(GRANT.c.contact_id == contact_id))


async def has_any(
    connection: AsyncConnection, contact_id: str, now_ms: int, *, for_person: bool
) -> bool:
    """Whether there is a send to take."""
    query = select(GRANT.c.scene, GRANT.c.remaining).where(
        GRANT.c.contact_id == contact_id, GRANT.c.expires_at_ms > now_ms
    )
    return any(
        row.remaining > (KEPT_FOR_A_PERSON if row.scene == "message" and not for_person else 0)
        for row in (await connection.execute(query)).all()
    )
