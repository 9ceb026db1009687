"""What the platform refuses, loses or counts: nothing twice, nothing lost, nothing over quota."""

import asyncio

import pytest
from sqlalchemy import select

from assistant.model.message import ReplyPart
from channels.wechat.errors import CallRefused
from channels.wechat.tables import ARRIVAL, GRANT, NOTICE
from tests.e2e.customer import until

LABEL = "（内容由AI生成）"


async def rows(world, table):
    async def work(connection):
        return (await connection.execute(select(table))).all()

    return await world.database.read(work)


async def slow_answer(world, text="slow", **fields):
    world.echo.may_go_on.clear()
    assert await world.pusher.say(text, **fields) is None
    world.echo.may_go_on.set()
    await world.settle()


@pytest.fixture
async def hasty(open_world):
    """Answers go by the API."""
    async with open_world(wechat_passive_s=0.02) as world:
        world.echo.holds = True
        yield world


async def test_never_a_sixth_send_and_one_is_kept_for_a_person(world):
    await world.pusher.say("你好")
    for number in range(9):
        await world.said_later([part(f"late {number}")])
        await world.settle()
    assert len(world.platform.sent) == 4
    (left,) = await rows(world, GRANT)
    assert (left.scene, left.remaining) == ("message", 1)


async def test_a_colleague_may_use_the_last_send(world):
    await world.pusher.say("你好")
    for number in range(4):
        await world.said_later([part(f"late {number}")])
        await world.settle()
    await world.colleague_says("我是李经理")
    await world.settle()
    assert world.platform.texts()[-1] == "我是李经理"
    await world.colleague_says("还有一句")
    await world.settle()
    assert len(world.platform.sent) == 5


async def test_what_could_not_be_sent_is_told_at_the_next_message(world):
    await world.pusher.say("你好")
    for number in range(6):
        await world.said_later([part(f"late {number}")])
        await world.settle()
    assert world.platform.texts() == [f"late {number}" for number in range(4)]
    told = await world.pusher.say("还有吗")
    await world.settle()
    told = [told, *world.platform.texts()[4:]]
    assert sum("late 4" in str(text) for text in told) == 1
    assert sum("late 5" in str(text) for text in told) == 1
    assert sum("echo 还有吗" in str(text) for text in told) == 1


async def test_a_menu_click_permits_three_in_a_minute_and_no_more(world):
    await world.pusher.say("menu click", bizmsgmenuid="1")
    for number in range(5):
        await world.said_later([part(f"late {number}")])
        await world.settle()
    assert len(world.platform.sent) == 3


async def test_after_a_minute_a_click_permits_nothing(world):
    await world.pusher.say("menu click", bizmsgmenuid="1")
    world.clock.advance(61)
    await world.said_later([part("late")])
    await world.settle()
    assert world.platform.sent == []


async def test_48_hours_after_the_last_message_nothing_is_sent(world):
    await world.pusher.say("你好")
    world.clock.advance(48 * 3600)
    await world.said_later([part("late")])
    await world.settle()
    assert world.platform.sent == []


@pytest.mark.parametrize("code", [45015, 45047])
async def test_a_closed_window_stops_until_the_next_message(hasty, code):
    hasty.platform.codes.append(code)
    await slow_answer(hasty)
    await hasty.settle()
    assert hasty.platform.sent == []
    assert (await hasty.contact()).blocked == "window"
    await slow_answer(hasty, "again")
    assert sum("echo slow" in text for text in hasty.platform.texts()) == 1
    assert sum("echo again" in text for text in hasty.platform.texts()) == 1


async def test_an_unknown_outcome_is_not_repeated_but_recapitulated(hasty):
    hasty.platform.codes.append("lost")
    await slow_answer(hasty)
    for _ in range(3):
        hasty.clock.advance(120)
        await hasty.settle()
    assert hasty.platform.texts() == ["echo slow"]
    await slow_answer(hasty, "next")
    (recap,) = hasty.platform.texts()[1:]
    assert recap.startswith("刚才有消息可能没有送到")
    assert "echo slow" in recap
    assert recap.endswith("echo next")
    await slow_answer(hasty, "third")
    assert hasty.platform.texts()[2:] == ["echo third"]


async def test_a_busy_platform_is_asked_again_at_once_and_a_throttled_one_in_a_minute(hasty):
    hasty.platform.codes.extend([-1, -1])
    await slow_answer(hasty)
    assert hasty.platform.texts() == ["echo slow"]
    hasty.platform.codes.extend([45011, 45011, 45011])
    await slow_answer(hasty, "slower")
    assert hasty.platform.texts() == ["echo slow"]
    hasty.clock.advance(61)
    await hasty.settle()
    assert hasty.platform.texts() == ["echo slow", "echo slower"]


async def test_the_end_of_the_days_calls_stops_sends_until_midnight(hasty):
    hasty.platform.codes.append(45009)
    await slow_answer(hasty)
    hasty.clock.advance(700)
    await slow_answer(hasty, "second")
    assert hasty.platform.sent == []
    assert len([body for body in hasty.platform.bodies if b"echo" in body]) == 1
    hasty.clock.advance(4 * 3600)  # noon in UTC is 20:00 in Beijing
    await hasty.settle()
    assert "echo second" in "".join(hasty.platform.texts())


