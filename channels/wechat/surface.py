"""One WeChat surface, joined: callbacks, inbox, turns, delivery, and the worker behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from assistant.announcements import Announcements
from assistant.ports import IdSource
from channels.service import Service
from channels.voice.speech import Recogniser
from channels.wechat.answering import Answers
from channels.wechat.bindings import Bindings
from channels.wechat.client import Client
from channels.wechat.database import Database
from channels.wechat.delivery import Delivery
from channels.wechat.flights import Flights
from channels.wechat.inbox import Inbox
from channels.wechat.ledger import Ledger
from channels.wechat.links import Links
from channels.wechat.media import Voices
from channels.wechat.menu import Tags
from channels.wechat.notices import Notices
from channels.wechat.senders import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """One account and everything that serves it."""

    account: str
    client: Client
    inbox: Inbox
    ledger: Ledger
    answers: Answers
    delivery: Delivery
    bindings: Bindings
    links: Links
    flights: Flights
    tags: Tags | None = None

    @asynccontextmanager
    async def running(self, patience_s: float) -> AsyncIterator[None]:
        """The worker, until the application stops."""
        worker = asyncio.create_task(self.flights.run())
        try:
            yield
        finally:
            worker.cancel()
            await asyncio.wait([worker])
            await self.flights.drain(patience_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all surfaces have in common.

    Attributes:
        owner: Names this process on leases.
    """

    service: Service
    database: Database
    ids: IdSource
    owner: str
    public_url: str
    binding_days: float
    passive_s: float
    patience_ms: int
    recogniser: Recogniser | None = None

    @property
    def bindings(self) -> Bindings:
        """Who is bound, whatever the surface."""
        return Bindings(self.database, self.service.clock, self.ids, self.binding_days)

    def surface(
        self,
        client: Client,
        sender: Sender,
        *,
        mini_app_id: str = "",
        tags: Tags | None = None,
        notices: Notices | None = None,
    ) -> Surface:
        """Join one surface.

        Args:
            client: The account's API.
            sender: The way out.
            tags: Which menu a contact sees, where the surface has menus.
            mini_app_id: The mini program whose page opens links; "" for a browser.
            notices: Template messages, where the surface has them.
        """
        account, clock = client.account, self.service.clock
        conversations = self.service.assistant.conversations
        inbox = Inbox(account, self.database, clock, self.owner)
        ledger = Ledger(account, self.database, clock, sender.can.resend_is_safe)
        links = Links(self.database, clock, self.public_url, account, mini_app_id)
        answers = Answers(
            channel=sender.can.channel,
            assistant=self.service.assistant,
            announcements=Announcements(conversations=conversations),
            ledger=ledger,
            bindings=self.bindings,
            database=self.database,
            voices=Voices(client, self.recogniser),
            patience_ms=self.patience_ms,
            tags=tags,
        )
        delivery = Delivery(
            ledger=ledger,
            store=conversations.store,
            sender=sender,
            release=self.service.release,
            links=links,
            bindings=self.bindings,
            database=self.database,
            ids=self.ids,
            notices=notices,
        )
        return Surface(
            account=account,
            client=client,
            inbox=inbox,
            ledger=ledger,
            answers=answers,
            delivery=delivery,
            bindings=self.bindings,
            links=links,
            tags=tags,
            flights=Flights(
                inbox=inbox, answers=answers, delivery=delivery, passive_s=self.passive_s
            ),
        )
