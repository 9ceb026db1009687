"""The web application: every route, joined with the running assistant."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import httpx
import jwt
import uvicorn
from fastapi import FastAPI
from redis.asyncio import Redis
from starlette.middleware.cors import CORSMiddleware

from assistant.errors import AssistantError
from assistant.ports import Clock
from channels.connector import Connector
from channels.desk import documents as desk_documents
from channels.desk import http as desk
from channels.desk import reviews, video
from channels.desk import search as desk_search
from channels.desk import state as desk_state
from channels.service import Service
from channels.settings import Settings, is_address
from channels.web import exports, http, moves, openapi, pages, problems, receipts, sandbox, stream
from channels.web.admission import Admission
from channels.web.directory import Directory
from channels.web.patient_protocol import patient
from channels.web.rates import ClientRates
from channels.web.request_limits import RequestLimits
from channels.web.running_turns import RunningTurns
from channels.web.security_headers import SecurityHeaders
from channels.web.signing_secret import stored_secret
from channels.web.state import Web
from channels.web.stream_registry import OpenStreams
from channels.web.stream_tickets import MemoryTickets, RedisTickets, Tickets
from channels.web.tokens import KeyFile, KeySource, PublicKeys, Secret, Tokens

_log = logging.getLogger(__name__)

SETTLE_EVERY_S: Final = 2.0
"""How often actions left unknown are asked about."""

_WS_MAX_BYTES: Final = 262_144
"""Eight times our own limit, so that we can say 4413 ourselves; beyond it the protocol's own
1009 ends the connection before the frame is in memory."""
_KEEP_ALIVE_S: Final = 75
"""Longer than clients and proxies keep an idle connection (httpx 5 s, nginx and most load balancers
60 s), so that they give it up first: one that we close while a request is on its way loses it."""

_HEADER_BYTES: Final = 32_768

_FILE: Final = "file://"
_KEYS_S: Final = 5.0
"""How long the bank's key server may take to answer."""

OpenService = Callable[[Settings], AbstractAsyncContextManager[Service]]


def create_app(
    settings: Settings,
    open_service: OpenService,
    *,
    bank: httpx.AsyncClient | None = None,
    connectors: Sequence[Connector] = (),
) -> FastAPI:
    """Build the application; nothing is opened before it starts.

    Args:
        settings: The deployment's.
        open_service: Joins the pieces: `channels.bootstrap.build`.
        bank: Client of the core bank, for a bank in the same process; closed with the
            application.
        connectors: Other ways in, joined with the same running assistant.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.web = await _open(settings, open_service, bank, stack)
            for connector in connectors:
                await stack.enter_async_context(connector.running())
            yield

    app = FastAPI(
        title="Guitai",
        version="1",
        summary="A conversational banking assistant.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # The address to go to instead would be made from the Host header.
        redirect_slashes=False,
    )
    problems.install(app)
    openapi.install(app)
    api = (http.health_router, http.router, sandbox.router, desk.router, reviews.router)
    for router in (
        *api,
        moves.router,
        receipts.router,
        exports.router,
        video.router,
        desk_search.router,
        desk_state.router,
        stream.router,
        desk_documents.router,
    ):
        app.include_router(router)
    for connector in connectors:
        for router in connector.routers:
            app.include_router(router)
    pages.install(app)
    # The last one added is the outermost.
    app.add_middleware(RequestLimits, limit_bytes=settings.body_limit_bytes)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
    app.add_middleware(Admission, settings=settings)
    app.add_middleware(SecurityHeaders)
    return app


async def serve(app: FastAPI, settings: Settings, *, ready: Callable[[int], None]) -> None:
    """Run the application until it is told to stop.

    Args:
        app: From `create_app`.
        settings: Host and port.
        ready: Called with the port once requests are answered.

    Raises:
        OSError: The port is taken.
    """
    server = Server(server_config(app, settings))
    listening = listen(settings.host, settings.port)
    server.on_ready = lambda: ready(listening.getsockname()[1])
    with listening:
        await server.serve([listening])


class Server(uvicorn.Server):
    """A uvicorn server that lets the streams say goodbye before it closes them."""

    on_ready: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn; then tell that requests are answered."""
        await super().startup(sockets)
        if self.started and self.on_ready:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say goodbye on every stream, then see uvicorn."""
        app = self.config.app
        web = getattr(app.state, "web", None) if isinstance(app, FastAPI) else None
        if isinstance(web, Web):
            await web.streams.shut_down()
        await super().shutdown(sockets)


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How uvicorn runs the application."""
    return uvicorn.Config(
        app,
        # h11 bounds the size of request headers; the faster parser does not.
        http=patient(settings.receive_s),
        h11_max_incomplete_event_size=_HEADER_BYTES,
        ws="websockets-sansio",
        ws_max_size=_WS_MAX_BYTES,
        ws_per_message_deflate=False,
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="warning",
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(settings.shutdown_s) + 1,
    )


def listen(host: str, port: int) -> socket.socket:
    """Open the port; 0 is any free one.

    Raises:
        OSError: It is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=2048)
    # Accepted sockets inherit it. asyncio does not set it for a socket it did not make, and
    # without it each answer waits some 40 ms for the client's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


async def _open(
    settings: Settings,
    open_service: OpenService,
    bank: httpx.AsyncClient | None,
    stack: AsyncExitStack,
) -> Web:
    service = await stack.enter_async_context(open_service(settings))
    bank = bank or httpx.AsyncClient(
        base_url=settings.bank_url, timeout=settings.bank_timeout_s, trust_env=False
    )
    await stack.enter_async_context(bank)
    web = Web(
        settings=settings,
        service=service,
        tokens=Tokens(
            keys=_keys(settings),
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            clock=service.clock,
        ),
        tickets=await _tickets(settings, service.clock, stack),
        directory=Directory(bank),
        rates=ClientRates(service.clock, settings.messages_per_minute),
        clients=ClientRates(service.clock, settings.requests_per_minute),
        turns=RunningTurns(),
        streams=OpenStreams(),
    )
    stack.push_async_callback(web.turns.drain, settings.shutdown_s)
    recovered = await service.assistant.recover()
    if recovered:
        _log.info("turns finished that a stop had cut off: %d", recovered)
    settling = asyncio.create_task(_settle(service))
    stack.push_async_callback(_stop, settling)
    return web


def _keys(settings: Settings) -> KeySource:
    if settings.jwt_keys is None:
        return Secret(stored_secret(settings.data_dir))
    keys = settings.jwt_keys.get_secret_value()
    if not is_address(keys):
        return Secret(keys)
    if keys.startswith(_FILE):
        return KeyFile(Path(keys.removeprefix(_FILE)))
    return PublicKeys(jwt.PyJWKClient(keys, timeout=_KEYS_S))


async def _tickets(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Tickets:
    if settings.redis_url is None:
        return MemoryTickets(clock)
    redis: Redis = Redis.from_url(settings.redis_url)
    stack.push_async_callback(redis.aclose)
    return RedisTickets(redis, clock)


async def _settle(service: Service) -> None:
    """Ask about actions left unknown, and carry out what colleagues approved, again and again."""
    while True:
        await asyncio.sleep(SETTLE_EVERY_S)
        try:
            settled = await service.assistant.settle_unknown()
            await service.reviews.carry_out()
            await service.wake_ups.ring()
        except AssistantError as error:
            _log.warning("unknown actions or reviews not settled: %s", error.code)
            continue
        if settled:
            _log.info("unknown actions settled: %d", settled)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
