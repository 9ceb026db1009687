"""From the chat to the bank's page and back: binding, codes, what never stays in the chat."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.contract.channels import shown
from tests.contract.test_channels import running

# The first run trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

LINK = re.compile(r"https://bank\.test(/wechat/(bind|page)\?t=\S+)")


@pytest.fixture
async def site(brain, clock, tmp_path, tmp_path_factory):
    templates = tmp_path_factory.getbasetemp() / "bank-templates"
    async with running(brain, clock, tmp_path, templates) as opened:
        yield opened


class Phone:
    """Somebody with WeChat and its browser."""

    def __init__(self, site, openid="o-lin"):
        self.site, self.openid = site, openid
        self.browser = httpx.AsyncClient(
            transport=site.http._transport, base_url="https://bank.test"
        )

    async def say(self, text):
        """Say something; everything the chat shows after it."""
        before = len(self.site.platform.sent)
        told = await self.site.pusher.say(text, self.openid)
        await self.site.settle()
        return "\n".join([told or "", *map(shown, self.site.platform.sent[before:])])

    async def open(self, path, code="code-1"):
        """Open a link: to the platform, which recognises us, and back."""
        self.site.platform.openids[code] = self.openid
        away = await self.browser.get(path)
        if away.status_code != 302:
            return away
        query = parse_qs(urlsplit(away.headers["location"]).query)
        assert query["scope"] == ["snsapi_base"]
        assert query["redirect_uri"] == ["https://bank.test/wechat/return"]
        assert len(query["state"][0]) <= 128
        back = {"code": code, "state": query["state"][0]}
        answer = await self.browser.get("/wechat/return", params=back)
        if answer.status_code != 303:
            return answer
        return await self.browser.get(answer.headers["location"])

    async def submit(self, page, path, **fields):
        proof = re.search(r'name="proof" value="(\w+)"', page.text)
        data = {"proof": proof[1] if proof else "", **fields}
        # As browsers do: a page that never says where it comes from has forms from nowhere.
        hides = "no-referrer" in (page.headers["referrer-policy"], page.text)
        origin = "null" if hides else "https://bank.test"
        answer = await self.browser.post(path, data=data, headers={"Origin": origin})
        if answer.status_code == 303:
            return await self.browser.get(answer.headers["location"])
        return answer

    async def bind(self, customer_id="C1001"):
        told = await self.say("余额还有多少")
        page = await self.open(LINK.search(told)[1])
        return await self.submit(page, "/wechat/bound", customer_id=customer_id, consent="yes")


@pytest.fixture
def phone(site):
    return Phone(site)


async def test_an_unknown_contact_is_led_to_the_bank_and_told_nothing(phone):
    told = await phone.say("余额还有多少")
    assert "12,480.55" not in told
    assert LINK.search(told)[2] == "bind"


async def test_after_login_and_consent_the_task_goes_on_in_the_chat(site, phone):
    assert (await phone.bind()).status_code == 200
    await site.settle()
    told = "\n".join(site.platform.texts())
    assert "已经绑定" in told
    assert "12,480.55" in told


async def test_without_consent_nobody_is_bound(site, phone):
    page = await phone.open(LINK.search(await phone.say("余额还有多少"))[1])
    refused = await phone.submit(page, "/wechat/bound", customer_id="C1001")
    assert refused.status_code == 403
    contact = await site.contact("o-lin")
    assert await site.surface.bindings.find(contact.contact_id) is None


async def test_a_link_sent_on_to_somebody_else_opens_nothing(site, phone):
    link = LINK.search(await phone.say("余额还有多少"))[1]
    await Phone(site, "o-stranger").say("你好")
    assert (await Phone(site, "o-stranger").open(link)).status_code == 403


async def test_a_link_binds_once_and_for_ten_minutes(site, phone):
    link = LINK.search(await phone.say("余额还有多少"))[1]
    page = await phone.open(link)
    fields = {"customer_id": "C1001", "consent": "yes"}
    assert (await phone.submit(page, "/wechat/bound", **fields)).status_code == 200
    assert (await phone.submit(page, "/wechat/bound", **fields)).status_code == 403
    other = Phone(site, "o-other")
    link = LINK.search(await other.say("余额还有多少"))[1]
    site.clock.advance(601)
    assert (await other.open(link)).status_code == 403


async def test_a_forged_link_a_foreign_form_and_another_browsers_answer_are_refused(site, phone):
    assert (await phone.browser.get("/wechat/bind?t=x.y")).status_code == 403
    page = await phone.open(LINK.search(await phone.say("余额还有多少"))[1])
    assert page.status_code == 200
    posted = {"proof": "0" * 32, "customer_id": "C1001", "consent": "yes"}
    assert (await phone.browser.post("/wechat/bound", data=posted)).status_code == 403
    other = Phone(site, "o-lin")
    answer = await other.browser.get("/wechat/return", params={"code": "c", "state": "s"})
    assert answer.status_code == 403


async def test_money_leaves_the_chat_for_the_page_and_moves_once(site, phone):
    await phone.bind()
    await phone.say("给妈妈转50块")
    told = await phone.say("是的")
    assert await site.journal() == []
    link = LINK.search(told)
    assert link[2] == "page"
    assert "246810" not in await phone.say("246810")
    assert await site.journal() == []
    page = await phone.open(link[1])
    assert page.status_code == 200
    page = await phone.submit(page, "/wechat/task", text="246810")
    assert [entry["operation"] for entry in await site.journal()] == ["transfer_money"]
    await site.settle()
    received = [e.text for e in await log(site) if e.type == "message_received"]
    assert not any("246810" in text for text in received)


async def test_what_the_page_earned_is_not_the_chats(site, phone):
    await test_money_leaves_the_chat_for_the_page_and_moves_once(site, phone)
    assert "12,430.55" in await phone.say("余额还有多少")
    await phone.say("给妈妈转60块")
    told = await phone.say("是的")
    assert LINK.search(told)[2] == "page"
    assert len(await site.journal()) == 1


async def test_unsubscribing_deletes_what_ties_the_contact_to_a_person(site, phone):
    await phone.bind()
    contact = await site.contact("o-lin")
    await site.pusher.event("unsubscribe", openid="o-lin")
    assert await site.surface.bindings.find(contact.contact_id) is None
    left = await site.contact("o-lin")
    assert (left.openid, left.conversation_id) == (None, None)
    await site.pusher.event("subscribe", openid="o-lin")
    assert "12,480.55" not in await phone.say("余额还有多少")


async def test_a_customer_ends_the_binding_from_the_menu(site, phone):
    await phone.bind()
    assert "解除绑定" in await site.pusher.event("CLICK", EventKey="/unbind")
    assert "12,480.55" not in await phone.say("余额还有多少")


async def test_half_an_hour_later_a_bound_contact_is_still_known(site, phone):
    await phone.bind()
    site.clock.advance(3 * 3600)
    assert "12,480.55" in await phone.say("余额还有多少")


async def test_a_binding_ends_with_its_time(site, phone):
    await phone.bind()
    site.clock.advance(91 * 86_400)
    assert "12,480.55" not in await phone.say("余额还有多少")


async def test_a_colleague_beside_the_chat_sees_what_is_under_way_and_who_answers(site, phone):
    await phone.bind()
    await site.settle()
    await phone.say("帮我锁一下尾号6688的卡")
    signed = await site.http.post("/v1/sandbox/staff-sign-in", json={"colleague": "li"})
    headers = {"Authorization": f"Bearer {signed.json()['token']}"}

    async def state():
        found = await site.http.get("/v1/staff/contacts/o-lin", headers=headers)
        return found.json()["state"]

    seen = await state()
    assert seen["customer"] == {"id": "C1001", "name": "林晓"}
    assert (seen["level"], seen["answered_by"], seen["ticket_id"]) == (3, "assistant", None)
    assert seen["task"]["flow"] == "lock_card"
    assert "锁卡" in seen["task"]["names"]["zh-Hans"]
    await phone.say("转人工")
    waiting = await state()
    assert waiting["answered_by"] == "waiting"
    ticket = f"/v1/staff/tickets/{waiting['ticket_id']}"
    assert (await site.http.post(f"{ticket}/accept", headers=headers)).status_code == 200
    seen = await state()
    assert (seen["answered_by"], seen["colleague"]) == ("colleague", "li")
    assert (await site.http.post(f"{ticket}/close", headers=headers)).status_code == 204
    site.clock.advance(31 * 60)
    seen = await state()
    assert (seen["answered_by"], seen["ticket_id"]) == ("assistant", None)
    assert seen["level"] < 3


async def log(site, openid="o-lin"):
    contact = await site.contact(openid)
    return [stored.event for stored in await site.store.load(contact.conversation_id)]
