"""A customer at the front door of each channel; every channel tells the same three things.

A door says something and gives back what it led to: the approved wordings it was answered with and
the commands it was taken for, read from the log, whatever the channel shows of them.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from itertools import count

from assistant.model.events import CommandsUnderstood, MessageReceived, Said
from assistant.model.ids import ConversationId
from assistant.model.message import SignIn
from channels.voice.calls import Calls
from channels.voice.leg_websocket import PageWire
from tests.unit.channels.voice.phone import Phone, Vocabulary, engines


@dataclass
class Door(ABC):
    """One customer in one channel.

    Attributes:
        store: The event store behind the channel.
    """

    store: object
    numbers: count = field(default_factory=lambda: count(1))

    @abstractmethod
    async def say(self, text, message_id=None):
        """Say something; the answer as the customer sees it."""

    async def confirm(self):
        """Say yes in the way the channel offers."""
        return await self.say("是的")

    @abstractmethod
    async def conversation_id(self):
        """The conversation this customer is in."""

    async def log(self):
        identifier = ConversationId(await self.conversation_id())
        return [stored.event for stored in await self.store.load(identifier)]

    async def commands(self):
        """What each message was taken for."""
        found = [e.commands for e in await self.log() if isinstance(e, CommandsUnderstood)]
        return [[command.command for command in commands] for commands in found]

    async def response_keys(self):
        return [e.part.response_key for e in await self.log() if isinstance(e, Said)]

    async def turns(self):
        return len({e.turn for e in await self.log() if isinstance(e, MessageReceived)})


@dataclass
class WebDoor(Door):
    """The web channel: HTTP."""

    http: object = None
    headers: dict = field(default_factory=dict)
    identifier: str = ""

    @classmethod
    async def open(cls, site, customer_id="C1001", level=3):
        body = {"customer_id": customer_id, "level": level}
        signed = await site.http.post("/v1/sandbox/sign-in", json=body)
        headers = {"Authorization": f"Bearer {signed.json()['token']}"}
        opened = await site.http.post("/v1/conversations", headers=headers)
        return cls(
            site.store, http=site.http, headers=headers, identifier=opened.json()["conversation_id"]
        )

    async def say(self, text, message_id=None):
        body = {"message_id": message_id or f"m-{next(self.numbers)}", "text": text}
        path = f"/v1/conversations/{self.identifier}/messages"
        answer = await self.http.post(path, json=body, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return "\n".join(reply["text"] for reply in answer.json()["replies"])

    async def conversation_id(self):
        return self.identifier


@dataclass
class WeChatDoor(Door):
    """A bound contact of the service account, through the platform's callback."""

    site: object = None
    openid: str = "o-lin"

    @classmethod
    async def open(cls, site, customer_id="C1001", level=3):
        door = cls(site.store, site=site)
        await site.pusher.event("subscribe", openid=door.openid)
        contact = await site.contact(door.openid)
        bound = await site.surface.bindings.bind(
            contact.contact_id, customer_id, "consent-1", f"test:{customer_id}"
        )
        assert bound
        return door

    async def say(self, text, message_id=None):
        before = len(self.site.platform.sent)
        fields = {"MsgId": message_id} if message_id else {}
        told = await self.site.pusher.say(text, self.openid, **fields)
        await self.site.settle()
        sent = self.site.platform.sent[before:]
        said = [
            one.get("text", {}).get("content") or one["msgmenu"]["head_content"] for one in sent
        ]
        return "\n".join([told or "", *said])

    async def conversation_id(self):
        return (await self.site.contact(self.openid)).conversation_id


def shown(sent):
    """The text of a customer-service message."""
    is_menu = sent["msgtype"] == "msgmenu"
    return sent["msgmenu"]["head_content"] if is_menu else sent["text"]["content"]


@dataclass
class VoiceDoor(Door):
    """A call of a page that signed in, with engines that know what they are given."""

    phone: Phone = None

    @classmethod
    async def open(cls, site, customer_id="C1001", level=3):
        vocabulary, wire = Vocabulary(), PageWire()
        speech = engines(vocabulary)
        sign_in = SignIn(customer_id=customer_id, level=level, at=site.clock.now())
        conversations = site.service.assistant.conversations
        opened = await conversations.open(channel="voice", sign_in=sign_in)
        call = Calls(service=site.service, engines=speech).join(
            wire, opened, origin="call-1", sign_in=sign_in
        )
        phone = Phone(call.talk, speech, vocabulary, wire=wire, clock=site.clock, call=call)
        phone.running = asyncio.create_task(call.run())
        door = cls(site.store, phone=phone)
        await door.answered()
        return door

    async def say(self, text, message_id=None):
        talk, before = self.phone.talk, len(self.phone.spoken)
        if message_id is not None:
            talk.prefix, talk._numbers = message_id, count(1)
        await self.phone.say(text)
        await self.answered()
        return "\n".join(self.phone.spoken[before:])

    async def answered(self):
        """Wait until the turn is done, then listen to its reply to the end."""
        call = self.phone.call
        while call._busy or not call._items.empty():
            assert not self.phone.running.done(), self.phone.running
            await asyncio.sleep(0.01)
        await self.phone.until_silent()

    async def conversation_id(self):
        return self.phone.talk.conversation_id


DOORS = {"web": WebDoor, "wechat": WeChatDoor, "voice": VoiceDoor}
