"""The page that looks like a phone, and what opens behind links: authorisation, mini program."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources import files
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from evals.wechat_platform.control import Control
from evals.wechat_platform.errors import ApiError
from evals.wechat_platform.platform import MINI, SERVICE, Platform

_WHO: Final = "wechat_person"
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'"
)
_TYPES: Final = {"phone.js": "text/javascript", "phone.css": "text/css"}


@dataclass(frozen=True, slots=True)
class Phone:
    """The page, its files, and where its links lead."""

    platform: Platform

    def app(self) -> Starlette:
        """The application, with the control API."""
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/phone.js", self.file),
                Route("/phone.css", self.file),
                Route("/connect/oauth2/authorize", self.authorise),
                Route("/miniprogram", self.mini_program),
                *Control(self.platform).routes(),
            ]
        )

    async def page(self, _: Request) -> Response:
        """The phone."""
        config = self.platform.config
        titles = {name: side.account.title or name for name, side in self.platform.sides.items()}
        known = json.dumps({"surfaces": titles, "app": config.service.app_id}, ensure_ascii=False)
        html = _read("phone.html").replace("{{known}}", known.replace('"', "&quot;"))
        return HTMLResponse(html, headers={"Content-Security-Policy": _CSP})

    async def file(self, request: Request) -> Response:
        """Style and script."""
        name = request.url.path.strip("/")
        return Response(_read(name), media_type=_TYPES[name])

    async def authorise(self, request: Request) -> Response:
        """Stands in for open.weixin.qq.com: the phone knows who holds it."""
        openid = request.cookies.get(_WHO, "")
        if not openid:
            return _refused("请在微信客户端打开链接")
        account = self.platform.config.service
        # A link may be opened from another chat of the same human.
        openid = f"o-{openid.rpartition('-')[2]}"
        self.platform.people.get(SERVICE, openid)
        try:
            address = self.platform.oauth.authorise(account, request.query_params, openid)
        except ApiError as error:
            return _refused(f"{error.words} ({error.code})")
        return RedirectResponse(address, HTTPStatus.FOUND)

    async def mini_program(self, request: Request) -> Response:
        """The mini program's own page: it logs in, tells the bank's server, shows what it says."""
        side = self.platform.sides.get(MINI)
        openid = request.cookies.get(_WHO, "")
        path = urlsplit(request.query_params.get("path", ""))
        ticket = parse_qs(path.query).get("t", [""])[0]
        if side is None or not openid:
            return _refused("请在微信客户端打开链接")
        openid = f"m-{openid.rpartition('-')[2]}"
        code = self.platform.oauth.give(side.account, openid)
        base = urlsplit(side.account.callback)
        enter = f"{base.scheme}://{base.netloc}/wechat/mini/enter"
        try:
            answer = await self.platform.http.post(enter, json={"t": ticket, "code": code})
            address = answer.json()["url"]
        except (httpx.HTTPError, ValueError, KeyError):
            return _refused("小程序无法打开此页面")
        return RedirectResponse(address, HTTPStatus.FOUND)


def _refused(words: str) -> Response:
    html = f'<!doctype html><meta charset="utf-8"><title>微信</title><p>{words}</p>'
    return HTMLResponse(html, HTTPStatus.BAD_REQUEST)


def _read(name: str) -> str:
    return files("evals.wechat_platform").joinpath("page", name).read_text(encoding="utf-8")
