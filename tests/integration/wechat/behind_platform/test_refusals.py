"""What the platform refuses: told once in the end, asked for no more often than helps."""

import pytest

from assistant.model.events import Said
from tests.e2e.customer import until
from tests.integration.wechat.behind_platform.conftest import LONG_S, SEND, long
from tests.integration.wechat.test_faults import part

pytestmark = long
TOKEN = "/cgi-bin/stable_token"
A_DAY_S = 86_400


@pytest.fixture
async def hasty(open_site):
    """Answers go by the API."""
    async with open_site(wechat_passive_s=0.001) as opened:
        opened.echo.may_go_on.set()
        yield opened


@pytest.fixture
def rested(hasty, wire, calls):
    """Let the worker look a few times; codes of the sends to somebody until then."""

    async def codes(openid):
        await wire.do("drain")
        for _ in range(3):
            await hasty.settle()
        await wire.catch_up()
        return calls(openid=openid)

    return codes


@pytest.fixture
def refused(wire, calls, rested):
    """Say something whose answer is refused; codes of the sends that came of it."""

    async def codes(openid, code, times=1):
        await wire.do("faults", at=SEND, what=f"errcode:{code}", times=times)
        await wire.do("say", openid=openid, text="slow a")

        async def was_sent():
            return bool(calls(openid=openid))

        await until(was_sent, LONG_S)
        return await rested(openid)

    return codes


def errors(caplog, code):
    return [r for r in caplog.records if r.levelname == "ERROR" and str(code) in r.getMessage()]


@pytest.mark.parametrize("code", [43004, 40003, 48002])
async def test_who_cannot_be_reached_is_left_alone_until_they_write(
    hasty, wire, code, pass_time, refused, rested
):
    openid = f"o-p{code}"
    assert await refused(openid, code) == [code]
    assert (await hasty.contact(openid)).blocked == f"person:{code}"
    await pass_time(3600)
    assert await rested(openid) == [code]
    await wire.do("say", openid=openid, text="slow b")
    assert await wire.sees(openid, "echo slow b", LONG_S)
    said = "".join(wire.shown[openid])
    assert (said.count("echo slow a"), said.count("echo slow b")) == (1, 1)


async def test_a_piece_that_is_refused_as_too_long_is_passed_over_and_told_to_the_log(
    hasty, wire, caplog, rested
):
    await wire.do("faults", at=SEND, what="errcode:45002")
    await wire.do("say", openid="o-long", text="slow long")
    assert await wire.sees("o-long", "本行借记卡", LONG_S)
    codes = await rested("o-long")
    assert codes[0] == 45002
    assert set(codes[1:]) == {0}
    assert len(codes) == 3
    assert errors(caplog, 45002)
    await wire.do("say", openid="o-long", text="slow b")
    assert await wire.sees("o-long", "echo slow b", LONG_S)


async def test_the_end_of_the_days_calls_stops_everybody_until_midnight_in_beijing(
    hasty, wire, pass_time, caplog, refused, rested, calls
):
    state = await wire.state()
    assert await refused("o-day1", 45009) == [45009]
    assert errors(caplog, "used up")
    await wire.do("say", openid="o-day2", text="slow b")
    await pass_time(1200)
    for openid in ("o-day1", "o-day2"):
        await rested(openid)
    assert (calls(openid="o-day1"), calls(openid="o-day2")) == ([45009], [])
    midnight_s = A_DAY_S - (state["now_s"] + 8 * 3600) % A_DAY_S
    await pass_time(midnight_s)
    for openid, text in (("o-day1", "echo slow a"), ("o-day2", "echo slow b")):
        await rested(openid)
        assert await wire.sees(openid, text, LONG_S)
        assert len(wire.shown[openid]) == 1


@pytest.mark.parametrize("code", [48001, 50002, 40164])
async def test_a_fault_of_the_accounts_set_up_is_told_to_the_log_and_not_tried_again(
    hasty, wire, code, pass_time, caplog, refused, rested
):
    openid = f"o-s{code}"
    assert await refused(openid, code) == [code]
    assert errors(caplog, code)
    await pass_time(300)
    assert await rested(openid) == [code]
    await pass_time(400)
    await rested(openid)
    assert await wire.sees(openid, "echo slow a", LONG_S)
    assert len(wire.shown[openid]) == 1


@pytest.mark.parametrize("code", [40001, 42001, 40014])
async def test_a_token_that_is_never_good_is_asked_for_once_more_and_no_more(
    hasty, wire, code, pass_time, caplog, refused, rested, calls
):
    await wire.do("say", openid=f"o-warm{code}", text="slow warm")
    assert await wire.sees(f"o-warm{code}", "echo slow warm", LONG_S)
    await rested(f"o-warm{code}")
    before = len(calls(TOKEN))
    openid = f"o-t{code}"
    assert await refused(openid, code, times=50) == [code, code]
    assert len(calls(TOKEN)) - before == 1
    assert errors(caplog, code)
    await wire.do("faults", clear=True)
    await pass_time(700)
    await rested(openid)
    assert await wire.sees(openid, "echo slow a", LONG_S)


async def test_a_busy_platform_is_asked_again_at_once(hasty, wire, refused):
    assert await refused("o-busy", -1, times=2) == [-1, -1, 0]
    assert wire.shown["o-busy"] == ["echo slow a"]


async def test_a_throttled_send_waits_for_the_next_minute(
    hasty, wire, pass_time, refused, rested, calls
):
    assert await refused("o-minute", 45011, times=3) == [45011] * 3
    await pass_time(61)
    await rested("o-minute")
    assert await wire.sees("o-minute", "echo slow a", LONG_S)
    assert calls(openid="o-minute") == [45011] * 3 + [0]


async def test_words_that_come_after_somebody_left_go_nowhere(hasty, wire, rested):
    hasty.echo.may_go_on.clear()
    await wire.do("say", openid="o-left", text="slow a")
    await hasty.echo.reached.wait()
    await wire.do("event", openid="o-left", event="unsubscribe")
    await wire.do("drain")
    hasty.echo.may_go_on.set()
    assert await rested("o-left") == []
    contact = await hasty.contact("o-left")
    assert (contact.openid, contact.conversation_id) == (None, None)
    await wire.do("event", openid="o-left", event="subscribe")
    assert await wire.sees("o-left", "智能助手", LONG_S)
    await rested("o-left")
    assert not wire.saw("o-left", "echo slow a")


async def test_words_of_a_colleague_after_somebody_left_are_never_sent(hasty, wire, rested):
    await wire.do("say", openid="o-gone", text="hello")
    assert await wire.sees("o-gone", "echo hello", LONG_S)
    before = await rested("o-gone")
    conversation_id = (await hasty.contact("o-gone")).conversation_id
    await wire.do("event", openid="o-gone", event="unsubscribe")
    await wire.do("drain")
    async with hasty.echo.conversations.hold_any(conversation_id) as held:
        held.log.add(Said, part=part("late"), author="colleague")
        await held.flush()
    assert await rested("o-gone") == before
