"""The stream refuses what it must, with the close codes of the contract."""

import asyncio
import json

import pytest

from assistant.model.message import InboundMessage
from channels.settings import Settings


async def settings_with(tmp_path, **changed):
    return Settings(_env_file=None, data_dir=tmp_path, port=0, **changed)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "file://127.0.0.1", None]
)
async def test_a_foreign_origin_is_refused(site, origin):
    page = await site.open(origin=origin)
    assert await page.closed() == 4403


async def test_an_origin_the_bank_listed_is_let_in(site_for, tmp_path):
    settings = await settings_with(tmp_path, allowed_origins="https://bank.example/, https://b.cn")
    async with site_for(settings) as site:
        page = await site.open(origin="https://bank.example")
        await page.say("hello", ticket=await site.ticket())
        await page.until("welcome")


async def test_programs_are_let_in_when_the_bank_says_so(site_for, tmp_path):
    async with site_for(await settings_with(tmp_path, allow_missing_origin=True)) as site:
        page = await site.open(origin=None)
        await page.say("hello", ticket=await site.ticket())
        await page.until("welcome")


async def test_a_ticket_opens_one_connection(site):
    ticket = await site.ticket()
    first = await site.open()
    await first.say("hello", ticket=ticket)
    await first.until("welcome")
    second = await site.open()
    await second.say("hello", ticket=ticket)
    assert await second.closed() == 4401
    assert second.seen[-1]["body"] == {"reason": "auth"}


async def test_a_ticket_ends_after_a_minute(site, clock):
    ticket = await site.ticket()
    clock.advance(60)
    page = await site.open()
    await page.say("hello", ticket=ticket)
    assert await page.closed() == 4401


async def test_an_invented_ticket_is_refused(site):
    page = await site.open()
    await page.say("hello", ticket="x" * 32)
    assert await page.closed() == 4401


async def test_a_token_that_ends_closes_the_connection(site, clock):
    page = await site.enter(await site.token())
    clock.advance(12 * 3600)
    await page.say("send", cmid="m-1", text="hello")
    assert await page.closed() == 4401
    assert page.durable == []


async def test_a_token_that_ends_closes_a_silent_page_too(site, clock):
    headers = await site.token()
    clock.advance(12 * 3600 - 0.2)
    page = await site.enter(headers)
    assert await page.closed() == 4401


async def test_somebody_elses_conversation_looks_like_one_that_does_not_exist(site):
    page = await site.enter(await site.token("C1001"))
    conv = page.seen[0]["conv"]
    seen = []
    for wanted in (conv, "c_none"):
        other = await site.open()
        await other.say("hello", ticket=await site.ticket(await site.token("C1002")), conv=wanted)
        assert await other.closed() == 4401
        seen.append([(frame["type"], frame["body"]) for frame in other.seen])
    assert seen[0] == seen[1]
    assert seen[0][0] == ("error", {"code": "conversation.not_found", "retryable": False})


BAD = [
    "",
    "{",
    "[]",
    "null",
    "5",
    "[" * 30_000,
    b"\x00\x01",
    {"v": 2, "type": "typing", "body": {}},
    {"type": "typing", "body": {}},
    {"v": 1, "type": "nothing", "body": {}},
    {"v": 1, "type": "send", "body": {}},
    {"v": 1, "type": "send", "body": {"cmid": "m-1"}},
    {"v": 1, "type": "send", "body": {"cmid": "m-1", "text": "a", "button": "/affirm"}},
    {"v": 1, "type": "send", "body": {"cmid": "m 1", "text": "a"}},
    {"v": 1, "type": "send", "body": {"cmid": "m-1", "text": "\ud800"}},
    {"v": 1, "type": "send", "body": {"cmid": "m-1", "text": 1}},
    {"v": 1, "type": "send", "body": {"cmid": "m-1", "text": "a", "level": 4}},
    {"v": 1, "type": "history", "body": {"before_seq": -1}},
    {"v": 1, "type": "history", "body": {"before_seq": 1, "limit": 100_000}},
    {"v": 1, "type": "ack", "body": {"seq": "one"}},
    {"v": 1, "type": "feedback", "body": {"rating": 99}},
]


