"""What a colleague has to approve: queued, decided over HTTP, carried out once, told."""

import pytest

from tests.e2e.customer import enter, journal, keys, until

# The first run trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def colleague(real_http):
    body = {"colleague": "li"}
    answer = await real_http.post("/v1/sandbox/staff-sign-in", json=body)
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def waiting(http, colleague):
    return (await http.get("/v1/staff/reviews", headers=colleague)).json()["reviews"]


async def decide(http, colleague, review_id, decision):
    path = f"/v1/staff/reviews/{review_id}/decision"
    return await http.post(path, json={"decision": decision, "reason": "seen"}, headers=colleague)


async def asked_for_a_pin(http):
    customer = await enter(http, level=3)
    await customer.say("忘记尾号6688的卡的密码了，重置一下")
    turn = await customer.press("/affirm")
    assert keys(turn) == ["review_queued"]
    (event,) = [e for e in turn["events"] if e["type"] == "review_requested"]
    return customer, event["ticket"]


async def test_an_approval_is_carried_out_once_and_told(real_http, colleague):
    customer, ticket = await asked_for_a_pin(real_http)
    (review,) = await waiting(real_http, colleague)
    assert (review["review_id"], review["action"]) == (ticket, "reset_card_pin")
    assert review["arguments"] == {"card": "…6688"}
    assert await journal(real_http.bank) == []
    for _ in range(2):
        answer = await decide(real_http, colleague, ticket, "approve")
        assert (answer.status_code, answer.json()["status"]) == (200, "closed")
    (entry,) = await journal(real_http.bank)
    assert entry["operation"] == "reset_card_pin"
    assert await customer.outcomes("reset_card_pin") == ["done"]
    assert (await customer.response_keys()).count("reset_card_pin_done") == 1
    assert (await decide(real_http, colleague, ticket, "refuse")).status_code == 409


async def test_a_refusal_changes_nothing_and_is_told(real_http, colleague):
    customer, ticket = await asked_for_a_pin(real_http)
    await decide(real_http, colleague, ticket, "refuse")
    assert await journal(real_http.bank) == []
    assert "review_refused" in await customer.response_keys()
    assert await waiting(real_http, colleague) == []


async def test_only_colleagues_see_and_decide(real_http):
    customer, ticket = await asked_for_a_pin(real_http)
    for headers, status in ((None, 401), (customer.headers, 403)):
        listed = await real_http.get("/v1/staff/reviews", headers=headers)
        decided = await decide(real_http, headers, ticket, "approve")
        assert (listed.status_code, decided.status_code) == (status, status)
    assert await journal(real_http.bank) == []


async def test_a_decision_that_could_not_be_told_is_taken_up_again(real_http, colleague):
    """The bank did not answer in time: the outcome is settled later and told once."""
    customer, ticket = await asked_for_a_pin(real_http)
    fault = {"operation": "reset_card_pin", "kind": "error_500", "after_commit": True}
    assert (await real_http.bank.post("/sandbox/faults", json=fault)).status_code == 201
    await decide(real_http, colleague, ticket, "approve")

    async def settled():
        return await customer.outcomes("reset_card_pin") == ["unknown", "done"]

    await until(settled)
    assert len(await journal(real_http.bank)) == 1


async def test_what_a_task_collected_stands_in_the_ticket(real_http, colleague):
    customer = await enter(real_http, level=3)
    await customer.say("帮我存5万元定期三年")
    await customer.press("/affirm")
    queue = await real_http.get("/v1/staff/queue", headers=colleague)
    (ticket,) = queue.json()["tickets"]
    assert "存定期" in ticket["summary"]
    assert "50,000.00元" in ticket["summary"]
    assert "存期" in ticket["summary"]
