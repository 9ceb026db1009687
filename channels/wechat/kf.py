"""WeCom customer service (微信客服): told that there is news, we fetch it ourselves, in order.

A callback names an account of the service and a token good for ten minutes; `sync_msg` gives the
messages after a cursor. Each batch is stored before its cursor is, so a process that dies between
fetches a batch again and finds it known. One process at a time fetches for one account.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import JsonValue
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.errors import AssistantError
from assistant.model.release import Release
from assistant.ports import Clock
from channels.capabilities import CAPABILITIES, Capability
from channels.rendering import Outgoing, wording
from channels.wechat import quota
from channels.wechat.client import Client
from channels.wechat.database import Database
from channels.wechat.errors import Rejected
from channels.wechat.flights import Flights
from channels.wechat.messages import Arrival
from channels.wechat.tables import ACCOUNT, ms
from channels.wechat.tokens import ensure_account

_log = logging.getLogger(__name__)

_SYNC: Final = "/cgi-bin/kf/sync_msg"
_SEND: Final = "/cgi-bin/kf/send_msg"
_WELCOME: Final = "/cgi-bin/kf/send_msg_on_event"
_BATCH: Final = 1000
_MOST_CURSOR: Final = 64
_LEASE_MS: Final = 30_000
_MOST_BATCHES: Final = 100
_EVENT: Final = "kf_msg_or_event"
_CUSTOMER: Final = 3
_REFERENCE_DIGITS: Final = 32
_NO_PERMIT: Final = frozenset({4, 5, 6, 10})
"""Why a message could not be delivered: window over, session closed, over five, refused."""


def read_news(fields: Mapping[str, str]) -> Arrival:
    """A callback: which account has news, and the token to fetch it with.

    Raises:
        Rejected: It is about something else.
    """
    account, token = fields.get("OpenKfId", ""), fields.get("Token", "")
    if fields.get("Event") != _EVENT or not account or not token:
        raise Rejected(reason="fields")
    to = fields.get("ToUserName", "")
    return Arrival(key=f"k:{account}", kind="silent", openid=account, to=to, text=token)


def read_message(found: Mapping[str, Any]) -> Arrival | None:
    """A customer's message of `sync_msg`; None for what is not one."""
    openid, account = found.get("external_userid"), found.get("open_kfid")
    message_id, kind = found.get("msgid"), found.get("msgtype")
    if found.get("origin") != _CUSTOMER or not isinstance(message_id, str):
        return None
    if not isinstance(openid, str) or not isinstance(account, str):
        return None
    known: dict[str, Any] = {"key": f"m:{message_id}", "openid": openid, "to": account}
    inside = found.get(str(kind))
    content = inside if isinstance(inside, dict) else {}
    if kind == "text":
        text = str(content.get("content", ""))
        return Arrival(**known, kind="text", text=text, scene="message")
    if kind == "voice":
        media_id = str(content.get("media_id", ""))
        return Arrival(
            **known, kind="voice", media_id=media_id, media_format="amr", scene="message"
        )
    return Arrival(**known, kind="other", scene="message", detail=str(kind)[:40])


@dataclass(frozen=True, slots=True)
class KfSender:
    """Implements Sender; the platform knows a message that is sent again by its id."""

    client: Client
    can: Capability = CAPABILITIES["wecom_kf"]

    async def send(self, openid: str, reply_to: str, message: Outgoing, reference: str) -> None:
        """See the port."""
        digest = hashlib.sha256(f"{openid}|{reference}".encode()).hexdigest()
        body: dict[str, Any] = {
            "touser": openid,
            "open_kfid": reply_to,
            "msgid": digest[:_REFERENCE_DIGITS],
        }
        if message.choices:
            entries = [
                {"type": "click", "click": {"id": str(number), "content": title}}
                for number, title in enumerate(message.choices, start=1)
            ]
            menu = {"head_content": message.text, "list": entries}
            body |= {"msgtype": "msgmenu", "msgmenu": menu}
        else:
            body |= {"msgtype": "text", "text": {"content": message.text}}
        await self.client.post(_SEND, body)

    async def typing(self, openid: str) -> None:
        """See the port; there is no such thing here."""


