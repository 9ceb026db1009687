"""The connector behind the fake platform, a process of its own with another's cryptography."""

import asyncio
import os
import socket
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn

from channels.app import Server, listen
from channels.cli.wechat_process import platform_process
from evals.wechat.wire import wire_to
from tests.integration.wechat.platform import ACCOUNT, AES_KEY, APP_ID, SECRET, TOKEN

long = pytest.mark.skipif(
    os.environ.get("GUITAI_LONG") != "1", reason="all of them take minutes: GUITAI_LONG=1"
)
SPEED = 5
LONG_S = 30
"""Patience on a busy machine; what is there is seen at once."""
MINI, CORP, KF = "wxmini", "wwcorp", "wk1"
START_S = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
SEND = "/cgi-bin/message/custom/send"


@dataclass
class RunningClock:
    """Runs as fast as the platform's, from the same instant."""

    start_s: float = START_S
    began_s: float = 0.0

    def monotonic_ms(self):
        return int(time.monotonic() * 1000)

    def now(self):
        passed = (time.monotonic() - self.began_s) * SPEED
        return datetime.fromtimestamp(self.start_s, UTC) + timedelta(seconds=passed)


@pytest.fixture(scope="module")
def place():
    """The platform, and the address it pushes to."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    known = {"secret": SECRET, "token": TOKEN, "aes_key": AES_KEY}
    url = f"http://127.0.0.1:{port}/wechat"
    service = {**known, "app_id": APP_ID, "callback": f"{url}/callback", "name": ACCOUNT}
    mini = {**known, "app_id": MINI, "callback": f"{url}/mini/callback"}
    wecom = {**known, "app_id": CORP, "callback": f"{url}/kf/callback", "name": KF}
    config = {"service": service, "mini": mini, "wecom": wecom}
    config |= {"start_s": START_S, "speed": SPEED, "templates": {"T1": ["thing1", "time2"]}}
    with platform_process(config) as platform:
        yield platform, port


@pytest.fixture
async def wire(place):
    platform, _ = place
    async with wire_to(platform.phone) as opened:
        await opened.catch_up()
        yield opened
        await opened.do("faults", push_rate=0, call_rate=0)


@pytest.fixture
def clock():
    return RunningClock()


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def open_site(place, wire, clock, open_world):
    @asynccontextmanager
    async def opened(**settings):
        platform, port = place
        clock.start_s = (await wire.state())["now_s"]
        clock.began_s = time.monotonic()
        settings = {
            "wechat_api_url": platform.api,
            "wecom_api_url": platform.api,
            "wechat_mini_app_id": MINI,
            "wechat_mini_secret": SECRET,
            "wecom_corp_id": CORP,
            "wecom_secret": SECRET,
            "wecom_token": TOKEN,
            "wecom_aes_key": AES_KEY,
            "wechat_passive_s": 0.8,
            "wechat_authorize_url": f"{platform.phone}/connect/oauth2/authorize",
            "wechat_login_url": f"http://127.0.0.1:{port}/login",
            "public_url": f"http://127.0.0.1:{port}",
            **settings,
        }
        async with open_world(network=True, **settings) as world:
            config = uvicorn.Config(
                world.app, log_config=None, lifespan="off", timeout_graceful_shutdown=2
            )
            server = Server(config)
            started = asyncio.Event()
            server.on_ready = started.set
            listening = listen("127.0.0.1", port)
            running = asyncio.create_task(server.serve([listening]))
            await started.wait()
            try:
                yield world
            finally:
                server.should_exit = True
                await running
                listening.close()

    return opened


@pytest.fixture
async def site(open_site):
    async with open_site() as opened:
        yield opened


@pytest.fixture
def pass_time(wire, clock):
    """Turn the platform's clock and the assistant's forward together."""

    async def turn(seconds):
        clock.start_s += seconds
        await wire.do("advance", seconds=seconds)

    return turn


@pytest.fixture
def calls(wire):
    """Codes of the calls of a path in this test, in order; of one person, if wished."""
    began = len(wire.entries)

    def found(path=SEND, openid=None):
        mine = [e for e in wire.entries[began:] if e["kind"] == "called" and e["path"] == path]
        return [each["code"] for each in mine if openid in {None, each.get("openid")}]

    return found