@pytest.mark.parametrize("code", [40001, 42001, 40014])
async def test_a_token_that_is_refused_for_good_is_fetched_once_more_and_no_more(hasty, code):
    hasty.platform.codes.extend([code] * 50)
    await slow_answer(hasty)
    await hasty.settle()
    assert hasty.platform.fetched == 2
    assert len(hasty.platform.codes) >= 47


async def test_fifty_sends_at_the_end_of_a_token_fetch_one(world):
    client = world.surface.client
    await client.post("/cgi-bin/anything", {})
    world.platform.valid.clear()
    world.platform.delay_s = 0.01
    await asyncio.gather(*(client.post("/cgi-bin/anything", {"n": n}) for n in range(50)))
    assert world.platform.fetched == 2


async def test_a_token_is_fetched_anew_five_minutes_before_its_end(world):
    client = world.surface.client
    await client.post("/cgi-bin/anything", {})
    world.clock.advance(7200 - 301)
    await client.post("/cgi-bin/anything", {})
    assert world.platform.fetched == 1
    world.clock.advance(2)
    await client.post("/cgi-bin/anything", {})
    assert world.platform.fetched == 2


async def test_a_secret_that_is_refused_is_told_by_number(world, caplog):
    world.platform.token_codes.append(40125)
    with pytest.raises(CallRefused, match="40125"):
        await world.surface.client.post("/cgi-bin/anything", {})
    assert "app-secret-never-shown" not in caplog.text


async def test_a_process_that_dies_before_it_sends_is_taken_over_once(engine, open_world):
    async with open_world(wechat_passive_s=0.02) as dead:
        assert await dead.pusher.say("slow") is None
        for task in list(dead.surface.flights._tasks):
            task.cancel()
        await asyncio.sleep(0)
    async with open_world() as heir:
        heir.echo.may_go_on.set()
        await heir.settle()
        assert heir.platform.sent == []
        heir.clock.advance(31)
        await heir.settle()
        await heir.settle()
        assert heir.platform.texts() == ["echo slow"]
        states = [(row.state, row.sealed) for row in await rows(heir, ARRIVAL)]
        assert states == [("done", None)]


async def test_a_process_that_dies_while_it_sends_leaves_a_doubt_not_a_double(open_world):
    async with open_world(wechat_passive_s=0.02) as dead:
        dead.platform.delay_s, dead.platform.delayed = 30, "/message/custom/send"
        assert await dead.pusher.say("slow") is None
        dead.echo.may_go_on.set()

        async def is_leaving():
            return any(b"echo slow" in body for body in dead.platform.bodies)

        await until(is_leaving, 5)
        for task in list(dead.surface.flights._tasks):
            task.cancel()
        await asyncio.sleep(0)
    async with open_world() as heir:
        heir.clock.advance(31)
        heir.echo.may_go_on.set()
        await heir.settle()
        await heir.settle()
        assert heir.platform.sent == []
        told = await heir.pusher.say("next", MsgId="9")
        assert told.startswith("刚才有消息可能没有送到")
        assert told.count("echo slow") == 1


async def test_a_busy_conversation_is_answered_later(world):
    world.echo.busy = 1
    assert await world.pusher.say("你好") is None
    world.clock.advance(3)
    await world.settle()
    assert world.platform.texts() == ["echo 你好"]


async def test_a_long_answer_beyond_the_permits_goes_on_at_the_next_message(hasty):
    await slow_answer(hasty, "slow endless")
    assert len(hasty.platform.sent) == 1
    await slow_answer(hasty, "endless")
    assert len(hasty.platform.sent) == 5
    before = len(hasty.platform.sent)
    await slow_answer(hasty, "go on")
    rest = hasty.platform.texts()[before:]
    assert 1 <= len(rest) <= 4


async def test_nothing_personal_and_no_secret_is_written_down(world, caplog):
    caplog.set_level("DEBUG", "channels")
    world.platform.codes.append(40007)
    await world.pusher.say("我的卡号 6222020200112233445")
    await world.said_later([part("late")])
    await world.settle()
    for secret in ("o-lin", "6222020200112233445", "token-1", "app-secret-never-shown"):
        assert secret not in caplog.text


def part(text):
    return ReplyPart(text=text)


async def test_a_notice_tells_once_that_something_waits_when_the_chat_may_not(open_world):
    async with open_world(wechat_reminder_template="T1") as world:
        await world.pusher.say("你好")
        world.clock.advance(49 * 3600)
        await world.said_later([part("还款日是25日")])
        for _ in range(3):
            await world.settle()
        (notice,) = world.platform.sent
        assert notice["path"].endswith("/subscribe/bizsend")
        assert (notice["touser"], notice["template_id"]) == ("o-lin", "T1")
        assert "25" not in notice["data"]["thing1"]["value"]
        finished = {"MsgID": "1", "Status": "failed:user block"}
        assert await world.pusher.event("TEMPLATESENDJOBFINISH", **finished) is None
        (row,) = await rows(world, NOTICE)
        assert row.state == "failed"
        assert "还款日是25日" in await world.pusher.say("什么提醒")
