"""Template and subscription messages: that something waits, when the chat itself may not say it.

A receipt is told of by a template message, which the platform permits for important notices of a
service; what we say of our own accord, such as a reminder, by a subscription message, which the
customer has asked for. Neither repeats what was said: a notice shows on a locked screen. Each is
sent once; an unknown outcome is left alone, and the platform reports later how a template ended.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Final, Literal

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.ports import Clock
from channels.rendering import Words
from channels.wechat.client import Client
from channels.wechat.database import Database
from channels.wechat.errors import CallRefused, NotSent, OutcomeUnknown
from channels.wechat.tables import NOTICE, insert_once, ms

_log = logging.getLogger(__name__)

Occasion = Literal["receipt", "reminder"]

_TEMPLATE: Final = "/cgi-bin/message/template/send"
_SUBSCRIPTION: Final = "/cgi-bin/message/subscribe/bizsend"
_ZONE: Final = timezone(timedelta(hours=8))
_DELIVERED: Final = "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Notices of one account.

    Attributes:
        receipt_template: Id of the template with the fields `thing1` and `time2`; "" for none.
        reminder_template: Id of the subscription with the same fields; "" for none.
    """

    client: Client
    database: Database
    clock: Clock
    receipt_template: str = ""
    reminder_template: str = ""

    async def tell(
        self, contact_id: str, openid: str, occasion: Occasion, seq: int, words: Words
    ) -> None:
        """Tell once that something waits in the chat; does nothing where no template is set.

        Args:
            contact_id: Who is told.
            openid: The platform's name for them.
            occasion: What waits.
            seq: Last frame of what waits; there is one notice for it.
            words: Approved wording in their language.
        """
        is_receipt = occasion == "receipt"
        template = self.receipt_template if is_receipt else self.reminder_template
        notice_id = f"{contact_id}:{seq}"
        if not template or not await self._begin(notice_id, contact_id, template):
            return
        at = self.clock.now().astimezone(_ZONE)
        data = {
            "thing1": {"value": words(f"utter_channel_notice_{occasion}")},
            "time2": {"value": at.strftime("%Y-%m-%d %H:%M")},
        }
        body = {"touser": openid, "template_id": template, "data": data}
        try:
            answer = await self.client.post(_TEMPLATE if is_receipt else _SUBSCRIPTION, body)
        except CallRefused as refusal:
            _log.warning("a notice was refused with %d", refusal.errcode)
            await self._end(notice_id, "failed", None)
        except NotSent:
            await self._end(notice_id, "failed", None)
        except OutcomeUnknown:
            await self._end(notice_id, "unknown", None)
        else:
            await self._end(notice_id, "sent", str(answer.get("msgid", "")) or None)

    async def report(self, job: str, detail: str) -> None:
        """The platform tells how a template message ended."""
        state = "delivered" if detail.endswith(f":{_DELIVERED}") else "failed"
        if state == "failed":
            _log.warning("a notice was not delivered: %s", detail.partition(":")[2][:40])
        change = update(NOTICE).where(NOTICE.c.job == job).values(state=state)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(change)

        await self.database.write(work)

    async def _begin(self, notice_id: str, contact_id: str, template: str) -> bool:
        async def work(connection: AsyncConnection) -> bool:
            row = insert_once(
                connection.dialect,
                NOTICE,
                notice_id=notice_id,
                contact_id=contact_id,
                template=template,
                state="sending",
                at_ms=ms(self.clock.now()),
            )
            return (await connection.execute(row)).one_or_none() is not None

        return await self.database.write(work)

    async def _end(self, notice_id: str, state: str, job: str | None) -> None:
        change = update(NOTICE).where(NOTICE.c.notice_id == notice_id)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(change.values(state=state, job=job))

        await self.database.write(work)
