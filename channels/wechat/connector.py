"""The WeChat connector: the surfaces a deployment has set up, and their routes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx
from fastapi import APIRouter
from pydantic import SecretStr

from assistant.errors import SettingsError
from assistant.ports import Clock
from channels.capabilities import CAPABILITIES
from channels.settings import Settings
from channels.wechat.callbacks import Callbacks
from channels.wechat.client import TIMEOUT_S, WECOM_TOKEN, Client
from channels.wechat.crypto import Codec, read_key
from channels.wechat.database import Database
from channels.wechat.kf import Fetcher, KfSender, read_news
from channels.wechat.menu import Tags
from channels.wechat.mini_page import MiniPages
from channels.wechat.notices import Notices
from channels.wechat.oauth import OAuth
from channels.wechat.openers import ByOpenid, ByUnionid, Opener
from channels.wechat.pages import Pages
from channels.wechat.senders import CustomSender
from channels.wechat.staff import SideBar
from channels.wechat.surface import Shared, Surface

CALLBACK: Final = "/wechat/callback"
MINI_CALLBACK: Final = "/wechat/mini/callback"
KF_CALLBACK: Final = "/wechat/kf/callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChat:
    """Implements `channels.connector.Connector`.

    Attributes:
        surfaces: Those that are set up, the service account first.
        routers: Their routes.
        clients: Closed when the application stops.
    """

    surfaces: tuple[Surface, ...]
    routers: Sequence[APIRouter]
    clients: tuple[httpx.AsyncClient, ...]
    patience_s: float

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """See the protocol."""
        async with AsyncExitStack() as stack:
            for client in self.clients:
                await stack.enter_async_context(client)
            for surface in self.surfaces:
                await stack.enter_async_context(surface.running(self.patience_s))
            yield


def make_wechat(
    settings: Settings, shared: Shared, transport: httpx.AsyncBaseTransport | None = None
) -> WeChat:
    """Join what the settings name.

    Args:
        settings: The deployment's.
        shared: What all surfaces have in common.
        transport: Of calls to a platform in the same process; None for the network.

    Raises:
        SettingsError: An account is named and something it needs is missing.
    """
    http = platform_http(settings.wechat_api_url, transport)
    surface, callbacks = _service_account(settings, shared, http)
    routers = [callbacks]
    surfaces = [surface]
    clients = [http]
    openers: dict[str, Opener] = {surface.account: ByOpenid(surface.account, shared.database)}
    mini: Surface | None = None
    if settings.wechat_mini_app_id is not None:
        mini, router = _mini_program(settings, shared, http, settings.wechat_mini_app_id)
        surfaces.append(mini)
        routers.append(router)
    if settings.wecom_corp_id is not None:
        wecom = platform_http(settings.wecom_api_url, transport)
        kf, router = _customer_service(settings, shared, wecom, settings.wecom_corp_id)
        surfaces.append(kf)
        routers.append(router)
        clients.append(wecom)
        openers[kf.account] = ByUnionid(kf.client, kf.ledger, shared.database)
    if shared.public_url:
        pages = _pages(settings, shared, surfaces, openers)
        routers.append(pages.router())
        if mini is not None:
            routers.append(MiniPages(mini, pages).router())
    routers.append(SideBar(surfaces, shared.database).router())
    return WeChat(
        surfaces=tuple(surfaces),
        routers=tuple(routers),
        clients=tuple(clients),
        patience_s=settings.shutdown_s,
    )


def platform_http(url: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client of the platform at this address."""
    return httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, trust_env=False, transport=transport)


def service_client(
    settings: Settings, http: httpx.AsyncClient, database: Database, clock: Clock, owner: str
) -> Client:
    """The API of the service account.

    Raises:
        SettingsError: It is not set up, or its secret is missing.
    """
    if settings.wechat_app_id is None:
        msg = "No service account is set up: GUITAI_WECHAT_APP_ID."
        raise SettingsError(msg)
    return Client(
        account=settings.wechat_app_id,
        app_id=settings.wechat_app_id,
        secret=_needed(settings.wechat_secret, "GUITAI_WECHAT_SECRET"),
        http=http,
        database=database,
        clock=clock,
        owner=owner,
    )


