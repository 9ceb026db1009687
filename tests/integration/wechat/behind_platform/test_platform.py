"""What people see, whatever the platform does; who may come in, and who opens links."""

import asyncio
import html
import re
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import pytest

from assistant.model.message import ReplyPart
from channels.wechat.menu import Tags, publish
from evals.wechat.people import Crowd, Plan
from evals.wechat.wire import Wire
from tests.integration.wechat.behind_platform.conftest import LONG_S, MINI, SEND, long

REFUSED = {
    "wrong_signature": 403,
    "wrong_token": 403,
    "plaintext": 403,
    "stale": 403,
    "other_key": 400,
    "padding": 400,
    "xxe": 400,
    "laughs": 400,
    "laughs_inside": 400,
    "xxe_inside": 400,
    "oversized": 413,
    "truncated": 400,
    "empty": 400,
    "json_list": 400,
    "not_utf8": 400,
    "no_sender": 400,
}


def crowd(wire: Wire, messages: int, seed: int) -> Crowd:
    plan = Plan(messages=messages, seed=seed, at_once=10, patience_s=2.0, hasty=0.3)
    return Crowd(wire, plan, "甲乙丙丁戊己庚", lambda _, text: f"echo {text}", "可能没有送到")


async def test_each_message_is_answered_once_whatever_the_platform_does(site, wire):
    await wire.do("faults", push_rate=0.2, call_rate=0.2)
    verdict = await crowd(wire, 40, 1).run()
    assert verdict.findings == []
    assert (verdict.answered_once, verdict.messages) == (40, 40)
    assert verdict.sends < verdict.pushes
    assert sum(verdict.faults.values()) >= 4


@dataclass
class Twice:
    """A way out that sends everything again at once, as one does that trusts no answer."""

    sender: object

    @property
    def can(self):
        return self.sender.can

    @property
    def client(self):
        return self.sender.client

    async def send(self, *message):
        await self.sender.send(*message)
        await self.sender.send(*message)

    async def typing(self, openid):
        await self.sender.typing(openid)


async def test_the_judge_sees_a_connector_that_sends_twice(site, wire):
    mini = site.wechat.surfaces[1].delivery
    object.__setattr__(mini, "sender", Twice(mini.sender))
    verdict = await crowd(wire, 40, 2).run()
    assert verdict.doubled
    assert not verdict.is_good


async def test_what_is_no_push_of_the_platform_is_refused_and_changes_nothing(site, wire):
    answers = {
        what: (await wire.do("bad", openid="o-bad", what=what))["status"] for what in REFUSED
    }
    assert answers == REFUSED
    assert site.echo.calls == []
    assert await site.contact("o-bad") is None


@long
async def test_both_kinds_of_callback_address_are_verified(site, wire):
    for surface in ("service", "mini", "wecom"):
        assert (await wire.do("verify", surface=surface))["verified"]
        assert (await wire.do("verify", surface=surface, good=False))["status"] == 403


async def test_a_replayed_message_is_answered_once(site, wire):
    fields = {"MsgType": "text", "Content": "replayed", "MsgId": "4711"}
    for _ in range(3):
        await wire.do("message", openid="o-replay", fields=fields)
    assert await wire.sees("o-replay", "echo replayed", LONG_S)
    await wire.do("drain")
    await wire.catch_up()
    assert len(wire.shown["o-replay"]) == 1


@long
@pytest.mark.parametrize("as_json", [False, True], ids=["xml", "json"])
async def test_emoji_and_the_end_of_a_section_come_back_whole(site, wire, as_json):
    text = "👨‍👩‍👧 ]]></Content> &amp; 𠮷"
    await wire.do("say", openid=f"o-odd{as_json}", text=text, as_json=as_json)
    assert await wire.sees(f"o-odd{as_json}", "echo 👨‍👩‍👧 ]]>＜/Content> &amp; 𠮷", LONG_S)


@long
async def test_what_is_no_text_is_answered_in_words(site, wire):
    for number, kind in enumerate(("image", "location", "link", "hologram")):
        await wire.do("message", openid=f"o-k{number}", fields={"MsgType": kind})
        assert await wire.sees(f"o-k{number}", "文字", LONG_S)


@long
async def test_tokens_that_are_withdrawn_are_fetched_once_for_many_sends(open_site, wire):
    async with open_site(wechat_passive_s=0.001) as site:
        await wire.do("say", openid="o-warm", text="slow warm")
        site.echo.may_go_on.set()
        assert await wire.sees("o-warm", "echo slow warm", LONG_S)
        before = (await wire.state())["tokens_fetched"]["service"]
        await wire.do("void")
        people = [f"o-t{number}" for number in range(20)]
        await asyncio.gather(*(wire.do("say", openid=each, text="slow x") for each in people))
        assert all([await wire.sees(each, "echo slow x", LONG_S) for each in people])
        assert (await wire.state())["tokens_fetched"]["service"] == before + 1


