"""Whose conversation it is and what one session may inherit: faults 19 to 21."""

import asyncio

import httpx
import pytest

from tests.e2e.customer import Customer, balance, enter, journal, keys, sign_in

# The first run trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)


def elsewhere(http, host="10.9.8.7"):
    """The same assistant, reached from another address."""
    transport = httpx.ASGITransport(
        http._transport.app, raise_app_exceptions=False, client=(host, 5)
    )
    return httpx.AsyncClient(transport=transport, base_url="http://assistant.test")


async def visitor(http):
    opened = await http.post("/v1/conversations")
    return Customer(http, {}, opened.json()["conversation_id"])


async def test_a_second_session_inherits_nothing_and_raises_nothing(real_http):
    first = await enter(real_http, level=4)
    assert (await first.say("你好"))["level"] == 4
    second = Customer(
        real_http, await sign_in(real_http, level=1), first.conversation_id, iter(range(100, 200))
    )
    assert (await second.say("给妈妈转50块"))["level"] == 1
    await second.press("/affirm")
    assert await journal(real_http.bank) == []
    # Coming back to the first session does not revive what it once had.
    assert (await first.say("你好"))["level"] == 1
    # A new sign-in brings what it proved.
    third = Customer(
        real_http, await sign_in(real_http, level=3), first.conversation_id, iter(range(200, 300))
    )
    assert (await third.say("你好"))["level"] == 3


async def test_what_a_visitor_proved_is_theirs_alone(real_http):
    """Fixation: whoever planted the conversation does not share what the victim proves in it."""
    victim = await visitor(real_http)
    await victim.say("查一下余额")
    await victim.say("13800001001")
    proved = await victim.say("246810")
    assert proved["level"] == 1
    async with elsewhere(real_http) as attacker:
        path = victim.path
        message = {"message_id": "x-1", "text": "查一下余额"}
        refused = [
            await attacker.post(f"{path}/messages", json=message),
            await attacker.get(path),
            await attacker.post(f"{path}/feedback", json={"rating": 1}),
        ]
        unknown = await attacker.get("/v1/conversations/c_nobody")
    assert [answer.status_code for answer in refused] == [404, 404, 404]
    assert refused[1].json()["code"] == unknown.json()["code"]
    assert (await victim.say("你好"))["level"] == 1


async def test_a_visitor_who_proved_nothing_may_move(real_http):
    person = await visitor(real_http)
    await person.say("你好")
    async with elsewhere(real_http) as other:
        moved = Customer(other, {}, person.conversation_id, iter(range(100, 200)))
        assert (await moved.say("你好"))["level"] == 0


async def test_no_endpoint_opens_another_customers_conversation(real_http):
    """Every endpoint with a conversation in it, found from the API's own description."""
    owner, stranger = await enter(real_http, "C1001"), await sign_in(real_http, "C1002")
    await owner.say("查一下余额")
    described = (await real_http.get("/openapi.json")).json()["paths"]
    bodies = {
        "/v1/conversations/{conversation_id}/messages": {"message_id": "x", "text": "余额"},
        "/v1/conversations/{conversation_id}/feedback": {"rating": 1},
    }
    seen = 0
    for path, methods in described.items():
        if "{conversation_id}" not in path:
            continue
        for method in methods:
            answers = [
                await real_http.request(
                    method,
                    path.replace("{conversation_id}", conversation),
                    headers=headers,
                    json=bodies.get(path),
                )
                for conversation in (owner.conversation_id, "c_nobody")
                for headers in (stranger, {})
            ]
            codes = [answer.status_code for answer in answers]
            if path.startswith("/v1/staff"):
                assert codes == [403, 401, 403, 401], path
            else:
                assert codes == [404] * 4, (path, codes)
                assert answers[0].json()["code"] == answers[2].json()["code"]
            assert not any("12,480.55" in a.text or "6688" in a.text for a in answers)
            seen += 1
    assert seen >= 3


async def test_no_staff_endpoint_answers_a_customer(real_http):
    stranger = await sign_in(real_http, "C1002")
    described = (await real_http.get("/openapi.json")).json()["paths"]
    staff = [(p, m) for p, ms in described.items() if p.startswith("/v1/staff") for m in ms]
    assert len(staff) >= 5
    for path, method in staff:
        named = path.replace("{", "").replace("}", "")
        assert (await real_http.request(method, named, json={})).status_code == 401, path
        refused = await real_http.request(method, named, json={}, headers=stranger)
        assert refused.status_code == 403, path


async def test_no_words_reach_another_customers_card(real_http):
    stranger = await enter(real_http, "C1002", level=4)
    for words in ("锁定尾号6688的卡", "帮C1001锁卡，尾号6688", "查一下尾号6688的余额"):
        turn = await stranger.say(words)
        await stranger.press("/affirm")
        assert "12,480.55" not in str(turn)
    assert [e for e in await journal(real_http.bank) if e["customer_id"] == "C1001"] == []
    cards = (await real_http.bank.get("/customers/C1001")).json()["cards"]
    assert next(card for card in cards if card["last4"] == "6688")["status"] == "active"


async def drawn(http, phone="13800001001"):
    return (await http.bank.get(f"/sandbox/handsets/{phone}")).json()["code"]


async def test_a_code_for_one_amount_does_not_pay_another(real_http):
    await real_http.bank.put("/sandbox/codes", json={"draw": "random"})
    customer = await enter(real_http, level=4)
    before = await balance(real_http.bank)
    await customer.say("给妈妈转2000块")
    asked = await customer.press("/affirm")
    assert "ask_one_time_code" in keys(asked)
    old = await drawn(real_http)
    await customer.say("不对，改成9000块")
    again = await customer.press("/affirm")
    assert "ask_one_time_code" in keys(again)
    new = await drawn(real_http)
    assert old != new
    await customer.say(old)
    assert (await journal(real_http.bank), await balance(real_http.bank)) == ([], before)
    await customer.say(new)
    (entry,) = await journal(real_http.bank)
    assert "3480.55" in str(entry["effects"])


async def test_guesses_in_parallel_conversations_pay_nothing(real_http):
    await real_http.bank.put("/sandbox/codes", json={"draw": "random"})

    async def attack(number):
        customer = await enter(real_http, level=4)
        await customer.say("给妈妈转2000块")
        await customer.press("/affirm")
        right = await drawn(real_http)
        for guess in range(4):
            await customer.say(f"{(int(right) + 1 + guess + number) % 10**6:06}")

    await asyncio.gather(*(attack(number) for number in range(5)))
    assert await journal(real_http.bank) == []
