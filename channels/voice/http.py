"""The ways a call comes in over WebSockets: pages, Twilio, Asterisk, Jambonz."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from assistant.errors import AssistantError
from channels.voice.calls import Calls
from channels.voice.carry import Line, carry
from channels.voice.frames_json import MAX_FRAME_BYTES
from channels.voice.leg_asterisk import AsteriskWire
from channels.voice.leg_jambonz import SUBPROTOCOLS, JambonzWire
from channels.voice.leg_twilio import TwilioWire
from channels.voice.page import serve_page
from channels.voice.settings import VoiceLegSettings
from channels.voice.wire import BadFrame, Message, Wire
from channels.web.stream_closing import AUTH, TRY_LATER

_log = logging.getLogger(__name__)

_MEDIA: Final = "media"
"""Subprotocol of chan_websocket."""


def line_of(socket: WebSocket) -> Line:
    """A WebSocket as a line."""

    async def receive() -> Message | None:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        content: Message = message.get("text") or message.get("bytes") or b""
        if len(content) > MAX_FRAME_BYTES:
            msg = "too long"
            raise BadFrame(msg)
        return content

    async def send(message: Message) -> None:
        try:
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_bytes(message)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ConnectionError from error

    return Line(receive=receive, send=send)


async def hang_up(socket: WebSocket, code: int = 1000) -> None:
    """Close a connection that may be closed already."""
    if socket.application_state is WebSocketState.CONNECTED and (
        socket.client_state is WebSocketState.CONNECTED
    ):
        try:
            await socket.close(code)
        except WebSocketDisconnect:
            _log.info("a far end was gone before it could be told goodbye")


def signed_by_twilio(headers: Headers, address: str, token: SecretStr) -> bool:
    """Whether a handshake carries Twilio's signature of this address: HMAC-SHA1, base64."""
    wanted = hmac.new(token.get_secret_value().encode(), address.encode(), hashlib.sha1).digest()
    given = headers.get("x-twilio-signature", "")
    return hmac.compare_digest(base64.b64encode(wanted).decode(), given)


def knows_password(headers: Headers, password: SecretStr) -> bool:
    """Whether a handshake carries the password of gateways (HTTP Basic, any name)."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    try:
        _, _, said = base64.b64decode(given, validate=True).partition(b":")
    except ValueError:
        return False
    is_same = hmac.compare_digest(said, password.get_secret_value().encode())
    return is_same and scheme.lower() == "basic"


@dataclass(frozen=True, slots=True)
class _Gateway:
    """One telephone way.

    Attributes:
        admits: Whether a handshake comes from it.
        subprotocols: Taken when offered, in this order.
    """

    path: str
    wire: Callable[[], Wire]
    admits: Callable[[WebSocket], bool]
    subprotocols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceRoutes:
    """Routes of one deployment."""

    settings: VoiceLegSettings
    public_url: str
    calls: Calls
    router: APIRouter = field(default_factory=APIRouter)

    def __post_init__(self) -> None:
        self.router.add_api_websocket_route("/v1/voice", self._page)
        for gateway in self._gateways():
            self._add(gateway)

    async def _page(self, socket: WebSocket) -> None:
        await serve_page(socket, self.calls, line_of(socket))
        await hang_up(socket)

    def _gateways(self) -> list[_Gateway]:
        found: list[_Gateway] = []
        token, password = self.settings.voice_twilio_token, self.settings.voice_gateway_password
        if token is not None:
            path = "/hooks/voice/twilio"
            address = self.public_url.replace("http", "ws", 1) + path

            def signed(socket: WebSocket) -> bool:
                return signed_by_twilio(socket.headers, address, token)

            found.append(_Gateway(path, TwilioWire, signed))
        if password is not None:
            self.router.add_api_route(
                "/hooks/voice/asterisk/{name}/ending",
                partial(self._ending, password),
                response_class=PlainTextResponse,
                include_in_schema=False,
            )

            def known(socket: WebSocket) -> bool:
                return knows_password(socket.headers, password)

            found.append(_Gateway("/hooks/voice/asterisk", AsteriskWire, known, (_MEDIA,)))
            found.append(_Gateway("/hooks/voice/jambonz", JambonzWire, known, SUBPROTOCOLS))
        return found

    async def _ending(self, password: SecretStr, name: str, request: Request) -> str:
        """For the dialplan: whether a person goes on with a call."""
        if not knows_password(request.headers, password):
            raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})
        return self.calls.endings.of(name)

    def _add(self, gateway: _Gateway) -> None:
        async def serve(socket: WebSocket) -> None:
            if not gateway.admits(socket):
                await socket.close(AUTH)
                return
            offered = socket.scope.get("subprotocols", [])
            chosen = next((each for each in gateway.subprotocols if each in offered), None)
            await socket.accept(chosen)
            wire = gateway.wire()
            try:
                name = socket.query_params.get("call", "")
                await carry(
                    line_of(socket), wire, lambda started: self.calls.telephone(wire, started, name)
                )
            except AssistantError:
                await hang_up(socket, TRY_LATER)
            await hang_up(socket)

        self.router.add_api_websocket_route(gateway.path, serve)
