"""The API: stands in for api.weixin.qq.com and qyapi.weixin.qq.com on one port."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evals.wechat_platform.errors import ApiError
from evals.wechat_platform.media import uploaded
from evals.wechat_platform.platform import MINI, SERVICE, WECOM, Platform, Side
from evals.wechat_platform.pushing import is_slow

Answer = dict[str, Any]
_CODES: Final = {"busy": (-1, "system error"), "throttled": (45011, "api minute-quota reached")}
_CLEARED_A_MONTH: Final = 10


@dataclass(frozen=True, slots=True)
class Api:
    """The calls."""

    platform: Platform

    def app(self) -> Starlette:
        """The application."""
        everything = Route("/{path:path}", self.take, methods=["GET", "POST"])
        return Starlette(routes=[everything])

    async def take(self, request: Request) -> Response:
        """Any call: what is to go wrong first, then what was asked."""
        platform, path = self.platform, request.url.path
        fault = platform.faults.of_call(path)
        body = await request.body()
        await platform.clock.sleep(is_slow(fault))
        if fault in {"bad_gateway", "lost_before"}:
            platform.record.add("called", path=path, code=None, fault=fault)
            return _broken() if fault == "lost_before" else _gateway()
        if fault == "token":
            for side in platform.sides.values():
                side.tokens.void()
        code, answer = await self._carried_out(request, body, fault)
        known = {"path": path, "code": code, "fault": fault}
        platform.record.add("called", **known, openid=_whom(body))
        if fault == "lost_after":
            return _broken()
        return Response("<html>", media_type="text/html") if fault == "garbage" else answer

    async def _carried_out(self, request: Request, body: bytes, fault: str) -> tuple[int, Response]:
        try:
            _refuse(fault)
            found = self._answer(request, body)
        except ApiError as error:
            rid = f"{secrets.token_hex(4)}-{secrets.token_hex(4)}"
            return error.code, JSONResponse(error.as_json(rid))
        return 0, found if isinstance(found, Response) else JSONResponse(found)

    def _answer(self, request: Request, body: bytes) -> Answer | Response:
        path, query = request.url.path, request.query_params
        side = self._without_token(path)
        if side is not None:
            return self._sign_in(side, request, body)
        side = self._side(query.get("access_token", ""))
        if path == "/cgi-bin/media/get":
            return _file(side, query.get("media_id", ""))
        if path == "/cgi-bin/media/upload":
            kind, content = uploaded(request.headers.get("content-type", ""), body)
            media_id = side.media.put(query.get("type", ""), kind, content)
            at = int(self.platform.clock.now_s())
            return {"type": query.get("type"), "media_id": media_id, "created_at": at}
        if path == "/cgi-bin/user/info":
            return self.platform.oauth.info(query.get("openid", ""))
        calls = self._wecom() if path.startswith("/cgi-bin/kf/") else self._wechat(side, path)
        if path not in calls:
            raise ApiError(48001, "api unauthorized")
        return calls[path](_json(body) if body else {})

    def _wechat(self, side: Side, path: str) -> dict[str, Callable[[Answer], Answer]]:
        calls: dict[str, Callable[[Answer], Answer]] = {
            "/cgi-bin/message/custom/send": side.sending.send,
            "/cgi-bin/message/custom/typing": side.sending.typing,
            "/cgi-bin/message/template/send": lambda asked: self._template(side, asked),
            "/cgi-bin/message/subscribe/bizsend": side.notices.subscription,
            "/cgi-bin/clear_quota": self._clear,
        }
        if path.startswith(("/cgi-bin/menu/", "/cgi-bin/tags/")):
            calls[path] = lambda asked: _known(side.menus.answer, path, asked)
        return calls

    def _wecom(self) -> dict[str, Callable[[Answer], Answer]]:
        kf = self.platform.kf
        if kf is None:
            return {}
        return {
            "/cgi-bin/kf/sync_msg": kf.sync,
            "/cgi-bin/kf/send_msg": kf.send,
            "/cgi-bin/kf/send_msg_on_event": kf.welcome,
            "/cgi-bin/kf/customer/batchget": kf.customers,
            "/cgi-bin/kf/service_state/get": kf.state,
            "/cgi-bin/kf/service_state/trans": kf.change_state,
        }

    def _template(self, side: Side, asked: Answer) -> Answer:
        answer, person, ending = side.notices.template(asked)
        self.platform.finished(person, answer["msgid"], ending)
        return answer

    def _clear(self, _: Answer) -> Answer:
        if self.platform.cleared >= _CLEARED_A_MONTH:
            raise ApiError(48006, "forbid to clear quota because of reaching the limit")
        self.platform.cleared += 1
        return {"errcode": 0, "errmsg": "ok"}

    def _without_token(self, path: str) -> Side | None:
        sides = self.platform.sides
        match path:
            case "/cgi-bin/stable_token" | "/cgi-bin/token" | "/sns/oauth2/access_token":
                return sides[SERVICE]
            case "/sns/jscode2session":
                return sides.get(MINI)
            case "/cgi-bin/gettoken":
                return sides.get(WECOM)
            case _:
                return None

    def _sign_in(self, side: Side, request: Request, body: bytes) -> Answer:
        query, oauth = request.query_params, self.platform.oauth
        match request.url.path:
            case "/cgi-bin/stable_token":
                if request.method != "POST":
                    raise ApiError(43002, "require POST method")
                asked = _json(body)
                return self._owner(str(asked.get("appid", ""))).tokens.stable(asked)
            case "/cgi-bin/token":
                name = query.get("appid", "")
                return self._owner(name).tokens.plain(name, query.get("secret", ""))
            case "/cgi-bin/gettoken":
                found = side.tokens.same(query.get("corpid", ""), query.get("corpsecret", ""))
                return {"errcode": 0, "errmsg": "ok", **found}
            case "/sns/jscode2session":
                return oauth.session(side.account, query)
            case _:
                return oauth.exchange(side.account, query)

    def _owner(self, app_id: str) -> Side:
        """The account of this app id; the service account judges one that is unknown."""
        for side in self.platform.sides.values():
            if side.account.app_id == app_id:
                return side
        return self.platform.sides[SERVICE]

    def _side(self, token: str) -> Side:
        """Whose token it is."""
        refused: ApiError | None = None
        for side in self.platform.sides.values():
            try:
                side.tokens.check(token)
            except ApiError as error:
                if refused is None or error.code == 42001:  # noqa: PLR2004 - the platform's number
                    refused = error
            else:
                return side
        raise refused or ApiError(40001, "invalid credential")


def _refuse(fault: str) -> None:
    """Refuse a call because that is planned."""
    if fault in _CODES:
        raise ApiError(*_CODES[fault])
    if fault.startswith("errcode:"):
        raise ApiError(int(fault.partition(":")[2]), "planned")


def _json(body: bytes) -> Answer:
    if b"\\u" in body:
        raise ApiError(40033, "invalid charset")
    try:
        found = json.loads(body)
    except ValueError as error:
        raise ApiError(47001, "data format error") from error
    if not isinstance(found, dict):
        raise ApiError(47001, "data format error")
    return found


def _whom(body: bytes) -> str:
    try:
        found = json.loads(body) if body[:1] == b"{" else {}
    except ValueError:
        return ""
    return str(found.get("touser", "")) if isinstance(found, dict) else ""


def _known(answer: Callable[[str, Answer], Answer], path: str, asked: Answer) -> Answer:
    try:
        return answer(path, asked)
    except KeyError as error:
        raise ApiError(47001, "data format error") from error


def _file(side: Side, media_id: str) -> Answer | Response:
    found = side.media.find(media_id)
    if found.kind == "video":
        return {"video_url": f"http://127.0.0.1/{media_id}"}
    return Response(found.content, media_type=found.content_type)


def _gateway() -> Response:
    return Response("<html>502 Bad Gateway</html>", HTTPStatus.BAD_GATEWAY, media_type="text/html")


def _broken() -> Response:
    """Fewer bytes than were announced: the connection ends in the middle."""
    return Response(b"", headers={"content-length": "64"})