def written(frame):
    return frame if isinstance(frame, str | bytes) else json.dumps(frame)


@pytest.mark.parametrize("frame", BAD, ids=lambda frame: written(frame)[:60])
async def test_two_bad_frames_are_forgiven_and_the_third_is_not(site, service, frame):
    page = await site.enter()
    for _ in range(2):
        await page.raw(written(frame))
        assert (await page.until("error"))["body"]["code"] == "frame.bad"
    await page.raw(written(frame))
    assert await page.closed() == 4400
    assert page.seen[-1]["body"] == {"reason": "bad_frame"}
    assert service.assistant.calls == []


async def test_nothing_is_taken_before_hello(site, service):
    page = await site.open()
    for _ in range(3):
        await page.say("send", cmid="m-1", text="hello")
    assert await page.closed() == 4400
    assert service.assistant.calls == []


async def test_a_second_hello_on_one_connection_is_superseded(site):
    page = await site.enter()
    await page.say("hello", ticket=await site.ticket())
    assert await page.closed() == 4409


async def test_a_frame_over_32_kb_is_too_large(site):
    page = await site.enter()
    await page.say("send", cmid="m-1", text="长" * 11_000)
    assert await page.closed() == 4413


async def test_eleven_messages_in_ten_seconds_are_too_many(site, clock):
    page = await site.enter()
    for number in range(10):
        await page.say("send", cmid=f"m-{number}", text="hello")
        await page.until("RUN_FINISHED")
    clock.advance(10)
    await page.say("send", cmid="m-10", text="hello")
    await page.until("RUN_FINISHED")
    for number in range(11, 21):
        await page.say("send", cmid=f"m-{number}", text="hello")
    assert await page.closed() == 4429


async def test_a_flood_of_small_frames_is_too_many_as_well(site):
    page = await site.enter()
    for _ in range(101):
        await page.say("typing")
    assert await page.closed() == 4429


async def test_a_silent_page_is_closed(site_for, tmp_path):
    settings = await settings_with(tmp_path, stream_idle_s=0.2, stream_hello_s=0.2)
    async with site_for(settings) as site:
        before_hello = await site.open()
        assert await before_hello.closed() == 4408
        page = await site.enter()
        assert await page.closed() == 4408


@pytest.mark.parametrize("hello", [{"last_seq": 9}, {"last_seq": 3, "epoch": 7}])
async def test_a_page_with_numbers_of_another_log_starts_again(site, hello):
    page = await site.enter()
    await page.say("send", cmid="m-1", text="hello")
    await page.until("RUN_FINISHED")
    other = await site.open()
    ticket = await site.ticket()
    await other.say("hello", ticket=ticket, conv=page.seen[0]["conv"], **hello)
    assert await other.closed() == 1012
    assert other.kinds[0] == "resync"


async def test_a_shutdown_says_goodbye(site):
    page = await site.enter()
    site.server.should_exit = True
    assert await page.closed() == 1012
    assert page.seen[-1]["body"] == {"reason": "shutdown"}


async def test_a_closed_connection_leaves_nothing_behind(site, service):
    page = await site.enter()
    conv = page.seen[0]["conv"]
    streams = site.app.state.web.streams
    assert len(streams) == 1
    await page.leave()
    other = await site.enter()
    await other.say("typing")
    assert len(streams) == 1
    assert not service.broadcast.listens_to(conv)


async def test_a_page_that_does_not_read_is_dropped(site_for, tmp_path, service):
    settings = await settings_with(tmp_path, stream_slow_s=0.2)
    async with site_for(settings) as site:
        page = await site.enter()
        conv = page.seen[0]["conv"]
        page.socket.transport.pause_reading()
        streams = site.app.state.web.streams
        for _ in range(1000):
            if len(streams) == 0:
                break
            # Each answer is as long as an answer may be; the page takes none.
            await service.assistant.handle(long_message(service, conv))
            await asyncio.sleep(0.005)
        assert len(streams) == 0
        page.socket.transport.resume_reading()
        assert await page.closed() in {1013, 1006}


def long_message(service, conv):
    return InboundMessage(message_id=service.ids.new("m"), conversation_id=conv, text="长" * 4000)
