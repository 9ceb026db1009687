"""Every channel passes the same tests through its own front door, judged by the bank's books.

The same words are taken for the same commands, answered from the same approved wordings and end in
the same outcome; a message that comes twice is one turn; a person is one word away.
"""

import asyncio
import json
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest

from channels.app import create_app
from channels.bootstrap import build, make_brain
from channels.composition_wechat import SqlDatabase, wechat_connectors
from channels.settings import Settings
from tests.contract.channels import DOORS
from tests.e2e.conftest import MADE
from tests.integration.wechat.platform import AES_KEY, APP_ID, TOKEN, Platform, Pusher
from tests.sandbox import BANK_URL, open_sandbox

# The first run trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)


@dataclass
class Site:
    """The running assistant and everything behind it."""

    http: httpx.AsyncClient
    bank: httpx.AsyncClient
    service: object
    store: object
    clock: object
    wechat: object
    platform: Platform
    pusher: Pusher
    database: SqlDatabase

    @property
    def surface(self):
        return self.wechat.surfaces[0]

    async def contact(self, openid):
        names = self.database.pseudonyms(f"wechat\n{APP_ID}\n{openid}")
        return await self.surface.ledger.find(names[0])

    async def settle(self):
        flights = self.surface.flights
        for _ in range(2):
            await flights.round()
            while flights._tasks:
                await asyncio.wait(set(flights._tasks))

    async def card_status(self, last4):
        state = (await self.bank.get("/customers/C1001")).json()
        return next(card["status"] for card in state["cards"] if card["last4"] == last4)

    async def journal(self):
        return (await self.bank.get("/sandbox/journal")).json()["entries"]


@pytest.fixture(scope="session")
def brain():
    return make_brain(Settings(_env_file=None, data_dir=MADE))


@asynccontextmanager
async def running(brain, clock, tmp_path, templates):
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        bank_url=BANK_URL,
        sandbox=True,
        burst_stream_ms=0,
        public_url="https://bank.test",
        wechat_app_id=APP_ID,
        wechat_secret="s",
        wechat_token=TOKEN,
        wechat_aes_key=AES_KEY,
    )
    platform = Platform(clock)
    async with open_sandbox(tmp_path, clock, templates) as bank:

        def client():
            transport = httpx.ASGITransport(bank._transport.app)
            return httpx.AsyncClient(transport=transport, base_url=BANK_URL)

        async with build(settings, brain=brain, clock=clock, http=client()) as service:

            @asynccontextmanager
            async def opened(_):
                yield service

            (wechat,) = wechat_connectors(
                settings,
                service,
                service.engine,
                service.ids,
                transport=httpx.ASGITransport(platform),
            )
            app = create_app(settings, opened, bank=client(), connectors=(wechat,))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with (
                app.router.lifespan_context(app),
                httpx.AsyncClient(transport=transport, base_url="https://bank.test") as http,
            ):
                yield Site(
                    http=http,
                    bank=bank,
                    service=service,
                    store=service.assistant.conversations.store,
                    clock=clock,
                    wechat=wechat,
                    platform=platform,
                    pusher=Pusher(http, clock),
                    database=SqlDatabase(service.engine),
                )


@pytest.fixture
async def site(brain, clock, tmp_path, tmp_path_factory):
    templates = tmp_path_factory.getbasetemp() / "bank-templates"
    async with running(brain, clock, tmp_path, templates) as opened:
        yield opened


@pytest.fixture(params=sorted(DOORS))
async def door(request, site):
    return await DOORS[request.param].open(site)


async def test_the_same_words_are_taken_and_answered_alike(site):
    heard, said = [], []
    for name in DOORS:
        door = await DOORS[name].open(site)
        for text in ("你好", "余额还有多少", "帮我锁一下尾号6688的卡", "算了", "谢谢"):
            await door.say(text)
        heard.append(await door.commands())
        keys = await door.response_keys()
        said.append([key for key in keys if not key.endswith("_welcome")])
    assert all(each == heard[0] for each in heard)
    assert all(each == said[0] for each in said)


async def test_a_card_is_locked_after_a_yes_and_not_before(site, door):
    assert "6688" in await door.say("帮我锁一下尾号6688的卡")
    assert await site.card_status("6688") == "active"
    await door.confirm()
    assert await site.card_status("6688") == "locked"
    assert [entry["operation"] for entry in await site.journal()] == ["lock_card"]


async def test_a_message_that_comes_twice_is_one_turn(site, door):
    await door.say("帮我锁一下尾号6688的卡", "5001")
    before = await door.turns()
    await door.say("帮我锁一下尾号6688的卡", "5001")
    assert await door.turns() == before
    await door.say("是的", "5002")
    await door.say("是的", "5002")
    assert len(await site.journal()) == 1


async def test_an_answer_names_its_source(door):
    told = await door.say("借记卡挂失怎么办理？")
    assert told
    log = await door.log()
    cited = [e.part.citations for e in log if e.type == "said" and e.part.citations]
    assert cited


async def test_one_word_reaches_a_person(door):
    await door.say("转人工")
    assert any(event.type == "handoff_requested" for event in await door.log())


async def test_emoji_and_markup_come_through(door):
    await door.say("👨‍👩‍👧 ]]></Content> <b>余额</b>")
    received = [e.text for e in await door.log() if e.type == "message_received"]
    assert "]]></Content>" in received[-1]


async def test_a_card_named_by_spoken_numerals_is_locked_and_a_receipt_is_kept(site):
    door = await DOORS["voice"].open(site)
    assert "6688" in await door.say("把我尾号六六八八的卡锁了")
    assert await site.card_status("6688") == "active"
    await door.confirm()
    assert await site.card_status("6688") == "locked"
    (entry,) = await site.journal()
    done = [event for event in await door.log() if event.type == "action_executed"]
    assert entry["operation"] == "lock_card"
    assert [(event.outcome, bool(event.receipt_id)) for event in done] == [("done", True)]


async def test_a_code_typed_in_a_call_is_in_no_file_and_no_log(site, tmp_path, caplog):
    await site.bank.put("/sandbox/codes", json={"draw": "random"})
    door = await DOORS["voice"].open(site, level=4)
    await door.say("给妈妈转两千块")
    await door.confirm()
    code = (await site.bank.get("/sandbox/handsets/13800001001")).json()["code"]
    heard = len(door.phone.engines.recogniser.heard)
    await door.phone.say("".join("零一二三四五六七八九"[int(digit)] for digit in code))
    await door.phone.press(code)
    await door.answered()
    assert [entry["operation"] for entry in await site.journal()] == ["transfer_money"]
    assert len(door.phone.engines.recogniser.heard) == heard
    alone = re.compile(rf"(?<![0-9a-f]){code}(?![0-9a-f])")
    told = "".join(event.model_dump_json() for event in await door.log()) + caplog.text
    told += json.dumps(door.phone.frames, ensure_ascii=False) + "".join(door.phone.spoken)
    assert alone.search(told) is None
    files = [each for each in tmp_path.rglob("*") if each.is_file() and "bank" not in each.name]
    assert any(each.name.endswith(".db") for each in files)
    for each in files:
        assert alone.search(each.read_bytes().decode("latin-1")) is None, each
