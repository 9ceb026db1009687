"""As much of the WeChat platform as a conversation needs: signed pushes in, messages out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

import httpx

from assistant.ports import Clock
from channels.wechat.crypto import Codec, read_key, signature
from channels.wechat.xml import read_fields, write_fields

APP_ID: Final = "wx00000000000000aa"
SECRET: Final = "journeys"  # noqa: S105 - of nobody's account
TOKEN: Final = "journeys-callback"  # noqa: S105 - of nobody's account
AES_KEY: Final = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
_ACCOUNT: Final = "gh_journeys"
_TRIES: Final = 4
"""How often the platform posts a push that is not taken."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class Platform:
    """The API, as an ASGI application.

    Attributes:
        sent: Text of every message sent by the API, with whom it went to.
    """

    sent: list[tuple[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one call."""
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = bool(message.get("more_body"))
        content = json.dumps(self._answer(str(scope["path"]), body)).encode()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, path: str, body: bytes) -> dict[str, Any]:
        if path == "/cgi-bin/stable_token":
            return {"access_token": "token", "expires_in": 7200}
        if path == "/cgi-bin/message/custom/send":
            given = json.loads(body)
            inside = given.get("msgmenu") or given["text"]
            text = inside.get("head_content") or inside.get("content", "")
            self.sent.append((given["touser"], text))
        return {"errcode": 0, "errmsg": "ok"}


@dataclass(slots=True)
class Pusher:
    """Pushes what a contact writes to the callback address, in secure mode.

    Attributes:
        numbers: Of messages; no two of the account's are the same.
    """

    http: httpx.AsyncClient
    clock: Clock
    openid: str
    numbers: count[int]

    async def text(self, words: str) -> str | None:
        """Push a text; the passive reply, None when there is none."""
        fields = {"MsgType": "text", "Content": words, "MsgId": str(next(self.numbers))}
        return await self._push(fields)

    async def follow(self) -> None:
        """The contact begins to follow the account."""
        await self._push({"MsgType": "event", "Event": "subscribe"})

    async def _push(self, fields: dict[str, str]) -> str | None:
        at = str(int(self.clock.now().timestamp()))
        nonce = str(secrets.randbelow(10**10))
        whole = {"ToUserName": _ACCOUNT, "FromUserName": self.openid, "CreateTime": at, **fields}
        codec = Codec(TOKEN, (read_key(AES_KEY),), APP_ID)
        plain = write_fields(whole)
        sealed = codec.seal(plain, read_key(AES_KEY), at, nonce, secrets.token_bytes(16))
        query = {
            "signature": signature(TOKEN, at, nonce),
            "timestamp": at,
            "nonce": nonce,
            "openid": self.openid,
            "encrypt_type": "aes",
            "msg_signature": sealed.msg_signature,
        }
        body = write_fields({"ToUserName": _ACCOUNT, "Encrypt": sealed.encrypt})
        answer = await self.http.post("/wechat/callback", params=query, content=body)
        for _ in range(_TRIES - 1):
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            answer = await self.http.post("/wechat/callback", params=query, content=body)
        answer.raise_for_status()
        if answer.text == "success":
            return None
        envelope = read_fields(answer.text)
        opened = codec.open(
            envelope["Encrypt"], envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"]
        )
        return read_fields(opened.text)["Content"]
