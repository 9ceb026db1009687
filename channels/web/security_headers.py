"""Headers that tell browsers what the pages may do, on every answer, and the access log.

Source: OWASP Secure Headers Project, https://owasp.org/www-project-secure-headers/.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("guitai.access")

_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": _CSP,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
)
API_HEADERS: Final = MappingProxyType({**HEADERS, "Cache-Control": "no-store"})
"""Answers of the API carry personal data: nobody on the way may keep them."""

_HSTS: Final = "max-age=31536000; includeSubDomains"
"""A year. Only said over TLS (RFC 6797, section 7.2)."""

_STATIC_PREFIX: Final = "/assets/"


def api_headers(scheme: str) -> dict[str, str]:
    """The headers of an answer that came by this scheme."""
    if scheme != "https":
        return dict(API_HEADERS)
    return {**API_HEADERS, "Strict-Transport-Security": _HSTS}


@dataclass(frozen=True, slots=True)
class SecurityHeaders:
    """ASGI middleware: adds the headers and logs method, route, status and duration."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in api_headers(scope["scheme"]).items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            took_ms = (loop.time() - started_s) * 1000
            _log.info("%s %s %d %.1f ms", scope["method"], _route(scope), status, took_ms)


def _route(scope: Scope) -> str:
    # The route's pattern, not the path: a path may hold an id, a query string anything.
    return str(getattr(scope.get("route"), "path", "-"))
