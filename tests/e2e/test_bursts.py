"""Short messages one after another, at the front door; the bank's books are the judge."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest

from channels.app import Server, create_app, listen, server_config
from channels.bootstrap import build
from channels.settings import Settings
from tests.e2e.customer import AFFIRM, MUM, balance, enter, journal, keys, plan_fault
from tests.e2e.page import Site
from tests.sandbox import BANK_URL, open_sandbox

# The first run of all trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

PIECES = ("帮我", "锁一下", "6688那张")
PAUSE_S = 0.3
"""Between the messages of somebody who types fast."""


@pytest.fixture
async def site(brain, clock, tmp_path, tmp_path_factory):
    """The whole assistant on a port, with its sandbox bank in this process."""
    settings = Settings(
        _env_file=None, data_dir=tmp_path, bank_url=BANK_URL, sandbox=True, port=0, shutdown_s=1.0
    )
    templates = tmp_path_factory.getbasetemp() / "bank-templates"
    async with open_sandbox(tmp_path, clock, templates) as bank:

        def client():
            return httpx.AsyncClient(
                transport=httpx.ASGITransport(bank._transport.app), base_url=BANK_URL
            )

        def opened(settings):
            return build(settings, brain=brain, clock=clock, http=client())

        app = create_app(settings, opened, bank=client())
        async with _served(app, settings) as base, httpx.AsyncClient(base_url=base) as http:
            site = Site(base, http, app, None)
            site.bank = bank
            yield site
            for page in site.pages:
                await page.leave()


@asynccontextmanager
async def _served(app, settings):
    server = Server(server_config(app, settings))
    listening = listen("127.0.0.1", 0)
    started = asyncio.Event()
    server.on_ready = started.set
    running = asyncio.create_task(server.serve([listening]))
    await started.wait()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await running
    listening.close()


async def status(bank, last4):
    cards = (await bank.get("/customers/C1001")).json()["cards"]
    return next(card["status"] for card in cards if card["last4"] == last4)


async def test_three_pieces_on_the_stream_are_understood_as_one(site):
    page = await site.enter(await site.token(level=3))
    for number, piece in enumerate(PIECES):
        await page.say("send", cmid=f"m-{number}", text=piece)
        await asyncio.sleep(PAUSE_S)
    await page.until("RUN_FINISHED")
    assert page.kinds.count("accepted") == 3
    assert page.kinds.count("RUN_STARTED") == page.kinds.count("RUN_FINISHED") == 1
    messages = [frame["body"] for frame in page.durable if frame["type"] == "message"]
    assert [m["text"] for m in messages if m["role"] == "customer"] == list(PIECES)
    assert {m["turn"] for m in messages} == {1}
    said = [m["response_key"] for m in messages if m["role"] == "assistant"]
    assert said == ["ask_confirm_lock_card"]
    assert await journal(site.bank) == []
    await page.say("send", cmid="m-yes", button=AFFIRM)
    await page.until("RUN_FINISHED")
    assert (await status(site.bank, "6688"), await status(site.bank, "3021")) == (
        "locked",
        "active",
    )
    assert len(await journal(site.bank)) == 1


async def test_three_pieces_posted_at_once_return_one_turn_each(site):
    customer = await enter(site.http)
    said = [customer.say(piece, f"p-{number}") for number, piece in enumerate(PIECES)]
    turns = await asyncio.gather(*said)
    assert turns[0] == turns[1] == turns[2]
    assert keys(turns[0]) == ["ask_confirm_lock_card"]
    assert await customer.say(PIECES[1], "p-1") == turns[0]
    assert sorted(await customer.said()) == ["p-0", "p-1", "p-2"]
    assert keys(await customer.press(AFFIRM)) == ["lock_card_done"]
    assert await status(site.bank, "6688") == "locked"
    assert len(await journal(site.bank)) == 1


async def test_a_change_of_mind_in_the_same_breath_moves_nothing(site):
    """Two messages that wait behind a slow one are read together before either is obeyed."""
    customer = await enter(site.http)
    await customer.say(MUM)
    await plan_fault(site.bank, "check_balance", "slow", delay_ms=600)
    looking = asyncio.create_task(customer.say("查一下余额"))
    await asyncio.sleep(0.2)
    yes, but = await asyncio.gather(customer.say("好"), customer.say("等等，先别转"))
    await looking
    assert yes == but
    assert await journal(site.bank) == []
    assert await balance(site.bank) == "12480.55"


async def test_a_message_during_a_slow_action_is_answered_after_it(site):
    customer = await enter(site.http)
    await customer.say(MUM)
    await plan_fault(site.bank, "transfer_money", "slow", delay_ms=600)
    sending = asyncio.create_task(customer.press(AFFIRM))
    await asyncio.sleep(0.2)
    late = await customer.say("算了，不转了")
    sent = await sending
    assert keys(sent) == ["transfer_done"]
    assert late["turn"] == sent["turn"] + 1
    assert "flow_cancelled" not in keys(late)
    assert await customer.outcomes() == ["done"]
    assert await balance(site.bank) == "12430.55"


async def test_a_complete_sentence_is_not_kept_waiting(site):
    page = await site.enter(await site.token(level=3))
    started = asyncio.get_running_loop().time()
    await page.say("send", cmid="m-1", text="帮我锁一下6688")
    await page.until("accepted")
    waited_ms = (asyncio.get_running_loop().time() - started) * 1000
    assert waited_ms < Settings(_env_file=None).burst_stream_ms
