"""The three front doors, as one customer uses them: say something, hear what comes back."""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import httpx

from assistant.model.ids import ConversationId, CustomerId
from channels.voice.calls import Calls
from channels.voice.leg_websocket import PageWire
from channels.voice.session import Call
from channels.voice.sound import duration_ms, length
from channels.voice.wire import Audio, CallStarted, Key, Message, Played
from evals.journeys.clock import JourneyClock
from evals.journeys.platform import APP_ID, Pusher
from evals.journeys.site import Site, Worker
from evals.journeys.speech import Mouth, Utterances, scripted

_STEP_MS: Final = 20
_UTTERANCE_MS: Final = 300
_PAUSE_MS: Final = 1_400
_MOST_STEPS: Final = 1_500
_TYPED_DIGITS: Final = 6
_NEWS_S: Final = 0.05
_PATIENCE_S: Final = 20.0


@dataclass(slots=True, kw_only=True)
class Door(ABC):
    """One customer in one channel.

    Attributes:
        place: As `assistant.model.channels.place_of` names it.
        heard: Everything this door showed or said, oldest first.
        is_gone: The customer has left.
    """

    place: str
    heard: list[str] = field(default_factory=list)
    is_gone: bool = False

    @abstractmethod
    async def say(self, words: str) -> str:
        """Say or type something; what came back."""

    @abstractmethod
    async def conversation_id(self) -> ConversationId:
        """The conversation this door is in."""

    async def leave(self) -> None:
        """Go away without a word: the page is closed, the call breaks off."""
        self.is_gone = True


@dataclass(slots=True, kw_only=True)
class WebDoor(Door):
    """The app: HTTP with a sign-in.

    Attributes:
        other: The other worker, if there is one, which serves every second request.
        prefix: Of message ids: several pages may be open in one conversation.
    """

    worker: Worker
    other: Worker
    headers: dict[str, str]
    identifier: str
    prefix: str
    numbers: count[int] = field(default_factory=lambda: count(1))

    @classmethod
    async def open(cls, site: Site, customer: str, level: int, number: int) -> WebDoor:
        """Sign in and open a conversation."""
        worker = site.workers[number % len(site.workers)]
        body = {"customer_id": customer, "level": level}
        signed = await worker.http.post("/v1/sandbox/sign-in", json=body)
        signed.raise_for_status()
        headers = {"Authorization": f"Bearer {signed.json()['token']}"}
        opened = await worker.http.post("/v1/conversations", headers=headers)
        opened.raise_for_status()
        return cls(
            place="web",
            worker=worker,
            other=site.workers[(number + 1) % len(site.workers)],
            headers=headers,
            identifier=opened.json()["conversation_id"],
            prefix=f"page-{number}",
        )

    async def say(self, words: str) -> str:
        """See Door."""
        number = next(self.numbers)
        worker = self.worker if number % 2 else self.other
        part = "button" if words.startswith("/") else "text"
        body = {"message_id": f"{self.prefix}-{number}", part: words}
        path = f"/v1/conversations/{self.identifier}/messages"
        answer = await worker.http.post(path, json=body, headers=self.headers)
        answer.raise_for_status()
        found = answer.json()
        self.identifier = found["continued_in"] or self.identifier
        return self._heard([reply["text"] for reply in found["replies"]])

    async def bring(self, token: str) -> str:
        """Open the link of a task; nothing comes back when it is too old."""
        body = {"token": token}
        answer = await self.worker.http.post("/v1/tasks/continue", json=body, headers=self.headers)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return ""
        answer.raise_for_status()
        self.identifier = answer.json()["conversation_id"]
        return self._heard([reply["text"] for reply in answer.json()["turn"]["replies"]])

    async def conversation_id(self) -> ConversationId:
        """See Door."""
        return ConversationId(self.identifier)

    def _heard(self, texts: list[str]) -> str:
        self.heard += texts
        return "\n".join(texts)


@dataclass(slots=True, kw_only=True)
class WeChatDoor(Door):
    """A bound contact of the service account."""

    site: Site
    worker: Worker
    pusher: Pusher

    @classmethod
    async def open(cls, site: Site, customer: str, level: int, number: int) -> WeChatDoor:
        """Follow the account and be bound; the binding vouches for level 3 whatever is asked."""
        del level
        worker = site.workers[number % len(site.workers)]
        pusher = Pusher(
            worker.http, site.clock, f"o-{customer}-{number}", count(number * 1_000 + 1)
        )
        door = cls(place="wechat", site=site, worker=worker, pusher=pusher)
        await pusher.follow()
        contact_id = door._contact_id()
        await worker.surface.bindings.bind(
            contact_id, CustomerId(customer), "journeys", f"journeys:{contact_id}"
        )
        return door

    async def say(self, words: str) -> str:
        """See Door; what others said to this contact meanwhile comes along."""
        passive = await self.pusher.text(words)
        await self.site.settle()
        told = [passive] if passive else []
        told += self.waiting()
        self.heard += told
        return "\n".join(told)

    def waiting(self) -> list[str]:
        """Messages sent by the API since the last time."""
        sent = self.site.platform.sent
        mine = [text for openid, text in sent if openid == self.pusher.openid]
        sent[:] = [one for one in sent if one[0] != self.pusher.openid]
        return mine

    async def conversation_id(self) -> ConversationId:
        """See Door."""
        contact = await self.worker.surface.ledger.find(self._contact_id())
        if contact is None or contact.conversation_id is None:
            raise LookupError
        return ConversationId(contact.conversation_id)

    def _contact_id(self) -> str:
        database = self.worker.surface.bindings.database
        return database.pseudonyms(f"wechat\n{APP_ID}\n{self.pusher.openid}")[0]


