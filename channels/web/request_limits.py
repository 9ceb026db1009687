"""What a request body may be, checked before anything reads it: size, media type, depth.

Source of the depth limit: Python's JSON reader recurses once for each level.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.web.problems import ProblemDocument, problem_response

MAX_DEPTH: Final = 32
"""Levels of arrays and objects inside one another; our own bodies have two."""

CONNECTORS: Final = ("/wechat/", "/hooks/")
"""Below these paths a connector reads the body itself, in whatever form its vendor sends it."""

_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET: Final = re.compile(rb"[\[\]{}]")
_OPENING: Final = (b"[", b"{")


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """ASGI middleware: refuses bodies that are too large, too deep or not JSON.

    Attributes:
        limit_bytes: Largest body taken.
    """

    app: ASGIApp
    limit_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body read, or refuse it."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            body = await self._read(headers, receive)
        except ClientDisconnect:
            # Half a body is no request, even where the half can be read.
            return
        is_ours = not scope["path"].startswith(CONNECTORS)
        refusal = _too_large() if body is None else _refusal(headers, body) if is_ours else None
        if refusal is not None:
            await problem_response(refusal)(scope, receive, send)
            return
        await self.app(scope, _replay(body or b"", receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        """The whole body; None as soon as it is known to be too large.

        Raises:
            ClientDisconnect: The client went away before the end.
        """
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self.limit_bytes:
            return None
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            body += message.get("body", b"")
            if len(body) > self.limit_bytes:
                return None
            more = message.get("more_body", False)
        return bytes(body)


def too_deep(body: bytes) -> bool:
    """Whether arrays and objects nest deeper than `MAX_DEPTH`, without reading the JSON."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in _OPENING else -1
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH


def _refusal(headers: Headers, body: bytes) -> ProblemDocument | None:
    if not body:
        return None
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return _problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "request.media_type", "Send application/json."
        )
    if too_deep(body):
        return _problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "request.too_deep", "The body nests too deep."
        )
    return None


def _too_large() -> ProblemDocument:
    return _problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request.too_large", "The body is too large."
    )


def _problem(status: HTTPStatus, code: str, detail: str) -> ProblemDocument:
    return ProblemDocument(title=status.phrase, status=status, detail=detail, code=code)


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def receive_again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
