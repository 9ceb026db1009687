"""One task goes from channel to channel: nothing asked twice, one speaker, the books right."""

from __future__ import annotations

import asyncio
import re

import pytest

from assistant.model.events import FlowStarted
from assistant.model.tracker import Tracker
from evals.journeys.doors import CallDoor, WebDoor, WeChatDoor
from evals.journeys.judge import asked_twice
from evals.journeys.runs import Run
from evals.journeys.site import open_site

# The first run trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

LIN, CHEN = "C1001", "C1002"
HELD = "先不算数"


@pytest.fixture
async def site(brain, tmp_path, tmp_path_factory):
    templates = tmp_path_factory.getbasetemp() / "journey-templates"
    async with open_site(tmp_path, brain, templates) as opened:
        yield opened


async def transfers(site):
    return [each for each in await site.journal() if each["operation"] == "transfer_money"]


async def log_of(site, door):
    """The log of the conversation that answers a door."""
    identifier = await door.conversation_id()
    while True:
        events = [stored.event for stored in await site.store.load(identifier)]
        continued = Tracker.replay(identifier, events).continued
        if continued is None:
            return events
        identifier = continued.into


async def level_at(site, door):
    return Tracker.replay("c", await log_of(site, door)).assurance


def link_in(told):
    return re.search(r"#go_on=([\w-]+)", told)[1]


def number_in(told):
    return "".join(re.search(r"(\d{4}) (\d{4})", told).groups())


async def identify(call, phone="13800001001"):
    await call.say(phone)
    return await call.say("246810")


async def test_begun_in_wechat_confirmed_in_the_app_and_finished_by_phone(site):
    chat = await WeChatDoor.open(site, LIN, 3, 1)
    assert "多少钱" in await chat.say("给妈妈转账")
    app = await WebDoor.open(site, LIN, 3, 2)
    assert "微信" in await app.say("你好")
    assert "多少钱" in await app.say("继续")
    assert await level_at(site, app) == 3
    assert "请核对" in await app.say("2000块")
    assert "验证码" in await app.say("确认")
    number = number_in(await app.say("我打电话接着办"))
    call = await CallDoor.open(site, LIN, 0, 3)
    await call.say("继续办理")
    assert "手机号" in await call.say(number)
    assert "姓名" in await identify(call)
    assert await level_at(site, call) == 1
    state = await site.state(LIN)
    await call.say(state["name"])
    await call.say(state["id_number"])
    await call.say(next(c["number"] for c in state["cards"] if c["last4"] == "6688"))
    assert await transfers(site) == []
    assert "已转账" in await call.say("246810")
    assert len(await transfers(site)) == 1

    log = await log_of(site, call)
    assert list(asked_twice(log)) == []
    assert [e.flow for e in log if isinstance(e, FlowStarted)] == ["transfer_money"]
    assert log == await log_of(site, chat) == await log_of(site, app)


async def test_a_link_works_once_and_for_its_own_customer_alone(site):
    chat = await WeChatDoor.open(site, LIN, 3, 1)
    await chat.say("给妈妈转50块")
    token = link_in(await chat.say("换到手机银行继续"))
    assert not any(word in token for word in (LIN, "林", "50"))
    stranger = await WebDoor.open(site, CHEN, 4, 2)
    assert await stranger.bring(token) == ""
    app = await WebDoor.open(site, LIN, 4, 3)
    site.clock.advance(1)
    second = await WebDoor.open(site, LIN, 4, 4)
    first = await app.bring(token)
    assert "请核对" in first
    assert await app.bring(token) == first
    assert await second.bring(token) == ""
    assert "已转账" in await app.say("确认")
    assert len(await transfers(site)) == 1


async def test_a_link_is_good_for_ten_minutes(site):
    chat = await WeChatDoor.open(site, LIN, 3, 1)
    await chat.say("给妈妈转50块")
    early = link_in(await chat.say("换到手机银行继续"))
    token = link_in(await chat.say("换到手机银行继续"))
    app = await WebDoor.open(site, LIN, 4, 2)
    assert await app.bring(early) == ""
    site.clock.advance(601)
    assert await app.bring(token) == ""


async def test_an_answer_from_another_channel_is_not_taken_before_it_takes_over(site):
    chat = await WeChatDoor.open(site, LIN, 3, 1)
    await chat.say("给妈妈转50块")
    app = await WebDoor.open(site, LIN, 4, 2)
    await app.say("继续刚才的")
    assert await level_at(site, app) == 4
    assert HELD in await chat.say("是的")
    assert await level_at(site, app) == 4
    assert await transfers(site) == []
    assert "请核对" in await chat.say("好的")
    assert HELD in await app.say("确认")
    told = [event for event in await log_of(site, app) if getattr(event, "to", "")]
    assert [event.to for event in told] == ["wechat", "web"]
    assert await transfers(site) == []


async def test_a_yes_in_two_channels_at_once_is_one_transfer(site):
    chat = await WeChatDoor.open(site, LIN, 3, 1)
    await chat.say("给妈妈转50块")
    app = await WebDoor.open(site, LIN, 4, 2)
    await app.say("继续刚才的")
    here, there = await asyncio.gather(app.say("确认"), chat.say("是的"))
    assert "已转账" in here
    assert HELD in there or "已经办成了" in there
    await chat.say("是的")
    assert len(await transfers(site)) == 1


