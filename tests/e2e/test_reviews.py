"""What a colleague has to approve: queued, decided over HTTP, carried out once, told."""

import asyncio

import pytest

from tests.e2e.customer import enter, journal, keys, sign_in, until

# The first run trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def colleague(real_http):
    body = {"colleague": "li"}
    answer = await real_http.post("/v1/sandbox/staff-sign-in", json=body)
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def waiting(http, colleague):
    return (await http.get("/v1/staff/reviews", headers=colleague)).json()["reviews"]


CHECKS = ["face", "id_document", "own_wish", "object", "new_phone"]


async def decide(http, colleague, review_id, decision, **changes):
    path = f"/v1/staff/reviews/{review_id}/decision"
    body = {"decision": decision, "reason": "seen"}
    body |= {"checks": CHECKS} if decision == "approve" else {"code": "face_mismatch"}
    return await http.post(path, json={**body, **changes}, headers=colleague)


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
    assert "review_refused_face_mismatch" in await customer.response_keys()
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


async def another(http, name):
    answer = await http.post("/v1/sandbox/staff-sign-in", json={"colleague": name})
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def test_a_colleague_sees_who_asked_and_what_to_check(real_http, colleague):
    _, ticket = await asked_for_a_pin(real_http)
    path = f"/v1/staff/reviews/{ticket}"
    review = (await real_http.get(path, headers=colleague)).json()
    assert [check["id"] for check in review["checklist"]] == CHECKS[:4]
    assert all(check["text"] for check in review["checklist"])
    kinds = [event["type"] for event in review["evidence"]]
    assert "signed_in" in kinds and "confirmed" in kinds  # noqa: PT018 - one fact
    short = await decide(real_http, colleague, ticket, "approve", checks=["face"])
    assert (short.status_code, short.json()["code"]) == (422, "review.checks_missing")
    wordless = await decide(real_http, colleague, ticket, "refuse", code="because")
    assert (wordless.status_code, wordless.json()["code"]) == (422, "review.reason_unknown")
    assert await journal(real_http.bank) == []


async def test_a_review_belongs_to_the_colleague_who_took_it(real_http, colleague):
    _, ticket = await asked_for_a_pin(real_http)
    wang, path = await another(real_http, "wang"), f"/v1/staff/reviews/{ticket}/claim"
    assert (await real_http.post(path, headers=colleague)).json()["colleague"] == "li"
    assert (await real_http.post(path, headers=wang)).status_code == 409
    assert (await decide(real_http, wang, ticket, "approve")).status_code == 409
    assert await journal(real_http.bank) == []
    assert (await real_http.delete(path, headers=colleague)).status_code == 204
    assert (await decide(real_http, wang, ticket, "approve")).json()["status"] == "closed"


async def test_a_lost_number_is_changed_by_two_colleagues(real_http, colleague):
    customer = await enter(real_http, level=4)
    turn = await customer.say("我要改预留手机号，旧号码丢了收不到短信，新号码13900002001")
    for _ in range(6):
        asked = keys(turn)[-1] if turn["replies"] else ""
        if "review_queued" in keys(turn):
            break
        if "code" in asked:
            turn = await customer.say("246810")
        elif asked.startswith("ask_old_phone"):
            turn = await customer.say("旧号码丢了")
        else:
            turn = await customer.press("/affirm")
    (event,) = [e for e in turn["events"] if e["type"] == "review_requested"]
    assert event["position"] == 1
    half = await decide(real_http, colleague, event["ticket"], "approve")
    assert half.json()["status"] == "seconding"
    assert await journal(real_http.bank) == []
    wang = await another(real_http, "wang")
    assert (await decide(real_http, wang, event["ticket"], "approve")).json()["status"] == "closed"
    assert (await real_http.bank.get("/customers/C1001")).json()["phone"] == "13900002001"


async def test_a_request_nobody_decides_lapses_and_the_customer_is_told(
    real_http, colleague, clock
):
    customer, ticket = await asked_for_a_pin(real_http)
    clock.advance(48 * 3600 + 1)
    again = await another(real_http, "li")

    async def told():
        headers = await sign_in(real_http, level=3)
        answer = await real_http.get(customer.path, headers=headers)
        return "review_refused_expired" in answer.text

    await until(told)
    assert await waiting(real_http, again) == []
    assert (await decide(real_http, again, ticket, "approve")).status_code == 409
    assert await journal(real_http.bank) == []


@pytest.mark.parametrize("words", ["不用审核了", "算了不改了", "cancel my request"])
async def test_a_customer_takes_a_waiting_review_back(real_http, colleague, words):
    customer, ticket = await asked_for_a_pin(real_http)
    await real_http.post(f"/v1/staff/reviews/{ticket}/claim", headers=colleague)
    turn = await customer.say(words)
    assert "review_withdrawn" in keys(turn)
    [event] = [e for e in turn["events"] if e["type"] == "review_decided"]
    assert (event["approved"], event["reason"]) == (False, "withdrawn")
    assert await waiting(real_http, colleague) == []
    seen = (await real_http.get(f"/v1/staff/reviews/{ticket}", headers=colleague)).json()
    assert (seen["approved"], seen["verdicts"][-1]["code"]) == (False, "withdrawn")
    assert (await decide(real_http, colleague, ticket, "approve")).status_code == 409
    assert await journal(real_http.bank) == []
    reasons = (await real_http.get("/v1/staff/reviews", headers=colleague)).json()["reasons"]
    assert not {"withdrawn", "expired"} & {each["id"] for each in reasons}
    assert keys(await customer.say("不用审核了")) != ["review_withdrawn"]


async def test_withdrawal_and_approval_at_once_have_one_winner(real_http, colleague):
    for _ in range(6):
        customer, ticket = await asked_for_a_pin(real_http)
        before = len(await journal(real_http.bank))
        turn, answer = await asyncio.gather(
            customer.say("不用审核了"), decide(real_http, colleague, ticket, "approve")
        )
        carried_out = len(await journal(real_http.bank)) - before
        if "review_withdrawn" in keys(turn):
            assert (answer.status_code, carried_out) == (409, 0)
            assert "reset_card_pin_done" not in await customer.response_keys()
        else:
            assert "review_already_decided" in keys(turn) or "nothing_to_cancel" in keys(turn)
            assert (answer.status_code, carried_out) == (200, 1)

            async def told(customer=customer):
                return "reset_card_pin_done" in await customer.response_keys()

            await until(told)
            return


async def test_a_decision_is_told_wherever_the_customer_waits(real_http, colleague):
    first, ticket = await asked_for_a_pin(real_http)
    second, same = await asked_for_a_pin(real_http)
    assert same == ticket
    await decide(real_http, colleague, ticket, "approve")
    for customer in (first, second):
        assert (await customer.response_keys()).count("reset_card_pin_done") == 1
    assert len(await journal(real_http.bank)) == 1
