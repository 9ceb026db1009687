"""One push, one answer: in passing when it is ready, by the API when it is not, never twice."""

import asyncio
from dataclasses import dataclass, field

from assistant.model.message import ReplyPart
from tests.integration.wechat.conftest import InboundText
from tests.integration.wechat.platform import OLD_KEY

LABEL = "（内容由AI生成）"


async def test_a_ready_answer_goes_in_passing_with_its_label(world):
    assert await world.pusher.say("你好") == f"echo 你好\n\n{LABEL}"
    await world.settle()
    assert world.platform.sent == []


async def test_the_address_is_verified_by_its_echo(world):
    query, _ = world.pusher.signed("x")
    answer = await world.http.get("/wechat/callback", params={**query, "echostr": "4375120948345"})
    assert (answer.status_code, answer.text) == (200, "4375120948345")
    assert answer.headers["content-type"].startswith("text/plain")
    forged = await world.http.get(
        "/wechat/callback", params={**query, "signature": "0" * 40, "echostr": "1"}
    )
    assert forged.status_code == 403


async def test_a_push_sent_three_times_has_one_turn_and_one_answer(world):
    fields = world.pusher.fields(Content="余额", MsgId="77")
    answers = [await world.pusher.push(**fields) for _ in range(3)]
    assert answers == [f"echo 余额\n\n{LABEL}", None, None]
    assert len(world.echo.calls) == 1
    await world.settle()
    assert world.platform.sent == []


async def test_a_push_whose_answer_was_not_heard_is_answered_again_and_called_so(world):
    first = world.pusher.fields(Content="余额", MsgId="771")
    second = world.pusher.fields(Content="明细", MsgId="772")
    assert await world.pusher.push(**first) == f"echo 余额\n\n{LABEL}"
    assert await world.pusher.push(**second) == f"echo 明细\n\n{LABEL}"
    for _ in range(2):
        await world.landed()
        world.clock.advance(5)
        again = await world.pusher.push(**first)
        assert again.startswith("刚才有消息可能没有送到")
        assert ("echo 余额" in again, "echo 明细" in again) == (True, False)
    await world.landed()
    assert await world.pusher.push(**second) is not None
    assert await world.pusher.say("利率") == f"echo 利率\n\n{LABEL}"
    assert len(world.echo.calls) == 3


@dataclass
class Slowly:
    """A delivery whose answer in passing reaches the request late."""

    delivery: object
    claimed: asyncio.Event = field(default_factory=asyncio.Event)
    may_leave: asyncio.Event = field(default_factory=asyncio.Event)

    def __getattr__(self, name):
        return getattr(self.delivery, name)

    async def in_passing(self, contact_id, arrival_id, *, is_asked_again=False):
        asked = {"is_asked_again": is_asked_again}
        text = await self.delivery.in_passing(contact_id, arrival_id, **asked)
        if text and not is_asked_again:
            self.claimed.set()
            await self.may_leave.wait()
        return text


async def test_a_push_that_comes_again_while_its_answer_leaves_for_nobody_is_answered(world):
    flights = world.surface.flights
    flights.delivery = slowly = Slowly(flights.delivery)
    fields = world.pusher.fields(Content="余额", MsgId="773")
    hung_up = asyncio.create_task(world.pusher.push(**fields))
    await slowly.claimed.wait()
    world.clock.advance(5)
    again = asyncio.create_task(world.pusher.push(**fields))
    await asyncio.sleep(0.1)
    slowly.may_leave.set()
    assert "echo 余额" in await hung_up
    text = await again
    assert text is not None
    assert text.startswith("刚才有消息可能没有送到")
    assert text.count("echo 余额") == 1
    await world.settle()
    assert world.platform.sent == []
    assert await world.pusher.say("利率") == f"echo 利率\n\n{LABEL}"
    assert len(world.echo.calls) == 2


async def test_two_deliveries_at_once_are_answered_once(world):
    fields = world.pusher.fields(Content="余额", MsgId="78")
    answers = await asyncio.gather(*(world.pusher.push(**fields) for _ in range(3)))
    assert sorted(str(a) for a in answers) == ["None", "None", f"echo 余额\n\n{LABEL}"]


async def test_a_slow_answer_is_acknowledged_and_sent(open_world):
    async with open_world(wechat_passive_s=0.05) as world:
        assert await world.pusher.say("slow") is None
        world.echo.may_go_on.set()
        await world.settle()
        assert world.platform.typing == ["o-lin"]
        assert world.platform.texts() == ["echo slow"]
        assert world.platform.sent[0]["aimsgcontext"] == {"is_ai_msg": 1}


async def test_retries_of_a_slow_push_are_answered_once(open_world):
    async with open_world(wechat_passive_s=0.05) as world:
        fields = world.pusher.fields(Content="slow", MsgId="79")
        assert [await world.pusher.push(**fields) for _ in range(3)] == [None, None, None]
        world.echo.may_go_on.set()
        await world.settle()
        await world.settle()
        assert world.platform.texts() == ["echo slow"]


async def test_the_former_key_is_understood_and_answered_with_itself(world):
    world.pusher.key = OLD_KEY
    assert await world.pusher.say("你好") == f"echo 你好\n\n{LABEL}"