def _service_account(
    settings: Settings, shared: Shared, http: httpx.AsyncClient
) -> tuple[Surface, APIRouter]:
    app_id = settings.wechat_app_id or ""
    client = service_client(settings, http, shared.database, shared.service.clock, shared.owner)
    notices = Notices(
        client=client,
        database=shared.database,
        clock=shared.service.clock,
        receipt_template=settings.wechat_receipt_template or "",
        reminder_template=settings.wechat_reminder_template or "",
    )
    surface = shared.surface(client, CustomSender(client), tags=Tags(client), notices=notices)
    callbacks = Callbacks(
        codec=codec_of(settings, app_id),
        clock=shared.service.clock,
        take=surface.flights.take,
        unheard=surface.flights.unheard,
    )
    return surface, callbacks.router(CALLBACK)


def _mini_program(
    settings: Settings, shared: Shared, http: httpx.AsyncClient, app_id: str
) -> tuple[Surface, APIRouter]:
    """Customer messages of the mini program; its platform takes no passive replies."""
    client = Client(
        account=app_id,
        app_id=app_id,
        secret=_needed(settings.wechat_mini_secret, "GUITAI_WECHAT_MINI_SECRET"),
        http=http,
        database=shared.database,
        clock=shared.service.clock,
        owner=shared.owner,
    )
    sender = CustomSender(client, CAPABILITIES["mini_program"])
    surface = shared.surface(client, sender, mini_app_id=app_id)
    callbacks = Callbacks(
        codec=codec_of(settings, app_id),
        clock=shared.service.clock,
        take=surface.flights.enqueue,
    )
    return surface, callbacks.router(MINI_CALLBACK)


def _customer_service(
    settings: Settings, shared: Shared, http: httpx.AsyncClient, corp_id: str
) -> tuple[Surface, APIRouter]:
    """WeCom customer service."""
    client = Client(
        account=f"wecom:{corp_id}",
        app_id=corp_id,
        secret=_needed(settings.wecom_secret, "GUITAI_WECOM_SECRET"),
        http=http,
        database=shared.database,
        clock=shared.service.clock,
        owner=shared.owner,
        token_path=WECOM_TOKEN,
    )
    surface = shared.surface(client, KfSender(client))
    fetcher = Fetcher(
        client=client,
        flights=surface.flights,
        database=shared.database,
        clock=shared.service.clock,
        release=shared.service.release,
        owner=shared.owner,
    )
    key = _needed(settings.wecom_aes_key, "GUITAI_WECOM_AES_KEY")
    token = _needed(settings.wecom_token, "GUITAI_WECOM_TOKEN")
    codec = Codec(token.get_secret_value(), (read_key(key.get_secret_value()),), corp_id)
    callbacks = Callbacks(
        codec=codec,
        clock=shared.service.clock,
        take=fetcher.take,
        has_plain_echo=False,
        read=read_news,
    )
    return surface, callbacks.router(KF_CALLBACK)


def _pages(
    settings: Settings,
    shared: Shared,
    surfaces: Sequence[Surface],
    openers: Mapping[str, Opener],
) -> Pages:
    """The pages; the service account, the first, sees who opens them."""
    first = surfaces[0]
    return Pages(
        surfaces={each.account: each for each in surfaces},
        links=first.links,
        service=shared.service,
        oauth=OAuth(
            client=first.client,
            openers=openers,
            links=first.links,
            authorize_url=settings.wechat_authorize_url,
            return_url=f"{shared.public_url}/wechat/return",
        ),
        ids=shared.ids,
        login_url=settings.wechat_login_url or "",
        is_secure=shared.public_url.startswith("https://"),
    )


def codec_of(settings: Settings, receive_id: str) -> Codec:
    """The envelope of an account's callbacks.

    Raises:
        SettingsError: Token or key is missing or wrong.
    """
    current = _needed(settings.wechat_aes_key, "GUITAI_WECHAT_AES_KEY")
    keys = [current, settings.wechat_aes_key_previous]
    return Codec(
        token=_needed(settings.wechat_token, "GUITAI_WECHAT_TOKEN").get_secret_value(),
        keys=tuple(read_key(key.get_secret_value()) for key in keys if key is not None),
        receive_id=receive_id,
    )


def _needed(value: SecretStr | None, variable: str) -> SecretStr:
    if value is None:
        msg = f"The WeChat account is set up, and {variable} is missing."
        raise SettingsError(msg)
    return value
