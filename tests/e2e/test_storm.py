"""A thousand pages that come back at once, and a server that stops while turns run."""

import asyncio
import json

import httpx
import pytest
from websockets.asyncio.client import connect

from channels.settings import Settings
from channels.web.stream_outbound import CAPACITY
from tests.e2e.test_http_conversations import is_problem, opened

PAGES = 1000
TURNS = 1
AT_ONCE = 100

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def settings(tmp_path):
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        port=0,
        shutdown_s=2.0,
        stream_hello_s=60.0,
        stream_slow_s=30.0,
    )


class Returning:
    """One page: what it holds of its conversation, and the connection it has now."""

    def __init__(self, site, number):
        self.site, self.number = site, number
        self.conv, self.held = None, []
        self.accepted = []

    async def connect(self, gate):
        """Come in and take whatever was missed."""
        async with gate:
            ticket = (await self.site.http.post("/v1/tickets")).json()["ticket"]
            self.socket = await connect(
                self.site.base.replace("http", "ws") + "/v1/stream",
                origin=self.site.base,
                proxy=None,
                open_timeout=60,
            )
            last = self.held[-1]["seq"] if self.held else 0
            hello = {"ticket": ticket, "conv": self.conv, "last_seq": last}
            await self._write("hello", hello)
            welcome = await self._until("welcome")
            self.conv = welcome["conv"]
            while (self.held[-1]["seq"] if self.held else 0) < welcome["body"]["head_seq"]:
                await self._next()

    async def say(self, cmid):
        await self._write("send", {"cmid": cmid, "text": "hello"})
        await self._until("RUN_FINISHED")

    async def cut(self):
        """The network goes away without a goodbye."""
        self.socket.transport.abort()
        await self.socket.wait_closed()

    async def _write(self, kind, body):
        await self.socket.send(json.dumps({"v": 1, "type": kind, "body": body}))

    async def _until(self, kind):
        while (frame := await self._next())["type"] != kind:
            pass
        return frame

    async def _next(self):
        async with asyncio.timeout(60):
            frame = json.loads(await self.socket.recv())
        if "seq" in frame:
            self.held.append(frame)
        elif frame["type"] == "accepted":
            self.accepted.append((frame["body"]["cmid"], frame["body"].get("dup", False)))
        return frame


async def test_a_thousand_pages_come_back_and_no_turn_is_lost_or_doubled(site, service):
    pages = [Returning(site, number) for number in range(PAGES)]
    gate = asyncio.Semaphore(AT_ONCE)
    await asyncio.gather(*(page.connect(gate) for page in pages))
    for turn in range(TURNS):
        await asyncio.gather(*(page.say(f"m-{turn}") for page in pages))
        await asyncio.gather(*(page.cut() for page in pages))
        # Everybody at once, and each says again what it does not know to have been heard.
        await asyncio.gather(*(page.connect(gate) for page in pages))
        await asyncio.gather(
            *(page._write("send", {"cmid": f"m-{turn}", "text": "hello"}) for page in pages)
        )
    for page in pages:
        await page._write("history", {"before_seq": 10**6, "limit": 100})
        history = (await page._until("history"))["body"]["frames"]
        assert [frame["seq"] for frame in page.held] == list(range(1, 3 * TURNS + 1))
        assert [frame["seq"] for frame in history] == [frame["seq"] for frame in page.held]
        said = [f["body"]["cmid"] for f in history if f["body"].get("role") == "customer"]
        assert said == [f"m-{turn}" for turn in range(TURNS)]
    streams = site.app.state.web.streams
    waiting = [stream._outbound._queue.qsize() for stream in streams._open]
    assert len(waiting) == PAGES
    assert max(waiting) <= CAPACITY
    assert len(service.assistant.calls) == PAGES * TURNS
    await asyncio.gather(*(page.cut() for page in pages))


class Lingering:
    """A page whose goodbye takes its time, so that there is some to look around in."""

    def __init__(self):
        self.may_go = asyncio.Event()

    async def say_goodbye(self):
        await self.may_go.wait()


async def test_a_server_that_stops_lets_turns_end_and_takes_no_new_ones(site, service):
    path = await opened(site.http)
    body = {"message_id": "m-1", "text": "slow"}
    running = asyncio.create_task(site.http.post(f"{path}/messages", json=body))
    await service.assistant.reached.wait()
    page = await site.enter()
    lingering = Lingering()
    site.app.state.web.streams.add(lingering)
    site.server.should_exit = True
    assert await page.closed() == 1012
    assert page.seen[-1]["body"] == {"reason": "shutdown"}
    async with httpx.AsyncClient(base_url=site.base, trust_env=False) as late:
        ready = await late.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]) == (503, {"server": "stopping"})
        assert (await late.get("/healthz")).status_code == 200
        refused = await late.post("/v1/conversations")
        assert is_problem(refused, 503, "server.stopping")
        assert (refused.headers["retry-after"], refused.headers["connection"]) == ("1", "close")
    service.assistant.may_go_on.set()
    lingering.may_go.set()
    answer = await running
    assert (answer.status_code, answer.json()["turn"]) == (200, 1)
    stored = await service.assistant.conversations.store.load(path.rpartition("/")[2])
    assert stored[-1].event.type == "turn_finished"


async def test_a_turn_that_does_not_end_does_not_keep_the_server(site, service):
    path = await opened(site.http)
    body = {"message_id": "m-1", "text": "slow"}
    running = asyncio.create_task(site.http.post(f"{path}/messages", json=body))
    await service.assistant.reached.wait()
    site.server.should_exit = True
    async with asyncio.timeout(10):
        ended = (await asyncio.gather(running, return_exceptions=True))[0]
    assert isinstance(ended, httpx.HTTPError) or ended.status_code >= 500
