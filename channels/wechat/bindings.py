"""Which customer a contact is: bound after a bank login and consent, ended by either side.

An active binding vouches for level 3, no more: whoever holds the phone reads what the phone's
messages say. Money and level 4 are proved on the bank's own page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.model.assurance import Assurance
from assistant.model.ids import CustomerId
from assistant.model.message import SignIn
from assistant.ports import Clock, IdSource
from channels.wechat.database import Database
from channels.wechat.tables import BINDING, CONTACT, LINK, NOTHING_TOLD, insert_once, ms

LEVEL: Final = Assurance.BOUND_CARD


@dataclass(frozen=True, slots=True)
class Bindings:
    """The bindings of all accounts.

    Attributes:
        days: How long one lasts.
    """

    database: Database
    clock: Clock
    ids: IdSource
    days: float = 90.0

    async def find(self, contact_id: str) -> Row[Any] | None:
        """The active binding; None when there is none, or its time is over."""
        query = select(BINDING).where(
            BINDING.c.contact_id == contact_id,
            BINDING.c.ended_at_ms.is_(None),
            BINDING.c.expires_at_ms > ms(self.clock.now()),
        )

        async def work(connection: AsyncConnection) -> Row[Any] | None:
            return (await connection.execute(query)).one_or_none()

        return await self.database.read(work)

    async def bind(
        self, contact_id: str, customer_id: CustomerId, consent: str, link_id: str
    ) -> bool:
        """Bind a contact to a customer, in place of whom it was bound to.

        Args:
            contact_id: Whom the platform named.
            customer_id: Whom the bank's login named.
            consent: Version of the wording consented to.
            link_id: The link that led here; it works once.

        Returns:
            Whether it was bound; False when the link was used before.
        """
        now = self.clock.now()
        row = {
            "binding_id": self.ids.new("b"),
            "contact_id": contact_id,
            "customer_id": customer_id,
            "consent": consent,
            "bound_at_ms": ms(now),
            "expires_at_ms": ms(now + timedelta(days=self.days)),
        }

        async def work(connection: AsyncConnection) -> bool:
            if not await self._use(connection, link_id):
                return False
            await self._end(connection, contact_id, "replaced")
            await connection.execute(insert(BINDING).values(row))
            await renew_session(connection, contact_id, ms(now))
            return True

        return await self.database.write(work)

    async def use_link(self, link_id: str) -> bool:
        """Whether this is the first use of a link."""

        async def work(connection: AsyncConnection) -> bool:
            return await self._use(connection, link_id)

        return await self.database.write(work)

    async def end(self, contact_id: str, reason: str) -> None:
        """End the binding; the contact is nobody from here on, in a conversation of their own."""

        async def work(connection: AsyncConnection) -> None:
            await self._end(connection, contact_id, reason)

        await self.database.write(work)

    async def _use(self, connection: AsyncConnection, link_id: str) -> bool:
        at = {"used_at_ms": ms(self.clock.now()), "expires_at_ms": ms(self.clock.now())}
        first = insert_once(connection.dialect, LINK, link_id=link_id, **at)
        return (await connection.execute(first)).one_or_none() is not None

    async def _end(self, connection: AsyncConnection, contact_id: str, reason: str) -> None:
        ended = (
            update(BINDING)
            .where(BINDING.c.contact_id == contact_id, BINDING.c.ended_at_ms.is_(None))
            .values(ended_at_ms=ms(self.clock.now()), end_reason=reason)
            .returning(BINDING.c.binding_id)
        )
        if (await connection.execute(ended)).first() is not None:
            # The conversation is the customer's; whoever the contact is now begins another.
            await connection.execute(
                update(CONTACT)
                .where(CONTACT.c.contact_id == contact_id)
                .values(conversation_id=None, **NOTHING_TOLD)
            )


async def renew_session(connection: AsyncConnection, contact_id: str, now_ms: int) -> None:
    """What the contact proves next, they prove in a session of its own."""
    later = CONTACT.c.session_at_ms + 1  # two in one millisecond are two
    begins = case((CONTACT.c.session_at_ms >= now_ms, later), else_=now_ms)
    await connection.execute(
        update(CONTACT).where(CONTACT.c.contact_id == contact_id).values(session_at_ms=begins)
    )


def sign_in_of(binding: Row[Any], contact: Row[Any]) -> SignIn:
    """What a binding vouches for in the contact's present session."""
    return SignIn(
        customer_id=CustomerId(binding.customer_id),
        level=LEVEL,
        at=datetime.fromtimestamp(contact.session_at_ms / 1000, UTC),
        session=f"wechat:{binding.binding_id}:{contact.session_at_ms}",
    )
