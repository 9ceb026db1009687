"""The platform's callbacks: verified, decrypted, stored, answered within five seconds.

Only secure mode is taken: the signature of the others covers neither the body nor the sender. What
is wrong with a request is said with 400 or 403 and in no more than a word; nothing ends in a 500.
A nonce that comes again needs no list: the push it belongs to is known by its own key for a week,
and a time stamp is taken for five minutes.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from assistant.errors import AssistantError
from assistant.ports import Clock
from channels.wechat.crypto import RANDOM_BYTES, Codec, Opened
from channels.wechat.errors import Rejected
from channels.wechat.messages import Arrival, read_arrival
from channels.wechat.xml import MAX_BYTES, read_fields, write_fields

_log = logging.getLogger(__name__)

SUCCESS: Final = "success"
_FRESH: Final = timedelta(minutes=5)
_ECHO: Final = re.compile(r"[0-9A-Za-z_\-+/=]{1,512}")
_SECONDS: Final = re.compile(r"\d{1,12}")
_MOST_FIELDS: Final = 100

Take = Callable[[Arrival, float], Awaitable[str | None]]
"""Takes a push; the text of a passive reply, or None to acknowledge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """The callback address of one account.

    Attributes:
        has_plain_echo: Whether the address is verified by a plain echo (WeChat) or an encrypted
            one (WeCom).
        read: The arrival in the fields of a push.
        unheard: Told of a push whose sender hung up before it was answered.
    """

    codec: Codec
    clock: Clock
    take: Take
    has_plain_echo: bool = True
    read: Callable[[Mapping[str, str]], Arrival] = read_arrival
    unheard: Callable[[Arrival], Awaitable[None]] | None = None

    def router(self, path: str) -> APIRouter:
        """The routes of the callback address."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route(path, self.verify, methods=["GET"], response_model=None)
        router.add_api_route(path, self.receive, methods=["POST"], response_model=None)
        return router

    async def verify(self, request: Request) -> Response:
        """The platform asks whether the address is ours."""
        try:
            return PlainTextResponse(self._echo(request.query_params))
        except Rejected as rejection:
            return _refusal(rejection)

    async def receive(self, request: Request) -> Response:
        """A push."""
        since = asyncio.get_running_loop().time()
        try:
            opened, is_json = self._open(request.query_params, await request.body())
            arrival = self.read(_fields(opened.text))
        except Rejected as rejection:
            return _refusal(rejection)
        try:
            text = await self.take(arrival, since)
            if text and self.unheard is not None and await request.is_disconnected():
                await self.unheard(arrival)
        except AssistantError as error:
            # The platform sends it again; nothing was acknowledged.
            _log.warning("a push was not taken: %s", error.code)
            return PlainTextResponse("", HTTPStatus.SERVICE_UNAVAILABLE)
        if text is None:
            return PlainTextResponse(SUCCESS)
        return self._reply(arrival, text, opened.key, as_json=is_json)

    def _echo(self, query: Mapping[str, str]) -> str:
        echo = query.get("echostr", "")
        timestamp, nonce = self._freshness(query)
        if not self.has_plain_echo:
            given = query.get("msg_signature", "")
            return self.codec.open(echo, given, timestamp, nonce).text
        self.codec.check_plain(query.get("signature", ""), timestamp, nonce)
        if not _ECHO.fullmatch(echo):
            raise Rejected(reason="echostr")
        return echo

    def _open(self, query: Mapping[str, str], body: bytes) -> tuple[Opened, bool]:
        """The message in a push, and whether it is JSON."""
        if len(body) > MAX_BYTES:
            raise Rejected(reason="too_large", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        given = query.get("msg_signature", "")
        if not given or (self.has_plain_echo and query.get("encrypt_type") != "aes"):
            raise Rejected(reason="not_secure_mode", status=HTTPStatus.FORBIDDEN)
        timestamp, nonce = self._freshness(query)
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise Rejected(reason="utf8") from error
        encrypt = _fields(text).get("Encrypt", "")
        return self.codec.open(encrypt, given, timestamp, nonce), _is_json(text)

    def _freshness(self, query: Mapping[str, str]) -> tuple[str, str]:
        """Time stamp and nonce.

        Raises:
            Rejected: The request is older than five minutes, or from the future.
        """
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not _SECONDS.fullmatch(timestamp) or not nonce:
            raise Rejected(reason="stale", status=HTTPStatus.FORBIDDEN)
        age_s = abs(self.clock.now().timestamp() - int(timestamp))
        if age_s > _FRESH.total_seconds():
            raise Rejected(reason="stale", status=HTTPStatus.FORBIDDEN)
        return timestamp, nonce

    def _reply(self, arrival: Arrival, text: str, key: bytes, *, as_json: bool) -> Response:
        now_s = int(self.clock.now().timestamp())
        fields: dict[str, str | int | Mapping[str, str]] = {
            "ToUserName": arrival.openid,
            "FromUserName": arrival.to,
            "CreateTime": now_s,
            "MsgType": "text",
            "Content": text,
        }
        plain = _write_json(fields) if as_json else write_fields(fields)
        nonce = str(secrets.randbelow(10**10))
        sealed = self.codec.seal(plain, key, str(now_s), nonce, secrets.token_bytes(RANDOM_BYTES))
        envelope: dict[str, str | int | Mapping[str, str]] = {
            "Encrypt": sealed.encrypt,
            "MsgSignature": sealed.msg_signature,
            "TimeStamp": now_s,
            "Nonce": sealed.nonce,
        }
        if as_json:
            return Response(_write_json(envelope), media_type="application/json")
        return Response(write_fields(envelope), media_type="text/xml")


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def _fields(text: str) -> dict[str, str]:
    """The fields of a message in either form."""
    return _json_fields(text) if _is_json(text) else read_fields(text)


def _write_json(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False)


def _json_fields(text: str) -> dict[str, str]:
    """The fields of a message in JSON, flat, as text.

    Raises:
        Rejected: It is no object of plain values.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Rejected(reason="json") from error
    if not isinstance(found, dict) or len(found) > _MOST_FIELDS:
        raise Rejected(reason="json")
    # An escape may stand for half a character, which nothing could store.
    return {
        name: str(value).encode("utf-8", "replace").decode()
        for name, value in found.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _refusal(rejection: Rejected) -> Response:
    _log.warning("a callback was rejected: %s", rejection.reason)
    return PlainTextResponse(rejection.reason, rejection.status)
