"""Every push stored once, with what it permits us and the work it means, before anything else.

One database transaction keeps the push, the contact it came from and the grant; after it, the work
is done once, by whoever holds its lease: a process that dies leaves one that lapses. A push that
comes again, however often, changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.ports import Clock
from channels.wechat import quota
from channels.wechat.database import Database
from channels.wechat.messages import Arrival
from channels.wechat.tables import (
    ARRIVAL,
    BINDING,
    CONTACT,
    GRANT,
    LINK,
    NOTHING_TOLD,
    insert_once,
    ms,
)

KEPT: Final = timedelta(days=7)
"""How long a push is remembered, so that it is known when it comes again."""

LEASE_MS: Final = 30_000
MOST_ATTEMPTS: Final = 20
_SESSION_MS: Final = 30 * 60_000
"""Without a message for so long, the next one begins a new session (the ladder's own time)."""

_RETRY_AFTER_MS: Final = 2_000
"""The platform sends a push again when it heard nothing for five seconds by its own clock; here the
first one may have waited. What comes sooner is only a second delivery."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A push that was taken.

    Attributes:
        is_new: This delivery of it was the first, and its work is ours.
        is_unheard: It was answered in passing before, and the platform did not hear the answer.
    """

    arrival_id: str
    contact_id: str
    is_new: bool
    is_unheard: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Work to be taken over from a process that did not finish it."""

    arrival_id: str
    contact_id: str
    arrival: Arrival
    attempts: int


@dataclass(frozen=True, slots=True)
class Inbox:
    """The pushes of one account.

    Attributes:
        owner: Names this process on leases.
    """

    account: str
    database: Database
    clock: Clock
    owner: str

    async def store(self, arrival: Arrival) -> Stored:
        """Take a push.

        Raises:
            StoreUnavailable: Nothing was stored; the platform will send it again.
        """
        names = self.database.pseudonyms(f"wechat\n{self.account}\n{arrival.openid}")

        async def work(connection: AsyncConnection) -> Stored:
            known = await connection.execute(select(CONTACT).where(CONTACT.c.contact_id.in_(names)))
            contact = known.one_or_none()
            contact_id = contact.contact_id if contact else names[0]
            # An event has no id, so its key names the sender: by the pseudonym.
            key = arrival.key.replace(arrival.openid, contact_id)
            stored = Stored(f"wx:{self.account}:{key}", contact_id, is_new=True)
            if not await self._insert(connection, stored, arrival):
                is_unheard = contact is not None and await self._is_unheard(
                    connection, contact, stored.arrival_id
                )
                return Stored(stored.arrival_id, contact_id, is_new=False, is_unheard=is_unheard)
            await self._note(connection, contact, contact_id, arrival)
            return stored

        return await self.database.write(work)

    async def done(self, arrival_id: str) -> None:
        """The push was answered; what it said is dropped."""
        await self._update(arrival_id, state="done", sealed=None, lease_until_ms=0)

    async def keep(self, arrival_id: str) -> bool:
        """Renew the lease; False when another process has it by now."""
        lease_until_ms = ms(self.clock.now()) + LEASE_MS
        return await self._update(arrival_id, lease_until_ms=lease_until_ms)

    async def let_go(self, arrival_id: str, after_ms: int) -> None:
        """Leave the work to whoever comes first after so many milliseconds."""
        await self._update(arrival_id, lease_until_ms=ms(self.clock.now()) + after_ms)

    async def take_over(self, limit: int = 20) -> list[Job]:
        """Work whose lease has lapsed, oldest first, now ours."""
        now_ms = ms(self.clock.now())
        lapsed = and_(
            ARRIVAL.c.state == "queued",
            ARRIVAL.c.lease_until_ms <= now_ms,
            ARRIVAL.c.arrival_id.startswith(f"wx:{self.account}:", autoescape=True),
        )
        due = select(ARRIVAL.c.arrival_id).where(lapsed).order_by(ARRIVAL.c.received_at_ms)

        async def work(connection: AsyncConnection) -> list[Row[Any]]:
            ids = (await connection.scalars(due.limit(limit))).all()
            taken = (
                update(ARRIVAL)
                .where(ARRIVAL.c.arrival_id.in_(ids), lapsed)
                .values(
                    lease_owner=self.owner,
                    lease_until_ms=now_ms + LEASE_MS,
                    attempts=ARRIVAL.c.attempts + 1,
                )
                .returning(ARRIVAL)
            )
            return list((await connection.execute(taken)).all()) if ids else []

        rows = sorted(await self.database.write(work), key=lambda row: row.received_at_ms)
        return [self._job(row) for row in rows]

    async def has_lapsed(self) -> bool:
        """Whether there is work to take over; takes no write lock."""
        query = select(ARRIVAL.c.arrival_id).where(
            ARRIVAL.c.state == "queued", ARRIVAL.c.lease_until_ms <= ms(self.clock.now())
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(query.limit(1))).one_or_none() is not None

        return await self.database.read(work)

    async def forget_old(self) -> None:
        """Drop what is older than `KEPT`."""
        oldest_ms = ms(self.clock.now() - KEPT)

        async def work(connection: AsyncConnection) -> None:
            is_old = and_(ARRIVAL.c.received_at_ms < oldest_ms, ARRIVAL.c.state == "done")
            await connection.execute(delete(ARRIVAL).where(is_old))
            await connection.execute(delete(LINK).where(LINK.c.expires_at_ms < oldest_ms))
            await connection.execute(delete(GRANT).where(GRANT.c.expires_at_ms < oldest_ms))

        await self.database.write(work)

    async def _insert(self, connection: AsyncConnection, stored: Stored, arrival: Arrival) -> bool:
        is_work = arrival.kind not in {"silent", "leave"}
        now_ms = ms(self.clock.now())
        row = insert_once(
            connection.dialect,
            ARRIVAL,
            arrival_id=stored.arrival_id,
            contact_id=stored.contact_id,
            kind=arrival.kind,
            sealed=self.database.seal(arrival.model_dump_json(), _place(stored.arrival_id))
            if is_work
            else None,
            state="queued" if is_work else "done",
            attempts=1,
            received_at_ms=now_ms,
            lease_owner=self.owner,
            lease_until_ms=now_ms + LEASE_MS,
        )
        return (await connection.execute(row)).one_or_none() is not None

    async def _note(
        self,
        connection: AsyncConnection,
        contact: Row[Any] | None,
        contact_id: str,
        arrival: Arrival,
    ) -> None:
        """The contact as it is after this push."""
        now = self.clock.now()
        now_ms = ms(now)
        if arrival.kind == "leave":
            await forget_contact(connection, contact_id, "unsubscribed", now_ms)
            return
        # Two first messages at once: one row, and the second finds it.
        row = insert_once(connection.dialect, CONTACT, **self._new(contact_id, arrival, now_ms))
        is_new = contact is None and (await connection.execute(row)).one_or_none() is not None
        if not is_new:
            values: dict[str, object] = {"reply_to": arrival.to, "retry_at_ms": 0, "blocked": None}
            if contact is not None:
                values |= self._changes(contact, arrival, now_ms)
            await connection.execute(
                update(CONTACT).where(CONTACT.c.contact_id == contact_id).values(values)
            )
        if arrival.scene is not None:
            await quota.grant(connection, contact_id, arrival.scene, now)

    def _changes(self, contact: Row[Any], arrival: Arrival, now_ms: int) -> dict[str, object]:
        """What a push changes of a contact who is known."""
        values: dict[str, object] = {}
        if contact.openid is None:
            values["openid"] = self.database.seal(arrival.openid, contact_place(contact.contact_id))
        if now_ms - contact.last_message_at_ms > _SESSION_MS:
            values["session_at_ms"] = now_ms
        if arrival.kind != "silent" or arrival.scene is not None:
            values["last_message_at_ms"] = now_ms
        return values

    def _new(self, contact_id: str, arrival: Arrival, now_ms: int) -> dict[str, object]:
        return {
            "contact_id": contact_id,
            "account": self.account,
            "openid": self.database.seal(arrival.openid, contact_place(contact_id)),
            "reply_to": arrival.to,
            "told_seq": 0,
            "pieces_sent": 0,
            "is_in_flight": False,
            "lease_until_ms": 0,
            "retry_at_ms": 0,
            "session_at_ms": now_ms,
            "last_message_at_ms": now_ms,
            "created_at_ms": now_ms,
        }

    async def unheard(self, arrival_id: str) -> None:
        """The platform hung up before the answer to a push could be given."""

        async def work(connection: AsyncConnection) -> None:
            push = await self._answered(connection, arrival_id)
            if push is None:
                return
            query = select(CONTACT).where(CONTACT.c.contact_id == push.contact_id)
            await self._doubt(connection, (await connection.execute(query)).one(), push)

        await self.database.write(work)

    async def _is_unheard(
        self, connection: AsyncConnection, contact: Row[Any], arrival_id: str
    ) -> bool:
        """Whether a push that comes again was answered in passing, and that was not heard."""
        push = await self._answered(connection, arrival_id)
        if push is None or push.told_in != contact.conversation_id:
            return False
        if push.told_to is None:
            return contact.doubt_to is not None
        if ms(self.clock.now()) - push.received_at_ms < _RETRY_AFTER_MS:
            return False
        await self._doubt(connection, contact, push)
        return True

    async def _answered(self, connection: AsyncConnection, arrival_id: str) -> Row[Any] | None:
        """The row of a push that was answered in passing."""
        query = select(ARRIVAL).where(
            ARRIVAL.c.arrival_id == arrival_id, ARRIVAL.c.told_from.is_not(None)
        )
        found: Row[Any] | None = (await connection.execute(query)).one_or_none()
        return found

    async def _doubt(self, connection: AsyncConnection, contact: Row[Any], push: Row[Any]) -> None:
        """What a push was answered in passing may not have arrived."""
        if push.told_to is None or push.told_in != contact.conversation_id:
            return
        known = contact.doubt_to is not None
        doubt_from = min(push.told_from, contact.doubt_from) if known else push.told_from
        doubt_to = max(push.told_to, contact.doubt_to) if known else push.told_to
        await connection.execute(
            update(CONTACT)
            .where(CONTACT.c.contact_id == contact.contact_id)
            .values(doubt_from=doubt_from, doubt_to=doubt_to)
        )
        await connection.execute(
            update(ARRIVAL).where(ARRIVAL.c.arrival_id == push.arrival_id).values(told_to=None)
        )

    async def _update(self, arrival_id: str, **values: object) -> bool:
        mine = or_(ARRIVAL.c.lease_owner == self.owner, ARRIVAL.c.lease_owner.is_(None))
        change = (
            update(ARRIVAL)
            .where(ARRIVAL.c.arrival_id == arrival_id, ARRIVAL.c.state == "queued", mine)
            .values(**values)
            .returning(ARRIVAL.c.arrival_id)
        )

        async def work(connection: AsyncConnection) -> bool:
            return (await connection.execute(change)).one_or_none() is not None

        return await self.database.write(work)

    def _job(self, row: Row[Any]) -> Job:
        text = self.database.unseal(row.sealed, _place(row.arrival_id))
        arrival = Arrival.model_validate_json(text)
        return Job(row.arrival_id, row.contact_id, arrival, row.attempts)


async def forget_contact(
    connection: AsyncConnection, contact_id: str, reason: str, now_ms: int
) -> None:
    """Delete what the platform's rules want deleted: identity, binding, permissions, words.

    What stays is the pseudonym with its ended bindings, and the conversation, which the bank must
    keep by law under its own id.
    """
    await connection.execute(
        update(BINDING)
        .where(BINDING.c.contact_id == contact_id, BINDING.c.ended_at_ms.is_(None))
        .values(ended_at_ms=now_ms, end_reason=reason)
    )
    await connection.execute(delete(GRANT).where(GRANT.c.contact_id == contact_id))
    await connection.execute(
        update(ARRIVAL).where(ARRIVAL.c.contact_id == contact_id).values(sealed=None, state="done")
    )
    await connection.execute(
        update(CONTACT)
        .where(CONTACT.c.contact_id == contact_id)
        .values(openid=None, conversation_id=None, blocked=reason, **NOTHING_TOLD)
    )


def contact_place(contact_id: str) -> str:
    """Where a sealed openid stands."""
    return f"wechat_contact\n{contact_id}\nopenid"


def _place(arrival_id: str) -> str:
    return f"wechat_arrival\n{arrival_id}\nsealed"
