"""What is decided about a request before any route sees it: from its address and headers alone.

A request to a host that is not ours, from a page that may not call, with more header fields or a
longer address than any of ours needs, too often from one client, or while the server stops, ends
here. What is let in has a time limit.

Source of the statuses: RFC 9110 (403, 414, 421, 503), RFC 6585 (429, 431).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.settings import Settings
from channels.web.origins import allowed
from channels.web.problems import Problem, problem_response, too_many
from channels.web.state import Web, running_web
from channels.web.stream_closing import ORIGIN

MAX_FIELDS: Final = 100
"""Header fields of a request; browsers send about twenty."""

MAX_TARGET: Final = 4096
"""Bytes of path and query together; our longest question is 500 characters, percent-encoded."""

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HEALTH: Final = frozenset({"/healthz", "/readyz"})
"""Asked by machines that know the process by its address only."""


@dataclass(frozen=True, slots=True)
class Admission:
    """ASGI middleware: lets a request in, with a time limit, or refuses it."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] == "websocket":
            if not _is_ours(Headers(scope=scope).get("host"), self.settings):
                await send({"type": "websocket.close", "code": ORIGIN, "reason": "host"})
                return
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = _refusal(scope, self.settings)
        if refusal is not None:
            response = problem_response(refusal.document, refusal.headers)
            await response(scope, receive, send)
            return
        await self._in_time(scope, receive, send)

    async def _in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        limit = asyncio.timeout(self.settings.request_s)
        try:
            async with limit:
                await self.app(scope, receive, noted)
        except TimeoutError:
            if not limit.expired() or started:
                raise
            late = _unavailable("request.timed_out", "No answer in time; a turn goes on.")
            await problem_response(late.document, late.headers)(scope, receive, send)


def _refusal(scope: Scope, settings: Settings) -> Problem | None:
    headers, path = Headers(scope=scope), scope["path"]
    if len(headers.raw) > MAX_FIELDS:
        return _no(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "request.headers", "Too many.")
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_TARGET:
        return _no(HTTPStatus.REQUEST_URI_TOO_LONG, "request.target", "The address is too long.")
    if path in _HEALTH:
        return None
    host, origin = headers.get("host"), headers.get("origin")
    if not _is_ours(host, settings):
        return _no(HTTPStatus.MISDIRECTED_REQUEST, "host.unknown", "This host is not served here.")
    may_change = scope["method"] not in _SAFE
    if may_change and origin is not None and not allowed(origin, host, settings):
        return _no(HTTPStatus.FORBIDDEN, "origin.forbidden", "Pages from there may not call.")
    return _not_now(scope, running_web(HTTPConnection(scope)))


def _not_now(scope: Scope, web: Web) -> Problem | None:
    if web.streams.closing:
        return _unavailable("server.stopping", "The server stops; another one will answer.")
    client = scope.get("client")
    wait_s = web.clients.wait_s(client[0] if client else "-")
    return None if wait_s <= 0 else too_many(wait_s)


def _unavailable(code: str, detail: str) -> Problem:
    headers = {"Retry-After": "1", "Connection": "close"}
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, code, detail, headers=headers, retryable=True)


def _no(status: HTTPStatus, code: str, detail: str) -> Problem:
    return Problem(status, code, detail)


def _is_ours(host: str | None, settings: Settings) -> bool:
    """Whether the request is meant for a name of this deployment; any name while none is listed."""
    if not settings.allowed_hosts:
        return True
    name = (host or "").lower()
    bare = name.rpartition(":")[0] if name.rpartition(":")[2].isdecimal() else name
    return bare in {each.lower() for each in settings.allowed_hosts}
