"""What tests and the phone page ask of the platform: people that act, faults, time, the record."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evals.wechat_platform.bad import bad_push
from evals.wechat_platform.envelope import signature, xml_of
from evals.wechat_platform.errors import ApiError
from evals.wechat_platform.faults import Planned
from evals.wechat_platform.platform import SERVICE, WECOM, Platform

_MOST_WAIT_S: Final = 25.0

Handler = Callable[[dict[str, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Control:
    """The control API, below `/control`."""

    platform: Platform

    def routes(self) -> list[Route]:
        """Its routes: each takes and gives JSON."""
        handlers: dict[str, Handler] = {
            "say": self.say,
            "message": self.message,
            "event": self.event,
            "enter": self.enter,
            "bad": self.bad,
            "verify": self.verify,
            "advance": self.advance,
            "faults": self.faults,
            "void": self.void,
            "person": self.person,
            "code": self.code,
            "drain": self.drain,
        }
        posts = [
            Route(f"/control/{name}", _route(handler), methods=["POST"])
            for name, handler in handlers.items()
        ]
        return [
            *posts,
            Route("/control/media", self.media, methods=["POST"]),
            Route("/control/record", self.record),
            Route("/control/state", self.state),
            Route("/control/menu", self.menu),
        ]

    async def say(self, asked: dict[str, Any]) -> Any:
        """A person writes."""
        name = self.platform.say(
            asked.get("surface", SERVICE),
            asked["openid"],
            asked["text"],
            menu_id=asked.get("menu_id", ""),
            as_json=bool(asked.get("as_json")),
        )
        return {"name": name}

    async def message(self, asked: dict[str, Any]) -> Any:
        """A message of any type, or one whose id is known already."""
        person = self.platform.people.get(asked.get("surface", SERVICE), asked["openid"])
        person.grant("message", self.platform.clock.now_s())
        return {"name": self.platform.message(person, asked["fields"])}

    async def event(self, asked: dict[str, Any]) -> Any:
        """Something that is no message."""
        surface, fields = asked.get("surface", SERVICE), asked.get("fields", {})
        self.platform.event(surface, asked["openid"], asked["event"], **fields)

    async def enter(self, asked: dict[str, Any]) -> Any:
        """A customer opens the chat of WeCom customer service."""
        self.platform.enter(asked["openid"])

    async def bad(self, asked: dict[str, Any]) -> Any:
        """A request with one thing wrong; what was answered."""
        side = self.platform.sides[asked.get("surface", SERVICE)]
        now_s = self.platform.clock.now_s()
        fields = {
            "ToUserName": side.account.name,
            "FromUserName": asked["openid"],
            "CreateTime": int(now_s),
            "MsgType": "text",
            "Content": asked.get("text", "余额"),
            "MsgId": secrets.randbelow(10**15),
        }
        push = bad_push(asked["what"], side.pusher.envelope, xml_of(fields), asked["openid"], now_s)
        headers = {"Content-Type": push.content_type}
        answer = await self.platform.http.post(
            side.account.callback, params=push.query, content=push.body, headers=headers
        )
        return {"status": answer.status_code, "text": answer.text[:200]}

    async def verify(self, asked: dict[str, Any]) -> Any:
        """The platform asks whether a callback address is ours."""
        surface = asked.get("surface", SERVICE)
        side = self.platform.sides[surface]
        at, nonce = str(int(self.platform.clock.now_s())), str(secrets.randbelow(10**9))
        echo = str(secrets.randbelow(10**15))
        query = {"timestamp": at, "nonce": nonce, "echostr": echo}
        token = side.account.token if asked.get("good", True) else "another"
        if surface == WECOM:
            query["echostr"] = side.pusher.envelope.encrypted(echo)
            query["msg_signature"] = signature(token, at, nonce, query["echostr"])
        else:
            query["signature"] = signature(token, at, nonce)
        answer = await self.platform.http.get(side.account.callback, params=query)
        is_plain = answer.headers.get("content-type", "").startswith("text/plain")
        return {"verified": answer.text == echo and is_plain, "status": answer.status_code}

    async def advance(self, asked: dict[str, Any]) -> Any:
        """Turn the clock forward."""
        self.platform.clock.advance(float(asked["seconds"]))

    async def faults(self, asked: dict[str, Any]) -> Any:
        """Plan a fault, set rates, or forget what was planned."""
        faults = self.platform.faults
        if asked.get("clear"):
            faults.planned.clear()
        faults.push_rate = float(asked.get("push_rate", faults.push_rate))
        faults.call_rate = float(asked.get("call_rate", faults.call_rate))
        if "at" in asked:
            faults.planned.append(Planned(asked["at"], asked["what"], int(asked.get("times", 1))))

    async def void(self, asked: dict[str, Any]) -> Any:
        """Withdraw the tokens of an account."""
        self.platform.sides[asked.get("surface", SERVICE)].tokens.void()

    async def person(self, asked: dict[str, Any]) -> Any:
        """Change what is true of a person: `accepted` templates, `refuses`, `kf_state`."""
        person = self.platform.people.get(asked.get("surface", SERVICE), asked["openid"])
        for name in ("accepted", "refuses", "kf_state"):
            if name in asked:
                setattr(person, name, asked[name])
        if "ending" in asked:
            self.platform.sides[person.surface].notices.endings.append(asked["ending"])
        if "fail_type" in asked and self.platform.kf is not None:
            self.platform.kf.failures.append(int(asked["fail_type"]))

    async def code(self, asked: dict[str, Any]) -> Any:
        """A code, as the person's phone gets one: of web authorisation or of a mini program."""
        side = self.platform.sides[asked.get("surface", SERVICE)]
        return {"code": self.platform.oauth.give(side.account, asked["openid"])}

    async def drain(self, _: dict[str, Any]) -> Any:
        """Wait until no push is under way."""
        await self.platform.drain()

    async def media(self, request: Request) -> Response:
        """A person sends a recording or picture: the body is the file."""
        query = request.query_params
        name = self.platform.send_media(
            query.get("surface", SERVICE),
            query["openid"],
            query.get("type", "voice"),
            await request.body(),
            wide=query.get("wide", "kept"),
        )
        return JSONResponse({"name": name})

    async def record(self, request: Request) -> Response:
        """Entries after a number; waits a while for one."""
        query = request.query_params
        after, wait_s = int(query.get("after", "0")), float(query.get("wait", "0"))
        await self.platform.record.wait(after, min(wait_s, _MOST_WAIT_S))
        found = self.platform.record.after(after, query.get("kind", ""), query.get("openid", ""))
        head = len(self.platform.record.entries)
        return JSONResponse({"entries": found, "head": head})

    async def state(self, _: Request) -> Response:
        """What else a test may want to know."""
        platform = self.platform
        return JSONResponse(
            {
                "now_s": platform.clock.now_s(),
                "under_way": platform.under_way,
                "faults": platform.faults.happened,
                "tokens_fetched": {
                    name: side.tokens.fetched for name, side in platform.sides.items()
                },
            }
        )

    async def menu(self, request: Request) -> Response:
        """The menu a person sees."""
        query = request.query_params
        side = self.platform.sides[query.get("surface", SERVICE)]
        return JSONResponse(side.menus.of(query.get("openid", "")))


def _route(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = await request.body()
        try:
            return JSONResponse(await handler(await request.json() if body else {}) or {})
        except (KeyError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 422)
        except ApiError as error:
            return JSONResponse(error.as_json("control"), 422)

    return answer