async def test_a_number_opens_nothing_for_another_customer(site):
    chat = await WeChatDoor.open(site, LIN, 3, 1)
    await chat.say("给妈妈转50块")
    number = number_in(await chat.say("我打电话接着办"))
    call = await CallDoor.open(site, CHEN, 0, 2)
    await call.say("继续办理")
    await call.say(number)
    told = await identify(call, "13800001002")
    assert "编号用不了" in told
    assert "林秀芳" not in "".join(call.heard)
    assert await log_of(site, call) != await log_of(site, chat)


async def test_numbers_cannot_be_tried_for_long(site):
    call = await CallDoor.open(site, LIN, 0, 1)
    await call.say("继续办理")
    told = [await call.say(f"1234567{digit}") for digit in range(3)]
    assert ["没有找到" in each for each in told] == [True, True, False]
    assert "编号用不了" in told[2]


async def test_who_declines_begins_anew(site):
    chat = await WeChatDoor.open(site, LIN, 3, 1)
    await chat.say("给妈妈转50块")
    app = await WebDoor.open(site, LIN, 4, 2)
    assert "微信" in await app.say("转账")
    assert "转给谁" in await app.say("不用了")
    assert "请核对" in await chat.say("再说一遍")


async def test_another_wish_is_heard_wherever_it_is_said(site):
    """Locking a card never waits for a transfer that is held elsewhere."""
    chat = await WeChatDoor.open(site, LIN, 3, 1)
    await chat.say("给妈妈转50块")
    app = await WebDoor.open(site, LIN, 4, 2)
    await app.say("继续刚才的")
    assert "锁" in await chat.say("帮我锁一下尾号3021的卡")
    await chat.say("是的")
    assert [each["operation"] for each in await site.journal()] == ["lock_card"]


async def test_a_colleague_sees_one_conversation_and_where_each_word_was_said(site):
    chat = await WeChatDoor.open(site, LIN, 3, 1)
    await chat.say("给妈妈转账")
    app = await WebDoor.open(site, LIN, 4, 2)
    await app.say("继续刚才的")
    worker = site.workers[0]
    signed = await worker.http.post("/v1/sandbox/staff-sign-in", json={"colleague": "李静"})
    headers = {"Authorization": f"Bearer {signed.json()['token']}"}
    path = f"/v1/conversations/{app.identifier}"
    frames = (await worker.http.get(path, headers=headers)).json()["frames"]
    bodies = [frame["body"] for frame in frames if frame["type"] == "message"]
    assert [body["channel"] for body in bodies if body["role"] == "customer"] == [
        "wechat",
        "wechat",
        "web",
    ]
    assert {"wechat", "web"} == {body["channel"] for body in bodies if body["role"] == "assistant"}


async def test_journeys_end_right(brain):
    report = await Run(seed=7, episodes=2).run(brain)
    assert [each.findings for each in report.failures] == []
    assert report.total == 2


async def test_the_judge_sees_customers_who_begin_anew_in_each_channel(brain):
    """The negative control: without going on the task is split, done twice or asked twice."""
    report = await Run(seed=1, first=2, episodes=1, starts_anew=True).run(brain)
    assert (report.count("split"), report.count("doubled")) == (1, 1)


async def transfer_in_a_call(site, amount="50"):
    """A transfer begun in WeChat that a call has taken over."""
    chat = await WeChatDoor.open(site, LIN, 3, 1)
    await chat.say(f"给妈妈转{amount}块")
    number = number_in(await chat.say("我打电话接着办"))
    call = await CallDoor.open(site, LIN, 0, 3)
    await call.say("继续办理")
    await call.say(number)
    assert "请核对" in await identify(call)
    return call


async def test_a_call_is_told_aloud_once_that_its_task_goes_on_in_the_app(site):
    call = await transfer_in_a_call(site)
    assert "转到" not in await call.listen(1_000)
    app = await WebDoor.open(site, LIN, 4, 2)
    assert "请核对" in await app.say("继续刚才的")
    assert "转到网页" in await call.listen(8_000)
    assert await call.listen(30_000) == ""
    assert "请核对" in await app.say("再说一遍")
    assert await call.listen(2_000) == ""
    assert HELD in await call.say("确认")
    assert await transfers(site) == []
    assert "请核对" in await call.say("继续办理")


async def test_a_call_that_waits_for_an_identity_number_listens_again_when_the_app_takes_over(site):
    call = await transfer_in_a_call(site, "2000")
    await call.say("确认")
    await call.say((await site.state(LIN))["name"])
    assert call.waits_for_keys
    app = await WebDoor.open(site, LIN, 4, 2)
    await app.say("继续刚才的")
    assert "转到网页" in await call.listen(8_000)
    assert not call.waits_for_keys


async def test_a_call_is_told_that_a_colleague_answers_in_the_app(site):
    call = await transfer_in_a_call(site)
    app = await WebDoor.open(site, LIN, 4, 2)
    await app.say("继续刚才的")
    assert "转到网页" in await call.listen(8_000)
    await app.say("转人工")
    desk = site.workers[0].service.colleagues
    (ticket,) = await desk.queue("li")
    assert await desk.accept(ticket.ticket_id, "li")
    told = await call.listen(8_000)
    assert "同事接手" in told
    assert "网页" in told
    await desk.say(ticket.ticket_id, "li", "我来帮您看")
    assert await call.listen(8_000) == ""
