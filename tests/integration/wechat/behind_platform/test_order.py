"""Many at once, in any order, and again: each push has one turn and one answer."""

import asyncio

import pytest

from tests.integration.wechat.behind_platform.conftest import LONG_S, long

pytestmark = long
RECAP = "刚才有消息可能没有送到"


async def settled(site, wire):
    await wire.do("drain")
    await site.settle()
    await wire.do("drain")
    await wire.catch_up()


def counted(wire, openid, text):
    return "\n".join(wire.shown[openid]).count(text)


async def test_two_messages_in_a_row_are_answered_once_each_and_in_order(open_site, wire):
    async with open_site(wechat_passive_s=0.05) as site:
        site.echo.may_go_on.set()
        await wire.do("say", openid="o-two", text="slow first")
        await wire.do("say", openid="o-two", text="slow second")
        for text in ("echo slow first", "echo slow second"):
            assert await wire.sees("o-two", text, LONG_S)
        await settled(site, wire)
        assert [counted(wire, "o-two", f"echo slow {n}") for n in ("first", "second")] == [1, 1]
        said = "\n".join(wire.shown["o-two"])
        assert said.index("first") < said.index("second")


async def test_a_hundred_people_at_once_are_answered_once_each(site, wire, calls):
    people = [f"o-b{number:03}" for number in range(100)]
    await asyncio.gather(*(wire.do("say", openid=each, text=f"I am {each}") for each in people))
    seen = await asyncio.gather(
        *(wire.sees(each, f"echo I am {each}", 2 * LONG_S) for each in people)
    )
    assert all(seen)
    await settled(site, wire)
    assert [counted(wire, each, "echo I am") for each in people] == [1] * 100
    assert len(site.echo.calls) == 100
    assert 45047 not in calls()


async def test_messages_that_come_in_the_wrong_order_are_answered_once_each(site, wire):
    now_s = int((await wire.state())["now_s"])
    for number, ago_s in ((9003, 0), (9001, 20), (9002, 10), (9001, 20), (9003, 0)):
        fields = {"MsgType": "text", "Content": f"n{number}", "MsgId": str(number)}
        await wire.do("message", openid="o-odd", fields={**fields, "CreateTime": now_s - ago_s})
    for number in (9001, 9002, 9003):
        assert await wire.sees("o-odd", f"echo n{number}", LONG_S)
    await settled(site, wire)
    assert [counted(wire, "o-odd", f"echo n{number}") for number in (9001, 9002, 9003)] == [1] * 3


@pytest.mark.parametrize("fault", ["twice", "twice_late"])
async def test_a_push_that_comes_again_after_it_was_answered_has_no_second_turn(site, wire, fault):
    await wire.do("faults", at="push", what=fault)
    await wire.do("say", openid=f"o-{fault}", text="once")
    assert await wire.sees(f"o-{fault}", "echo once", LONG_S)
    await settled(site, wire)
    assert [call.text for call in site.echo.calls] == ["once"]
    # What comes seconds later was not heard, as far as anybody knows: it is told with a word.
    _, *again = wire.shown[f"o-{fault}"]
    assert all(text.startswith(RECAP) for text in again)
    assert len(again) <= 1


async def test_an_event_that_comes_again_changes_nothing(site, wire):
    at = int((await wire.state())["now_s"])
    fields = {"CreateTime": at, "EventKey": ""}
    for _ in range(3):
        await wire.do("event", openid="o-follow", event="subscribe", fields=fields)
    assert await wire.sees("o-follow", "智能助手", LONG_S)
    await settled(site, wire)
    assert len(wire.shown["o-follow"]) == 1
    for _ in range(3):
        click = {"CreateTime": at + 1, "EventKey": "/human_handoff"}
        await wire.do("event", openid="o-follow", event="CLICK", fields=click)
    assert await wire.sees("o-follow", "echo /human_handoff", LONG_S)
    await settled(site, wire)
    # One that comes seconds later was not heard, as far as anybody knows: told with a word.
    told = [text for text in wire.shown["o-follow"] if not text.startswith(RECAP)]
    assert len(told) == 2
    assert [call.button for call in site.echo.calls] == ["/human_handoff"]


async def test_the_end_of_a_section_and_emoji_in_names_and_sent_answers_come_back_whole(
    open_site, wire, calls
):
    async with open_site(wechat_passive_s=0.001) as site:
        site.echo.may_go_on.set()
        odd = "👨‍👩‍👧 ]]></Content><MsgType>news</MsgType> 𠮷 \u2028 &amp;"
        place = {"MsgType": "location", "Label": odd, "Location_X": "1", "Location_Y": "2"}
        link = {"MsgType": "link", "Title": odd, "Description": odd, "Url": "https://x.test/]]>"}
        for number, fields in enumerate((place, link)):
            await wire.do("message", openid=f"o-name{number}", fields=fields)
            assert await wire.sees(f"o-name{number}", "文字", LONG_S)
        await wire.do("say", openid="o-sent", text=f"slow {odd}")
        whole = odd.replace("</", "＜/").replace("<M", "＜M").replace("\u2028", "")
        await wire.sees("o-sent", "echo", LONG_S)
        await settled(site, wire)
        assert calls(openid="o-sent") == [0]
        assert "".join(wire.shown["o-sent"]).split() == f"echo slow {whole}".split()