@dataclass(slots=True, kw_only=True)
class CallDoor(Door):
    """A telephone call: nobody is known at its start."""

    worker: Worker
    clock: JourneyClock
    call: Call
    utterances: Utterances
    mouth: Mouth
    running: asyncio.Task[None]
    following: asyncio.Task[None]
    wire: PageWire
    queue: list[int | str] = field(default_factory=list)

    @classmethod
    async def open(cls, site: Site, customer: str, level: int, number: int) -> CallDoor:
        """Ring, and hear the greeting."""
        del customer, level
        worker = site.workers[number % len(site.workers)]
        utterances, mouth, wire = Utterances(), Mouth(), PageWire(rate=8_000)
        calls = Calls(service=worker.service, engines=scripted(utterances, mouth))
        call = await calls.telephone(wire, CallStarted(f"journey-{number}"))
        door = cls(
            place="voice",
            worker=worker,
            clock=site.clock,
            call=call,
            utterances=utterances,
            mouth=mouth,
            running=asyncio.create_task(call.run()),
            following=asyncio.create_task(call.follow()),
            wire=wire,
        )
        await door._answered()
        return door

    async def say(self, words: str) -> str:
        """See Door. Long numbers are typed, with the hash key, everything else is spoken."""
        if len(words) >= _TYPED_DIGITS and words.removesuffix("X").isdigit():
            return await self.type(words)
        before = len(self.mouth.spoken)
        sound = self.utterances.sound_of(words, _UTTERANCE_MS, self.wire.rate)
        await self._pass(_UTTERANCE_MS, sound)
        await self._pass(_PAUSE_MS)
        return await self._told_since(before)

    async def type(self, digits: str) -> str:
        """Press keys, an X as the star, and the hash key after them."""
        before = len(self.mouth.spoken)
        for key in f"{digits.replace('X', '*')}#":
            self.call.take(Key(key))
            await self._pass(100)
        return await self._told_since(before)

    async def _told_since(self, before: int) -> str:
        await self._answered()
        told = self.mouth.spoken[before:]
        self.heard += told
        return "。".join(told)

    async def listen(self, ms: int) -> str:
        """Say nothing for so long; what was heard."""
        before = len(self.mouth.spoken)
        await asyncio.sleep(_NEWS_S)  # what other channels did arrives in real time
        await self._pass(ms)
        told = self.mouth.spoken[before:]
        self.heard += told
        return "。".join(told)

    @property
    def waits_for_keys(self) -> bool:
        """Whether a secret is to be typed now."""
        return self.call._ears.expected.secret is not None

    async def conversation_id(self) -> ConversationId:
        """See Door."""
        return self.call.talk.conversation_id

    async def leave(self) -> None:
        """See Door."""
        self.is_gone = True
        for task in (self.running, self.following):
            task.cancel()
        await asyncio.wait([self.running, self.following])

    async def _pass(self, ms: int, sound: bytes | None = None) -> None:
        heard = sound if sound is not None else bytes(length(ms, self.wire.rate))
        step = length(_STEP_MS, self.wire.rate)
        for at in range(0, len(heard), step):
            self.call.take(Audio(heard[at : at + step]))
            self.clock.advance(_STEP_MS / 1000)
            await self._tick()

    async def _answered(self) -> None:
        """Wait until the turn is over and its words were heard."""
        async with asyncio.timeout(_PATIENCE_S):
            while self.call._busy or not self.call._items.empty():  # its own inside, for speed
                if self.running.done():
                    return
                await asyncio.sleep(0.001)
        for _ in range(_MOST_STEPS):
            await self._pass(_STEP_MS)
            if self.call._pacer.is_silent(self.clock.monotonic_ms()) and not self.queue:
                return

    async def _tick(self) -> None:
        await asyncio.sleep(0)
        for message in self.call.tick():
            self._take(message)
        left = _STEP_MS
        while self.queue and (isinstance(self.queue[0], str) or left > 0):
            first = self.queue.pop(0)
            if isinstance(first, str):
                self.call.take(Played(first))
            else:
                left -= first
        await asyncio.sleep(0)

    def _take(self, message: Message) -> None:
        if isinstance(message, bytes):
            self.queue.append(duration_ms(message, self.wire.rate))
            return
        frame = json.loads(message)
        if frame.get("type") == "mark":
            self.queue.append(str(frame["body"]["mark"]))
        elif frame.get("type") == "clear":
            self.queue.clear()


DOORS: Final[dict[str, type[WebDoor] | type[WeChatDoor] | type[CallDoor]]] = {
    "web": WebDoor,
    "wechat": WeChatDoor,
    "voice": CallDoor,
}
