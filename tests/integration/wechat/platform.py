"""A small stand-in for the platform: it keeps what it was sent and answers as it is told."""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from dataclasses import dataclass, field
from itertools import count

import httpx

from channels.wechat.crypto import Codec, read_key, signature
from channels.wechat.xml import read_fields, write_fields

APP_ID = "wx0123456789abcdef"
SECRET = "app-secret-never-shown"
TOKEN = "callback-token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
ACCOUNT = "gh_haiyue"


def reply(found):
    return 200, "application/json", json.dumps(found).encode()


@dataclass
class Platform:
    """Implements an ASGI application for `httpx.ASGITransport`."""

    clock: object
    sent: list[dict] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    fetched: int = 0
    codes: deque = field(default_factory=deque)
    token_codes: deque = field(default_factory=deque)
    valid: set[str] = field(default_factory=set)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    openids: dict[str, str] = field(default_factory=dict)
    inbox: list[dict] = field(default_factory=list)
    delay_s: float = 0.0
    delayed: str = ""  # the end of the paths that are delayed
    numbers: count = field(default_factory=lambda: count(1))
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, scope, receive, send):
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.bodies.append(body)
        query = dict(httpx.QueryParams(scope["query_string"].decode()))
        if scope["path"].endswith(self.delayed):
            await asyncio.sleep(self.delay_s)
        status, kind, content = self.answer(scope["path"], query, body)
        headers = [(b"content-type", kind.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def answer(self, path, query, body):
        if path == "/cgi-bin/stable_token" or path == "/cgi-bin/gettoken":
            return self.token()
        if path == "/sns/oauth2/access_token":
            openid = self.openids.pop(query["code"], None)
            return reply({"openid": openid} if openid else {"errcode": 40163})
        if query.get("access_token") not in self.valid:
            return reply({"errcode": 40001, "errmsg": "invalid credential"})
        if path.endswith("/typing"):
            self.typing.append(json.loads(body)["touser"])
            return reply({"errcode": 0})
        if path == "/cgi-bin/media/get":
            kind, content = self.files[query["media_id"]]
            return 200, kind, content
        if path.startswith("/cgi-bin/tags/"):
            return reply({"tags": []})
        if path == "/cgi-bin/kf/sync_msg":
            return reply(self.news(json.loads(body)))
        return self.take(path, json.loads(body))

    def token(self):
        self.fetched += 1
        if self.token_codes:
            return reply({"errcode": self.token_codes.popleft()})
        token = f"token-{self.fetched}"
        self.valid = {token}
        return reply({"access_token": token, "expires_in": 7200})

    def take(self, path, body):
        code = self.codes.popleft() if self.codes else 0
        if code == "lost":
            self.sent.append(body)
        if code in {"lost", "502"}:
            return 502, "text/html", b"<html>"
        if code:
            return reply({"errcode": code, "errmsg": "rid: 1"})
        self.sent.append({"path": path, **body})
        return reply({"errcode": 0, "errmsg": "ok", "msgid": next(self.numbers)})

    def news(self, asked):
        """Pages of two messages, the first one empty although there is more."""
        at = int(asked["cursor"] or -1)
        found = self.inbox[at : at + 2] if at >= 0 else []
        following = max(at, 0) + len(found)
        return {
            "errcode": 0,
            "next_cursor": str(following),
            "has_more": int(following < len(self.inbox)),
            "msg_list": found,
        }

    def texts(self):
        return [one["text"]["content"] for one in self.sent if one.get("msgtype") == "text"]


@dataclass
class Pusher:
    """Pushes to the callback address as the platform does, in secure mode."""

    http: httpx.AsyncClient
    clock: object
    path: str = "/wechat/callback"
    receive_id: str = APP_ID
    key: str = AES_KEY
    token: str = TOKEN
    numbers: count = field(default_factory=lambda: count(1001))
    plain_echo: bool = True

    @property
    def codec(self):
        return Codec(self.token, (read_key(self.key),), self.receive_id)

    def signed(self, plain, **changes):
        """Query and body of a push."""
        at = changes.pop("timestamp", str(int(self.clock.now().timestamp())))
        nonce = changes.pop("nonce", str(next(self.numbers)))
        key = read_key(self.key)
        sealed = self.codec.seal(plain, key, at, nonce, random.randbytes(16))
        query = {
            "signature": signature(self.token, at, nonce),
            "timestamp": at,
            "nonce": nonce,
            "openid": "o-somebody-else",
            "encrypt_type": "aes",
            "msg_signature": sealed.msg_signature,
            **changes,
        }
        return query, write_fields({"ToUserName": ACCOUNT, "Encrypt": sealed.encrypt})

    async def push(self, **fields):
        """Push a message; the answer as the customer sees it: a text, or None."""
        query, body = self.signed(write_fields(self.fields(**fields)))
        return self.read(await self.post(query, body))

    async def post(self, query, body):
        return await self.http.post(self.path, params=query, content=body)

    def fields(self, **fields):
        defaults = {
            "ToUserName": ACCOUNT,
            "FromUserName": "o-lin",
            "CreateTime": int(self.clock.now().timestamp()),
            "MsgType": "text",
        }
        if fields.get("MsgType", "text") != "event":
            defaults["MsgId"] = str(next(self.numbers))
        return {**defaults, **fields}

    async def say(self, text, openid="o-lin", **fields):
        return await self.push(Content=text, FromUserName=openid, **fields)

    async def event(self, name, openid="o-lin", **fields):
        return await self.push(MsgType="event", Event=name, FromUserName=openid, **fields)

    def read(self, answer):
        assert answer.status_code == 200, answer.text
        if answer.text == "success":
            assert answer.headers["content-type"].startswith("text/plain")
            return None
        envelope = read_fields(answer.text)
        opened = self.codec.open(
            envelope["Encrypt"],
            envelope["MsgSignature"],
            envelope["TimeStamp"],
            envelope["Nonce"],
        )
        found = read_fields(opened.text)
        assert (found["MsgType"], found["FromUserName"]) == ("text", ACCOUNT)
        assert len(found["Content"].encode()) <= 2048
        return found["Content"]
