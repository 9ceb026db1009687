"""Pushes: posted to the callback address, retried after five seconds, judged by their answer.

Source: "Passive replies": without an answer in five seconds the platform hangs up and posts again,
three times in all (a setting, for readings differ); an empty body or `success` is silence, a
message in the envelope is shown, anything else is told to the person as a failure of the service.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx

from evals.wechat_platform.clock import VirtualClock
from evals.wechat_platform.config import Account
from evals.wechat_platform.envelope import Envelope, Push, Unreadable, xml_of
from evals.wechat_platform.faults import SLOW, Faults
from evals.wechat_platform.people import Person
from evals.wechat_platform.record import Record, Shown

ANSWER_WITHIN_S: Final = 5.0
SORRY: Final = "该公众号/服务号暂时无法提供服务，请稍后再试"
_MOST_BYTES: Final = 2048
_LATE_S: Final = 7.0
_REPLIES: Final = frozenset({"text", "image", "voice", "video", "music", "news"})
_EVENTS_WITHOUT_SORRY: Final = frozenset({"VIEW", "LOCATION", "unsubscribe"})


class Unheard(Exception):  # noqa: N818 - a state
    """This try brought no answer; the reason is a word."""

    def __init__(self, *, reason: str) -> None:
        """Keep the word."""
        super().__init__(reason)


@dataclass(slots=True)
class Pusher:
    """Pushes of one account.

    Attributes:
        tries: How often one is posted in all.
    """

    surface: str
    account: Account
    clock: VirtualClock
    record: Record
    faults: Faults
    http: httpx.AsyncClient
    tries: int = 3
    envelope: Envelope = field(init=False)

    def __post_init__(self) -> None:
        """The account's envelope."""
        self.envelope = Envelope(self.account)

    async def deliver(
        self, person: Person, fields: Mapping[str, Any], *, as_json: bool = False
    ) -> None:
        """Push until it is answered or given up, and show the person what comes of it."""
        plain = json.dumps(fields, ensure_ascii=False) if as_json else xml_of(fields)
        name = str(fields.get("MsgId") or fields.get("Event", ""))
        for number in range(1, self.tries + 1):
            try:
                fault = await self._try(person, plain, name, number, as_json=as_json)
            except Unheard as reason:
                self.record.add(
                    "answered",
                    surface=self.surface,
                    openid=person.openid,
                    name=name,
                    attempt=number,
                    how=str(reason),
                )
                continue
            if fault in {"twice", "twice_late"}:
                await self.clock.sleep(_LATE_S if fault == "twice_late" else 0.2)
                await self._again(person, plain, name, as_json=as_json)
            return
        if fields.get("Event") not in _EVENTS_WITHOUT_SORRY:
            self._show(person, SORRY, via="platform", name=name)

    async def _try(
        self, person: Person, plain: str, name: str, number: int, *, as_json: bool
    ) -> str:
        """One try; the fault it met, if the platform heard the answer all the same.

        Raises:
            Unheard: It did not.
        """
        push = self.envelope.seal(plain, person.openid, self.clock.now_s(), as_json=as_json)
        fault = self.faults.of_push()
        known = {"surface": self.surface, "openid": person.openid, "name": name}
        self.record.add("pushed", **known, attempt=number, fault=fault)
        if fault == "cut":
            await self._cut(push)
            raise Unheard(reason="cut")
        began = time.monotonic()
        answer = await self._post(push)
        ms = (time.monotonic() - began) * 1000
        if fault == "deaf":
            rest_s = ANSWER_WITHIN_S - (time.monotonic() - began) * self.clock.speed
            await self.clock.sleep(rest_s)
            raise Unheard(reason="deaf")
        if answer.status_code != HTTPStatus.OK:
            await self.clock.sleep(1.0)
            raise Unheard(reason=f"status {answer.status_code}")
        how = self._take(person, answer, name)
        self.record.add("answered", **known, attempt=number, how=how, ms=ms, fault=fault)
        return fault

    async def _again(self, person: Person, plain: str, name: str, *, as_json: bool) -> None:
        """The same push once more, although it was answered."""
        known = {"surface": self.surface, "openid": person.openid, "name": name, "attempt": 0}
        push = self.envelope.seal(plain, person.openid, self.clock.now_s(), as_json=as_json)
        self.record.add("pushed", **known, fault="again")
        try:
            how = self._take(person, await self._post(push), name)
        except Unheard as reason:
            how = str(reason)
        self.record.add("answered", **known, how=how)

    async def _post(self, push: Push) -> httpx.Response:
        headers = {"Content-Type": push.content_type}
        wait_s = ANSWER_WITHIN_S / self.clock.speed
        try:
            async with asyncio.timeout(wait_s):
                return await self.http.post(
                    self.account.callback, params=push.query, content=push.body, headers=headers
                )
        except TimeoutError as error:
            raise Unheard(reason="late") from error
        except httpx.HTTPError as error:
            await self.clock.sleep(1.0)
            raise Unheard(reason=type(error).__name__) from error

    async def _cut(self, push: Push) -> None:
        """Half of the request, and the connection is gone."""
        parts = urlsplit(self.account.callback)
        head = (
            f"POST {parts.path}?{urlencode(push.query)} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Content-Type: {push.content_type}\r\nContent-Length: {len(push.body)}\r\n\r\n"
        )
        try:
            _, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
            writer.write(head.encode() + push.body[: len(push.body) // 2])
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except OSError:
            return  # refused: as unheard as half a request

    def _take(self, person: Person, answer: httpx.Response, name: str) -> str:
        """Show what the answer says; how it was answered, in a word."""
        body = answer.text
        if body in {"", "success"}:
            return "silent"
        try:
            fields = self.envelope.open(body)
            self._check(fields, person)
        except Unreadable as reason:
            self._show(person, SORRY, via="platform", name=name)
            return f"unreadable: {reason}"
        if fields["MsgType"] == "transfer_customer_service":
            return "transferred"
        person.last_exchange_s = self.clock.now_s()
        self._show(person, fields.get("Content", ""), via="passive", name=name)
        return "passive"

    def _check(self, fields: Mapping[str, str], person: Person) -> None:
        if fields.get("ToUserName") != person.openid:
            raise Unreadable(reason="to")
        if fields.get("FromUserName") != self.account.name:
            raise Unreadable(reason="from")
        kind = fields.get("MsgType", "")
        if kind == "transfer_customer_service":
            return
        if kind not in _REPLIES:
            raise Unreadable(reason="type")
        if kind == "text" and not 0 < len(fields.get("Content", "").encode()) <= _MOST_BYTES:
            raise Unreadable(reason="length")

    def _show(self, person: Person, text: str, *, via: str, name: str) -> None:
        self.record.show(
            Shown(surface=self.surface, openid=person.openid, text=text, via=via, name=name)
        )


def is_slow(fault: str) -> float:
    """Seconds of a planned `slow:6`; 0 for another fault."""
    kind, _, seconds = fault.partition(":")
    return float(seconds) if kind == SLOW and seconds else 0.0
