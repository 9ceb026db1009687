"""`WS /v1/stream`: the check of where a page comes from, then its session."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter, WebSocket

from channels.settings import Settings
from channels.web.state import running_web
from channels.web.stream_closing import GOING_AWAY, ORIGIN
from channels.web.stream_session import StreamSession

router = APIRouter()


@router.websocket("/v1/stream")
async def stream(socket: WebSocket) -> None:
    """Talk to one page."""
    web = running_web(socket)
    # Accepted first: browsers show the close code of an open connection only.
    await socket.accept()
    if not allowed(socket.headers.get("origin"), socket.headers.get("host"), web.settings):
        await socket.close(ORIGIN, "origin")
        return
    if web.streams.closing:
        await socket.close(GOING_AWAY, "shutdown")
        return
    session = StreamSession(web, socket)
    web.streams.add(session)
    try:
        await session.run()
    finally:
        web.streams.remove(session)


def allowed(origin: str | None, host: str | None, settings: Settings) -> bool:
    """Whether a page from this origin may connect: our own host, or one the bank listed.

    Browsers send Origin with every WebSocket (RFC 6455, section 10.2); a connection without
    one comes from a program.
    """
    if origin is None:
        return settings.allow_missing_origin
    if origin.lower().rstrip("/") in {each.lower() for each in settings.allowed_origins}:
        return True
    parts = urlsplit(origin)
    is_web = parts.scheme in {"http", "https"}
    return is_web and host is not None and parts.netloc.lower() == host.lower()
