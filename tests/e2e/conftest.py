"""The web application around a scripted assistant: in memory for HTTP, on a port for streams."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from channels.app import Server, create_app, listen, server_config
from channels.bootstrap import build, make_brain
from channels.settings import Settings
from tests.e2e.page import Site
from tests.e2e.scripted_assistant import ScriptedService
from tests.sandbox import BANK_URL, open_sandbox

PEOPLE = {
    "C1001": {"name": "林晓", "birth_date": "2002-03-18", "segment": "新芽"},
    "C1002": {"name": "陈嘉", "birth_date": "1993-12-09", "segment": "锐进"},
}

MADE = Path(__file__).parents[2] / ".guitai" / "tests"


def bank_answers(request: httpx.Request) -> httpx.Response:
    customer_id = request.url.path.split("/")[2]
    if customer_id not in PEOPLE:
        return httpx.Response(404, json={"code": "customer_not_found"})
    return httpx.Response(
        200, json={"customer_id": customer_id, "editions": [], **PEOPLE[customer_id]}
    )


@pytest.fixture
def settings(tmp_path):
    return Settings(_env_file=None, data_dir=tmp_path, port=0, stream_slow_s=1.0, shutdown_s=1.0)


@pytest.fixture
def service(clock, ids):
    return ScriptedService(clock, ids)


@pytest.fixture(scope="session")
def brain():
    """The sample pack and its models, made once and kept between runs like a deployment's."""
    return make_brain(Settings(_env_file=None, data_dir=MADE))


@pytest.fixture(scope="session")
def prepared(brain):
    """The folder that holds the models, vectors and index of the sample pack."""
    return MADE


@pytest.fixture
async def real_http(brain, clock, tmp_path, tmp_path_factory):
    """The whole assistant and its sandbox bank in this process."""
    settings = Settings(_env_file=None, data_dir=tmp_path, bank_url=BANK_URL, sandbox=True)
    templates = tmp_path_factory.getbasetemp() / "bank-templates"
    async with open_sandbox(tmp_path, clock, templates) as bank:

        def client():
            return httpx.AsyncClient(
                transport=httpx.ASGITransport(bank._transport.app), base_url=BANK_URL
            )

        def opened(settings):
            return build(settings, brain=brain, clock=clock, http=client())

        app = create_app(settings, opened, bank=client())
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://assistant.test") as http,
        ):
            http.bank = bank
            yield http


@pytest.fixture
def make_app(service):
    def make(settings):
        bank = httpx.AsyncClient(
            transport=httpx.MockTransport(bank_answers), base_url="http://bank.test"
        )
        return create_app(settings, service.opened, bank=bank)

    return make


@pytest.fixture
def http_for(make_app):
    @asynccontextmanager
    async def opened(settings):
        app = make_app(settings)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://assistant.test") as client,
        ):
            client.app = app
            yield client

    return opened


@pytest.fixture
async def http(http_for, settings):
    async with http_for(settings) as client:
        yield client


@pytest.fixture
def token_for(http):
    async def sign_in(customer_id="C1001", level=3):
        body = {"customer_id": customer_id, "level": level}
        answer = await http.post("/v1/sandbox/sign-in", json=body)
        assert answer.status_code == 200
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    return sign_in


@pytest.fixture
def site_for(make_app):
    @asynccontextmanager
    async def opened(settings):
        app = make_app(settings)
        server = Server(server_config(app, settings))
        listening = listen("127.0.0.1", 0)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16_384)
        started = asyncio.Event()
        server.on_ready = started.set
        running = asyncio.create_task(server.serve([listening]))
        await started.wait()
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
            site = Site(base, client, app, server)
            try:
                yield site
            finally:
                for page in site.pages:
                    await page.leave()
                server.should_exit = True
                await running
                listening.close()

    return opened


@pytest.fixture
async def site(site_for, settings):
    async with site_for(settings) as opened:
        yield opened
