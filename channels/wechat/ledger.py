"""How far a contact has been told what was said, and who is telling them now.

A delivery is claimed by one atomic update of the contact's row: the passive reply, the worker that
sends, the retries of the platform and the other processes compete and one wins. Before a piece
leaves, that it is about to is stored; a claim that lapsed between the two is an unknown delivery.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, and_, exists, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.ports import Clock
from channels.wechat import quota
from channels.wechat.database import Database
from channels.wechat.quota import Permit
from channels.wechat.tables import ARRIVAL, CONTACT, CONVERSATION, ms

LEASE_MS: Final = 30_000
"""Longer than one call with its tries and waits."""

_CHAT_MS: Final = 48 * 3_600_000
"""The longest any permit lasts."""

_PASSIVE_MS: Final = 6_000
"""While a push may still be answered in passing, nobody else tells its contact anything."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The contacts of one account.

    Attributes:
        resend_is_safe: Whether the platform knows a message that is sent again.
    """

    account: str
    database: Database
    clock: Clock
    resend_is_safe: bool = False

    async def claim(self, contact_id: str, owner: str) -> Row[Any] | None:
        """The contact's row, ours for a while; None when somebody else is telling them.

        What was in flight when the one before us stopped is in doubt from here on, unless it can
        be sent again without harm.

        Args:
            contact_id: Whom to tell.
            owner: Names this one delivery; two of one process compete too.
        """
        now_ms = ms(self.clock.now())
        taken = (
            update(CONTACT)
            .where(CONTACT.c.contact_id == contact_id, CONTACT.c.lease_until_ms <= now_ms)
            .values(lease_owner=owner, lease_until_ms=now_ms + LEASE_MS)
            .returning(CONTACT)
        )

        async def work(connection: AsyncConnection) -> Row[Any] | None:
            row: Row[Any] | None = (await connection.execute(taken)).one_or_none()
            if row is None or not row.is_in_flight:
                return row
            values: dict[str, object] = {"is_in_flight": False}
            if not self.resend_is_safe:
                values |= {**told(row.target_seq), "doubt_from": row.told_seq}
                values["doubt_to"] = row.target_seq
            doubted = (
                update(CONTACT)
                .where(CONTACT.c.contact_id == contact_id)
                .values(values)
                .returning(CONTACT)
            )
            now_doubted: Row[Any] = (await connection.execute(doubted)).one()
            return now_doubted

        return await self.database.write(work)

    async def find(self, contact_id: str) -> Row[Any] | None:
        """The contact's row."""

        async def work(connection: AsyncConnection) -> Row[Any] | None:
            query = select(CONTACT).where(CONTACT.c.contact_id == contact_id)
            found: Row[Any] | None = (await connection.execute(query)).one_or_none()
            return found

        return await self.database.read(work)

    async def change(self, contact_id: str, owner: str, values: Mapping[str, object]) -> bool:
        """Change a row we hold; False when we hold it no longer."""
        change = _held(contact_id, owner).values(dict(values)).returning(CONTACT.c.contact_id)

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(change)).one_or_none() is not None

        return await self.database.write(work)

    async def told_in_passing(
        self,
        contact_id: str,
        owner: str,
        values: Mapping[str, object],
        arrival_id: str,
        span: Mapping[str, object],
    ) -> bool:
        """A push takes along what waits; False when we hold the row no longer.

        Args:
            contact_id: Who is told.
            owner: Of the claim, which ends.
            values: Of the contact's row afterwards.
            arrival_id: The push.
            span: What its answer holds, for its row.
        """
        freed = {**values, "lease_until_ms": 0, "lease_owner": None}
        change = _held(contact_id, owner).values(freed).returning(CONTACT.c.contact_id)
        noted = update(ARRIVAL).where(ARRIVAL.c.arrival_id == arrival_id).values(dict(span))

        async def work(connection: AsyncConnection) -> bool:
            if (await connection.execute(change)).one_or_none() is None:
                return False
            await connection.execute(noted)
            return True

        return await self.database.write(work)

    async def skip_to(self, contact_id: str, seq: int) -> None:
        """The contact saw everything up to this frame elsewhere, unless a delivery is under way."""
        idle = and_(
            CONTACT.c.contact_id == contact_id,
            CONTACT.c.lease_until_ms <= ms(self.clock.now()),
            CONTACT.c.target_seq.is_(None),
            CONTACT.c.told_seq < seq,
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(CONTACT).where(idle).values(told_seq=seq))

        await self.database.write(work)

    async def release(self, contact_id: str, owner: str, **values: object) -> None:
        """Let go of a row we hold."""
        await self.change(contact_id, owner, {**values, "lease_until_ms": 0, "lease_owner": None})

    async def depart(
        self, contact_id: str, owner: str, target: int, *, for_person: bool
    ) -> Permit | None:
        """Take a permit and note that a piece is leaving, both or neither.

        Returns:
            None when nothing may be sent, or the row is no longer ours.
        """
        now_ms = ms(self.clock.now())
        leaving = _held(contact_id, owner).values(
            is_in_flight=True, target_seq=target, lease_until_ms=now_ms + LEASE_MS
        )

        async def work(connection: AsyncConnection) -> Permit | None:
            permit = await quota.take(connection, contact_id, now_ms, for_person=for_person)
            if permit is None:
                return None
            held = (await connection.execute(leaving.returning(CONTACT.c.contact_id))).one_or_none()
            if held is None:
                await quota.give_back(connection, permit)
                return None
            return permit

        return await self.database.write(work)

    async def arrive(self, contact_id: str, owner: str, pieces: int) -> None:
        """A piece arrived."""
        await self.change(contact_id, owner, {"is_in_flight": False, "pieces_sent": pieces})

    async def not_departed(
        self, permit: Permit, owner: str, *, blocked: str | None, retry_ms: int, spent: bool = False
    ) -> None:
        """A piece did not go after all.

        Args:
            permit: Given back.
            owner: Of the claim, which ends.
            blocked: Why nothing can be sent for now; None to try again.
            retry_ms: Not before so many milliseconds from now.
            spent: The platform says that nothing is left of any permit.
        """
        change = _held(permit.contact_id, owner).values(
            is_in_flight=False,
            blocked=blocked,
            retry_at_ms=ms(self.clock.now()) + retry_ms,
            lease_until_ms=0,
            lease_owner=None,
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(change)
            if spent:
                await quota.exhaust(connection, permit.contact_id)
            else:
                await quota.give_back(connection, permit)

        await self.database.write(work)

    async def waiting(self, *, everybody: bool = False, limit: int = 50) -> list[str]:
        """Contacts who have not been told everything and may be told now.

        Args:
            everybody: Also those who did nothing for two days: the chat permits nothing to them, so
                a look now and then, for notices, is enough.
            limit: At most so many.
        """
        now_ms = ms(self.clock.now())
        since_ms = 0 if everybody else now_ms - _CHAT_MS
        in_passing = exists().where(
            ARRIVAL.c.contact_id == CONTACT.c.contact_id,
            ARRIVAL.c.state == "queued",
            ARRIVAL.c.received_at_ms > now_ms - _PASSIVE_MS,
        )
        query = (
            select(CONTACT.c.contact_id)
            .join(CONVERSATION, CONVERSATION.c.conversation_id == CONTACT.c.conversation_id)
            .where(
                CONTACT.c.account == self.account,
                CONTACT.c.last_message_at_ms >= since_ms,
                CONTACT.c.blocked.is_(None),
                or_(
                    CONVERSATION.c.last_frame_seq > CONTACT.c.told_seq,
                    CONTACT.c.target_seq.is_not(None),
                ),
                not_(CONVERSATION.c.open_turn),
                CONTACT.c.lease_until_ms <= now_ms,
                CONTACT.c.retry_at_ms <= now_ms,
                not_(in_passing),
            )
            .limit(limit)
        )

        async def work(connection: AsyncConnection) -> list[str]:
            return list((await connection.scalars(query)).all())

        return await self.database.read(work)


def told(target: int) -> dict[str, object]:
    """A delivery up to this frame is over."""
    return {
        "told_seq": target,
        "target_seq": None,
        "pieces_sent": 0,
        "is_in_flight": False,
    }


def _held(contact_id: str, owner: str) -> Any:
    return update(CONTACT).where(
        and_(CONTACT.c.contact_id == contact_id, CONTACT.c.lease_owner == owner)
    )
