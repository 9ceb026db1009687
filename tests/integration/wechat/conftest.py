"""The connector around a scripted assistant, with a database of its own."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from assistant.adapters.database import open_engine
from assistant.adapters.event_store import SqlEventStore
from assistant.adapters.memory import MemoryDesk, MemoryLock
from assistant.adapters.schema import upgrade
from assistant.bursts import Bursts
from assistant.colleagues import Colleagues
from assistant.conversation import Conversations
from assistant.errors import ConversationBusy
from assistant.model.events import MessageReceived, Said, TurnFinished
from assistant.model.message import Button, ReplyPart
from assistant.response.public import public_turn
from channels.app import create_app
from channels.composition_wechat import SqlDatabase, wechat_connectors
from channels.settings import Settings
from knowledge.loader import DEFAULTS, load
from tests.contract.conftest import (  # noqa: F401 - fixtures
    empty_postgres_url,
    postgres_engine,
    postgres_url,
)
from tests.e2e.scripted_assistant import LossyBroadcast, ScriptedService
from tests.integration.wechat.platform import (
    AES_KEY,
    APP_ID,
    OLD_KEY,
    SECRET,
    TOKEN,
    Platform,
    Pusher,
)

LONG = "本行借记卡挂失可以在手机银行办理，也可以拨打客服电话。"


@pytest.fixture(scope="session")
def release():
    return load(DEFAULTS.parent / "content", gateway_knows=lambda _: True)


@dataclass(frozen=True)
class InboundText:
    """Enough of a message to ask for parts."""

    text: str
    button: str | None = None


@dataclass
class Echo:
    """An assistant that repeats what was said, in the ways the tests ask for."""

    conversations: Conversations
    release: object
    bursts: Bursts = field(default_factory=Bursts)
    calls: list = field(default_factory=list)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    busy: int = 0
    holds: bool = False

    async def handle(self, message):
        self.calls.append(message)
        if self.busy:
            self.busy -= 1
            raise ConversationBusy
        hold = self.conversations.hold(message.conversation_id, message.sign_in, message.origin)
        async with hold as held:
            if message.message_id not in held.log.tracker.turns:
                await self.turn(held, message)
            number = held.log.tracker.turns[message.message_id]
            return public_turn(held.log.tracker, number, self.release, 0)

    async def turn(self, held, message):
        log = held.log
        log.add(
            MessageReceived,
            turn=log.tracker.turn + 1,
            message_id=message.message_id,
            text=message.text,
            button=message.button,
            channel=message.channel,
            origin=message.origin,
        )
        if message.sign_in and log.tracker.session != message.sign_in.session_id:
            held.note_sign_in(message.sign_in, message.sign_in.level)
        await held.flush()
        if message.text.startswith("slow") or self.holds:
            self.reached.set()
            await self.may_go_on.wait()
        for part in self.parts(message):
            log.add(Said, part=part)
        log.add(TurnFinished, message_id=message.message_id, level=0)
        await held.flush()

    def parts(self, message):
        text = message.text or message.button
        if text == "menu":
            buttons = tuple(Button(title=t, payload="/affirm") for t in ("确认锁卡", "取消"))
            return [ReplyPart(text="要锁卡吗？", buttons=buttons)]
        if text.endswith("long"):
            return [ReplyPart(text=LONG * 60)]
        if text == "endless":
            return [ReplyPart(text=LONG * 200)]
        if text == "who":
            return [ReplyPart(text="请登录", buttons=(Button(title="登录", payload="/sign_in"),))]
        if text == "code":
            return [ReplyPart(text="验证码已发送", card={"kind": "code"})]
        return [ReplyPart(text=f"echo {text}")]

    async def recover(self):
        return 0

    async def settle_unknown(self):
        return 0


@dataclass
class World:
    """Everything one test may look at."""

    platform: Platform
    pusher: Pusher
    echo: Echo
    wechat: object
    database: SqlDatabase
    clock: object
    http: httpx.AsyncClient
    service: object
    app: object

    @property
    def surface(self):
        return self.wechat.surfaces[0]

    async def settle(self):
        """Let what is under way end and the workers look again."""
        await self.landed()
        for surface in self.wechat.surfaces:
            await surface.flights.round()
        await self.landed()

    async def landed(self):
        async with asyncio.timeout(10):
            for surface in self.wechat.surfaces:
                while surface.flights._tasks:
                    await asyncio.wait(set(surface.flights._tasks))

    async def contact(self, openid="o-lin"):
        names = self.database.pseudonyms(f"wechat\n{APP_ID}\n{openid}")
        return await self.surface.ledger.find(names[0])

    async def colleague_says(self, text, openid="o-lin"):
        await self.said_later([ReplyPart(text=text, ai_generated=False)], "colleague", openid)

    async def said_later(self, parts, author="assistant", openid="o-lin"):
        """What stands in the log without a message of the customer's."""
        contact = await self.contact(openid)
        async with self.echo.conversations.hold_any(contact.conversation_id) as held:
            for part in parts:
                held.log.add(Said, part=part, author=author)
            await held.flush()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty database with its tables, made once and copied."""
    path = tmp_path_factory.mktemp("wechat") / "empty.db"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture
async def sqlite_engine(migrated, tmp_path):
    shutil.copy(migrated, tmp_path / "guitai.db")
    engine = open_engine(f"sqlite:///{tmp_path}/guitai.db")
    yield engine
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    name = {"sqlite": "sqlite_engine", "postgresql": "postgres_engine"}[request.param]
    return request.getfixturevalue(name)


@pytest.fixture
def open_world(engine, clock, ids, release, tmp_path):
    @asynccontextmanager
    async def opened(platform=None, recogniser=None, network=False, **settings):
        chosen = {
            "wechat_app_id": APP_ID,
            "wechat_secret": SECRET,
            "wechat_token": TOKEN,
            "wechat_aes_key": AES_KEY,
            "wechat_aes_key_previous": OLD_KEY,
            "wechat_api_url": "http://platform.test",
            "public_url": "https://bank.test",
            "shutdown_s": 1.0,
            "burst_stream_ms": 0,
            **settings,
        }
        settings = Settings(_env_file=None, data_dir=tmp_path, **chosen)
        platform = platform or Platform(clock)
        service = ScriptedService(clock, ids, release=release)
        conversations = Conversations(
            store=SqlEventStore(engine),
            lock=MemoryLock(),
            broadcast=LossyBroadcast(),
            clock=clock,
            ids=ids,
            release=release,
        )
        service.assistant = Echo(conversations, release)
        service.colleagues = Colleagues(desk=MemoryDesk(clock, ids), conversations=conversations)
        (wechat,) = wechat_connectors(
            settings,
            service,
            engine,
            ids,
            recogniser=recogniser,
            transport=None if network else httpx.ASGITransport(platform),
        )
        for surface in wechat.surfaces:
            surface.client.back_off_s = 0.0
        bank = httpx.AsyncClient(transport=httpx.ASGITransport(platform))
        app = create_app(settings, service.opened, bank=bank, connectors=(wechat,))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://assistant.test") as http,
        ):
            yield World(
                platform=platform,
                pusher=Pusher(http, clock),
                echo=service.assistant,
                wechat=wechat,
                database=SqlDatabase(engine),
                clock=clock,
                http=http,
                service=service,
                app=app,
            )

    return opened


@pytest.fixture
async def world(open_world):
    async with open_world() as opened:
        yield opened