async def test_a_long_answer_is_sent_in_pieces_in_order(world):
    assert await world.pusher.say("long") is None
    await world.settle()
    texts = world.platform.texts()
    assert len(texts) > 1
    assert all(len(text.encode()) <= 2048 and text.endswith("。") for text in texts)
    assert all(b"\\u" not in body for body in world.platform.bodies)


async def test_choices_are_words_in_passing(world):
    assert "可以回复：确认锁卡 / 取消" in await world.pusher.say("menu")


async def test_choices_are_a_menu_when_sent(world):
    await world.pusher.say("你好")
    await world.said_later(world.echo.parts(InboundText("menu")))
    await world.settle()
    (sent,) = world.platform.sent
    assert sent["msgmenu"]["head_content"] == "要锁卡吗？"
    assert [entry["content"] for entry in sent["msgmenu"]["list"]] == ["确认锁卡", "取消"]


async def test_words_of_a_colleague_reach_the_chat_without_the_label(world):
    await world.pusher.say("转人工")
    await world.colleague_says("我是李经理")
    await world.settle()
    (sent,) = world.platform.sent
    assert (sent["text"]["content"], sent["aimsgcontext"]) == ("我是李经理", {"is_ai_msg": 0})


async def test_what_is_no_text_is_answered_in_words(world):
    for kind in ("image", "location", "link", "video", "hologram"):
        assert "文字" in await world.pusher.push(MsgType=kind)
    assert await world.pusher.push(MsgType="voice", MediaId="m1", Format="amr")
    assert world.echo.calls == []


async def test_a_menu_entry_is_a_payload_and_a_follower_is_greeted(world):
    assert "echo /human_handoff" in await world.pusher.event("CLICK", EventKey="/human_handoff")
    assert "智能助手" in await world.pusher.event("subscribe", openid="o-new")
    assert await world.pusher.event("VIEW", EventKey="https://bank.test") is None
    assert await world.pusher.event("LOCATION", Latitude="1", Longitude="2") is None


async def test_emoji_and_the_end_of_a_section_come_back_whole(world):
    text = "👨‍👩‍👧 ]]></Content><MsgType>news</MsgType> &amp; <b>"
    assert (await world.pusher.say(text)).startswith("echo 👨‍👩‍👧 ]]>＜/Content>＜MsgType>news")


async def test_a_burst_is_one_turn_and_one_answer(open_world):
    async with open_world() as world:
        first, second = await asyncio.gather(world.pusher.say("a1"), world.pusher.say("a2"))
        await world.settle()
        told = [text for text in (first, second) if text]
        said = "".join(told) + "".join(world.platform.texts())
        assert said.count("echo a1") == said.count("echo a2") == 1


async def test_two_processes_that_get_the_same_push_answer_it_once(open_world):
    async with open_world() as one, open_world() as other:
        fields = one.pusher.fields(Content="余额", MsgId="501")
        answers = await asyncio.gather(one.pusher.push(**fields), other.pusher.push(**fields))
        await one.settle()
        await other.settle()
        told = [text for text in answers if text] + one.platform.texts() + other.platform.texts()
        assert len(told) == 1
        assert len(one.echo.calls) + len(other.echo.calls) == 1


async def test_two_processes_send_what_was_said_later_once(open_world):
    async with open_world() as one, open_world() as other:
        await one.pusher.say("你好")
        for number in range(3):
            await one.said_later([ReplyPart(text=f"late {number}")])
            await asyncio.gather(one.settle(), other.settle())
        await one.settle()
        await other.settle()
        told = "\n".join(one.platform.texts() + other.platform.texts())
        assert [told.count(f"late {number}") for number in range(3)] == [1, 1, 1]


async def test_two_processes_share_one_token(open_world):
    async with open_world() as one, open_world() as other:
        other.surface.client.http._transport = one.surface.client.http._transport
        clients = (one.surface.client, other.surface.client)
        await asyncio.gather(
            *(client.post("/cgi-bin/anything", {"n": n}) for n in range(10) for client in clients)
        )
        assert one.platform.fetched == 1


async def test_a_colleague_finds_the_conversation_of_a_contact(world):
    await world.pusher.say("你好")
    path = "/v1/staff/contacts/o-lin"
    assert (await world.http.get(path)).status_code == 401
    signed = await world.http.post("/v1/sandbox/staff-sign-in", json={"colleague": "li"})
    headers = {"Authorization": f"Bearer {signed.json()['token']}"}
    found = await world.http.get(path, headers=headers)
    conversation_id = (await world.contact()).conversation_id
    state = found.json().pop("state")
    assert found.json()["conversation_id"] == state["conversation_id"] == conversation_id
    assert (found.json()["customer_id"], state["customer"]) == (None, None)
    assert (state["level"], state["task"], state["answered_by"]) == (0, None, "assistant")
    path = f"/v1/staff/conversations/{conversation_id}/state"
    assert (await world.http.get(path, headers=headers)).json() == state
    assert (await world.http.get(path)).status_code == 401
    missing = await world.http.get("/v1/staff/conversations/c_none/state", headers=headers)
    assert missing.status_code == 404
    unknown = await world.http.get("/v1/staff/contacts/o-x", headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "contact.not_found")