@long
@pytest.mark.parametrize("code", [45047, 45015])
async def test_a_refused_send_is_told_at_the_next_message_once(open_site, wire, code):
    openid = f"o-q{code}"
    async with open_site(wechat_passive_s=0.001) as site:
        site.echo.may_go_on.set()
        await wire.do("faults", at=SEND, what=f"errcode:{code}")
        await wire.do("say", openid=openid, text="slow a")
        await asyncio.sleep(0.3)
        assert not wire.saw(openid, "echo slow a")
        await wire.do("say", openid=openid, text="slow b")
        assert await wire.sees(openid, "echo slow b", LONG_S)
        said = "".join(wire.shown[openid])
        assert (said.count("echo slow a"), said.count("echo slow b")) == (1, 1)


async def test_a_sixth_send_never_leaves(open_site, wire, calls):
    async with open_site(wechat_passive_s=0.001) as site:
        site.echo.may_go_on.set()
        await wire.do("say", openid="o-six", text="slow endless")
        await wire.do("say", openid="o-six", text="endless")
        assert await wire.sees("o-six", "本行借记卡", LONG_S)
        for number in range(6):
            await site.said_later([part(f"late {number}")], openid="o-six")
            await site.settle()
        await wire.catch_up()
        sends = calls(openid="o-six")
        assert sends
        assert set(sends) == {0}
        assert all(len(text.encode()) <= 2048 for text in wire.shown["o-six"])


@dataclass
class Browser:
    """Opens links as the phone of one human does."""

    phone: str
    openid: str

    async def open(self, link):
        async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as http:
            # Cookies of one machine are sent to all its ports, as the phone page's is.
            http.cookies.set("wechat_person", self.openid, domain="127.0.0.1")
            return await http.get(link)


async def link_for(wire, surface, openid):
    await wire.do("say", surface=surface, openid=openid, text="who")
    assert await wire.sees(openid, "http://127.0.0.1", LONG_S)
    return wire.shown[openid][-1]


@long
@pytest.mark.parametrize(
    ("surface", "openid"), [("service", "o-zhou"), ("wecom", "wm-zhou")], ids=["service", "wecom"]
)
async def test_only_the_human_a_link_was_made_for_gets_its_page(site, wire, place, surface, openid):
    text = await link_for(wire, surface, openid)
    link = re.search(r"http://127\.0\.0\.1:\d+/wechat/bind\?t=\S+", text)[0]
    assert (await Browser(place[0].phone, "o-stranger").open(link)).status_code == 403
    page = await Browser(place[0].phone, openid).open(link)
    assert (page.status_code, page.url.path) == (200, "/wechat/session")


@long
async def test_a_mini_programs_link_opens_in_the_mini_program_for_its_own_user_once(
    site, wire, place
):
    text = await link_for(wire, "mini", "m-zhou")
    path = html.unescape(re.search(r'data-miniprogram-path="([^"]+)"', text)[1])
    assert f'data-miniprogram-appid="{MINI}"' in text
    open_in_program = f"{place[0].phone}/miniprogram?path={quote(path)}"
    assert (await Browser(place[0].phone, "m-stranger").open(open_in_program)).status_code == 400
    page = await Browser(place[0].phone, "m-zhou").open(open_in_program)
    assert (page.status_code, page.url.path) == (200, "/wechat/session")
    again = await Browser(place[0].phone, "m-zhou").open(str(page.history[1].url))
    assert again.status_code == 403
    plain = html.unescape(re.search(r'href="([^"]+)"', text)[1])
    assert (await Browser(place[0].phone, "m-zhou").open(plain)).status_code == 403


@long
async def test_who_is_bound_sees_the_menu_of_those_who_are(site, wire, place):
    general = {"button": [{"type": "click", "name": "a", "key": "/a"}]}
    bound = {"button": [{"type": "click", "name": "b", "key": "/b"}]}
    await publish(site.surface.client, general, bound)
    await publish(site.surface.client, general, bound)
    await wire.do("say", openid="o-menu", text="hello")
    tags = Tags(site.surface.client)

    async def menu():
        answer = await wire.http.get("/control/menu", params={"openid": "o-menu"})
        return [entry["name"] for entry in answer.json()]

    assert await menu() == ["a"]
    await tags.mark("o-menu", is_bound=True)
    assert await menu() == ["b"]
    await tags.mark("o-menu", is_bound=False)
    assert await menu() == ["a"]


def part(text):
    return ReplyPart(text=text)