@dataclass(slots=True, kw_only=True)
class Fetcher:
    """Fetches the messages of the service's accounts.

    Attributes:
        owner: Names this process on leases.
    """

    client: Client
    flights: Flights
    database: Database
    clock: Clock
    release: Release
    owner: str
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def take(self, news: Arrival, since: float = 0.0) -> str | None:
        """Acknowledge at once and fetch behind it."""
        task = asyncio.create_task(self._fetch_safely(news.openid, news.text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return None

    async def fetch(self, account: str, token: str) -> None:
        """Fetch everything after the cursor; somebody else may be at it already."""
        row = f"kf:{account}"
        for _ in range(_MOST_BATCHES):
            cursor = await self._claim(row)
            if cursor is None:
                return
            body = {"cursor": cursor, "token": token, "limit": _BATCH, "open_kfid": account}
            found = await self.client.post(_SYNC, body)
            messages = found.get("msg_list")
            for message in messages if isinstance(messages, list) else []:
                if isinstance(message, dict):
                    await self._store(message)
            following = found.get("next_cursor")
            has_cursor = isinstance(following, str) and 0 < len(following) <= _MOST_CURSOR
            await self._commit(row, str(following) if has_cursor else cursor)
            # A batch may be empty although there is more.
            if found.get("has_more") != 1 or not has_cursor:
                return

    async def _fetch_safely(self, account: str, token: str) -> None:
        try:
            await self.fetch(account, token)
        except AssistantError as error:
            # The next callback goes on from the cursor that was stored.
            _log.warning("messages were not fetched: %s", error.code)

    async def _store(self, message: Mapping[str, JsonValue]) -> None:
        if message.get("msgtype") == "event":
            event = message.get("event")
            if isinstance(event, dict):
                await self._event(event)
            return
        arrival = read_message(message)
        if arrival is not None:
            await self.flights.enqueue(arrival)

    async def _event(self, event: Mapping[str, JsonValue]) -> None:
        code = event.get("welcome_code")
        if event.get("event_type") == "enter_session" and isinstance(code, str) and code:
            words = wording(self.release, self.release.locale)
            text = f"{words('utter_channel_welcome')}\n\n{words('utter_channel_ai_label')}"
            await self._welcome(code, text)
        if event.get("event_type") == "msg_send_fail" and event.get("fail_type") in _NO_PERMIT:
            await self._not_delivered(str(event.get("external_userid", "")))

    async def _welcome(self, code: str, text: str) -> None:
        try:
            body = {"code": code, "msgtype": "text", "text": {"content": text}}
            await self.client.post(_WELCOME, body)
        except AssistantError as error:
            _log.info("a welcome came too late: %s", error.code)

    async def _not_delivered(self, openid: str) -> None:
        """The service took a message and could not deliver it; nothing more is permitted."""
        _log.warning("a message was taken and not delivered")
        names = self.database.pseudonyms(f"wechat\n{self.client.account}\n{openid}")

        async def work(connection: AsyncConnection) -> None:
            for name in names:
                await quota.exhaust(connection, name)

        await self.database.write(work)

    async def _claim(self, row: str) -> str | None:
        """The cursor, ours for a while; None when somebody else fetches."""
        now_ms = ms(self.clock.now())
        free = (ACCOUNT.c.lease_until_ms <= now_ms) | (ACCOUNT.c.lease_owner == self.owner)
        taken = (
            update(ACCOUNT)
            .where(ACCOUNT.c.account == row, free)
            .values(lease_owner=self.owner, lease_until_ms=now_ms + _LEASE_MS)
            .returning(ACCOUNT.c.account)
        )

        async def work(connection: AsyncConnection) -> str | None:
            await ensure_account(connection, row)
            if (await connection.execute(taken)).one_or_none() is None:
                return None
            query = select(ACCOUNT.c.cursor).where(ACCOUNT.c.account == row)
            return (await connection.execute(query)).scalar_one() or ""

        return await self.database.write(work)

    async def _commit(self, row: str, cursor: str) -> None:
        """The batch is stored; the next one begins after it."""
        change = (
            update(ACCOUNT)
            .where(ACCOUNT.c.account == row, ACCOUNT.c.lease_owner == self.owner)
            .values(cursor=cursor, lease_until_ms=0)
        )

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(change)

        await self.database.write(work)
