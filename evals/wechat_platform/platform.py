"""The platform, joined: its accounts, its people and what they can do."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import httpx

from evals.wechat_platform.clock import VirtualClock
from evals.wechat_platform.config import Account, Config
from evals.wechat_platform.faults import Faults
from evals.wechat_platform.kf import CustomerService
from evals.wechat_platform.media import Media
from evals.wechat_platform.menus import Menus
from evals.wechat_platform.notices import Notices
from evals.wechat_platform.oauth import OAuth
from evals.wechat_platform.people import People, Person
from evals.wechat_platform.pushing import Pusher
from evals.wechat_platform.record import Record
from evals.wechat_platform.sending import Sending
from evals.wechat_platform.tokens import Tokens

_A_SECOND: Final = 1_000_000
"""Ids of messages in one second of the clock."""
SERVICE, MINI, WECOM = "service", "mini", "wecom"
_SCENES: Final = {
    "CLICK": "click",
    "scancode_waitmsg": "click",
    "scancode_push": "click",
    "subscribe": "follow",
    "SCAN": "scan",
    "user_enter_tempsession": "enter",
}


@dataclass(slots=True)
class Side:
    """What one account has."""

    account: Account
    tokens: Tokens
    pusher: Pusher
    sending: Sending
    media: Media
    menus: Menus
    notices: Notices


@dataclass(slots=True)
class Platform:
    """Everything."""

    config: Config
    http: httpx.AsyncClient
    clock: VirtualClock = field(init=False)
    record: Record = field(init=False)
    people: People = field(default_factory=People)
    faults: Faults = field(init=False)
    oauth: OAuth = field(init=False)
    sides: dict[str, Side] = field(default_factory=dict)
    kf: CustomerService | None = None
    cleared: int = 0
    _numbers: count[int] = field(init=False)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Join."""
        config = self.config
        self.clock = VirtualClock(config.start_s, config.speed)
        self.record = Record(self.clock)
        self.faults = Faults(config.seed)
        # Ids are never given twice, not even by a platform that was started again.
        self._numbers = count(
            int(self.clock.now_s()) * _A_SECOND + secrets.randbelow(_A_SECOND // 2)
        )
        self.oauth = OAuth(self.clock, self.people, config.domains)
        accounts = {SERVICE: config.service, MINI: config.mini, WECOM: config.wecom}
        for surface, account in accounts.items():
            if account is not None:
                self.sides[surface] = self._side(surface, account)
        if config.wecom is not None:
            self.kf = CustomerService(config.wecom.name, self.clock, self.people, self.record)

    def say(
        self, surface: str, openid: str, text: str, *, menu_id: str = "", as_json: bool = False
    ) -> str:
        """A person writes, or touches an entry of a menu message; the message's id."""
        self.record.add("said", surface=surface, openid=openid, text=text)
        if surface == WECOM:
            content = {"content": text, **({"menu_id": menu_id} if menu_id else {})}
            return self._to_wecom(openid, "text", content)
        person = self.people.get(surface, openid)
        person.grant("click" if menu_id else "message", self.clock.now_s())
        fields = {"MsgType": "text", "Content": text}
        if menu_id:
            fields["bizmsgmenuid"] = menu_id
        return self.message(person, fields, as_json=as_json)

    def send_media(
        self, surface: str, openid: str, kind: str, content: bytes, *, wide: str = "kept"
    ) -> str:
        """A person sends a recording or a picture.

        Args:
            surface: Of which account.
            openid: Who sends it.
            kind: `voice`, `image` or `video`.
            content: The file.
            wide: The recording at 16 kHz: `kept` under an id of its own, `gone` (40007 under its
                id) or `none`.
        """
        side = self.sides[surface]
        types = {"voice": "audio/amr", "image": "image/jpeg", "video": "video/mp4"}
        media_id = side.media.put(kind, types[kind], content)
        self.record.add("said", surface=surface, openid=openid, text=f"[{kind}]")
        if surface == WECOM:
            return self._to_wecom(openid, kind, {"media_id": media_id})
        person = self.people.get(surface, openid)
        person.grant("message", self.clock.now_s())
        fields = {"MsgType": kind, "MediaId": media_id}
        if kind == "voice":
            fields["Format"] = "amr"
        if kind == "voice" and wide != "none":
            fields["MediaId16K"] = side.media.put(kind, types[kind], content)
            if wide == "gone":
                side.media.forget(fields["MediaId16K"])
        return self.message(person, fields)

    def message(self, person: Person, fields: dict[str, Any], *, as_json: bool = False) -> str:
        """Push a message of any type under a new id, or the one that is given."""
        name = str(fields.get("MsgId") or next(self._numbers))
        self._push(person, {**fields, "MsgId": int(name)}, as_json=as_json)
        return name

    def event(self, surface: str, openid: str, event: str, **fields: Any) -> None:
        """A person does something that is no message."""
        person = self.people.get(surface, openid)
        if event in {"subscribe", "unsubscribe"}:
            person.follows = event == "subscribe"
            if event == "unsubscribe":
                person.grants.clear()
        scene = _SCENES.get(event)
        if scene is not None:
            person.grant(scene, self.clock.now_s())
        self.record.add("said", surface=surface, openid=openid, text=f"[{event}]")
        self._push(person, {"MsgType": "event", "Event": event, **fields})

    def enter(self, openid: str) -> None:
        """A customer opens the chat of WeCom customer service."""
        self._service().entered(openid)
        self._news(openid)

    def finished(self, person: Person, job: int, ending: str) -> None:
        """Tell how a template message ended."""
        fields = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": job}
        self._push(person, {**fields, "Status": ending})

    async def drain(self) -> None:
        """Wait for the pushes under way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    @property
    def under_way(self) -> int:
        """Pushes that are not over."""
        return len(self._tasks)

    def _to_wecom(self, openid: str, kind: str, content: dict[str, Any]) -> str:
        name = self._service().said(openid, kind, content)
        self._news(openid)
        return name

    def _news(self, openid: str) -> None:
        side = self.sides[WECOM]
        person = self.people.get(WECOM, openid)
        news = self._service().news(side.account.app_id)
        self._spawn(side.pusher.deliver(person, news))

    def _service(self) -> CustomerService:
        if self.kf is None:
            raise KeyError(WECOM)
        return self.kf

    def _push(self, person: Person, fields: dict[str, Any], *, as_json: bool = False) -> None:
        side = self.sides[person.surface]
        common = {
            "ToUserName": side.account.name,
            "FromUserName": person.openid,
            "CreateTime": int(self.clock.now_s()),
        }
        self._spawn(side.pusher.deliver(person, {**common, **fields}, as_json=as_json))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _side(self, surface: str, account: Account) -> Side:
        media = Media(self.clock)
        return Side(
            account=account,
            tokens=Tokens(account.app_id, account.secret, self.clock),
            pusher=Pusher(
                surface,
                account,
                self.clock,
                self.record,
                self.faults,
                self.http,
                self.config.tries,
            ),
            sending=Sending(surface, self.clock, self.people, self.record, media),
            media=media,
            menus=Menus(surface, self.people),
            notices=Notices(surface, self.people, self.record, self.config.templates),
        )
