"""`WS /v1/stream`: the check of where a page comes from, then its session."""

from __future__ import annotations

from fastapi import APIRouter, WebSocket

from channels.settings import Settings
from channels.web.origins import allowed
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
    if not _may_connect(socket.headers.get("origin"), socket.headers.get("host"), web.settings):
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


def _may_connect(origin: str | None, host: str | None, settings: Settings) -> bool:
    """Whether a page from this origin may connect.

    Browsers send Origin with every WebSocket (RFC 6455, section 10.2); a connection without
    one comes from a program.
    """
    if origin is None:
        return settings.allow_missing_origin
    return allowed(origin, host, settings)
