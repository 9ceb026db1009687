"""The whole assistant over HTTP, judged by what the bank's own books say."""

import pytest

from tests.e2e.test_http_conversations import NOT_FOUND, is_problem, opened

# The first run trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)


async def signed_in(http, customer_id="C1001", level=3):
    body = {"customer_id": customer_id, "level": level}
    answer = await http.post("/v1/sandbox/sign-in", json=body)
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def card_status(http, last4):
    state = (await http.bank.get("/customers/C1001")).json()
    return next(card["status"] for card in state["cards"] if card["last4"] == last4)


async def say(http, path, number, text, headers=None):
    body = {"message_id": f"m-{number}", "text": text}
    answer = await http.post(f"{path}/messages", json=body, headers=headers)
    assert answer.status_code == 200
    return answer.json()


async def test_a_card_is_locked_after_the_customer_confirms(real_http):
    headers = await signed_in(real_http)
    path = await opened(real_http, headers)
    await say(real_http, path, 1, "帮我锁一下尾号6688的卡", headers)
    assert await card_status(real_http, "6688") == "active"
    done = await say(real_http, path, 2, "是的", headers)
    assert await card_status(real_http, "6688") == "locked"
    assert await say(real_http, path, 2, "是的", headers) == done
    timeline = (await real_http.get(path, headers=headers)).json()
    assert [f["seq"] for f in timeline["frames"]] == list(range(1, timeline["head_seq"] + 1))
    assert [f["body"]["cmid"] for f in timeline["frames"] if "cmid" in f["body"]] == ["m-1", "m-2"]


async def test_a_citation_opens_the_document_at_its_sentence(real_http):
    path = await opened(real_http)
    turn = await say(real_http, path, 1, "借记卡挂失怎么办理？")
    (citation, *_) = turn["replies"][0]["citations"]
    document = (await real_http.get(citation["url"])).json()
    assert document["version"] == citation["version"]
    assert any(citation["quote"] in section["text"] for section in document["sections"])


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), (" \u200b\u2060\ufeff\n", "empty"), ("长" * 4001, "too_long")],
    ids=["nothing", "invisible", "long"],
)
async def test_a_message_with_nothing_to_read_changes_nothing(real_http, text, code):
    path = await opened(real_http)
    body = {"message_id": "m-1", "text": text}
    assert is_problem(await real_http.post(f"{path}/messages", json=body), 422, f"message.{code}")
    assert (await real_http.get(path)).json()["frames"] == []


async def test_somebody_elses_conversation_is_not_found(real_http):
    path = await opened(real_http, await signed_in(real_http))
    other = await signed_in(real_http, "C1002", 4)
    body = {"message_id": "m-1", "text": "余额多少"}
    for headers in (other, None):
        answer = await real_http.post(f"{path}/messages", json=body, headers=headers)
        assert is_problem(answer, 404, NOT_FOUND)


async def test_a_colleague_searches_within_a_scope_and_is_told_what_there_is(real_http):
    signed = await real_http.post("/v1/sandbox/staff-sign-in", json={"colleague": "李静"})
    headers = {"Authorization": f"Bearer {signed.json()['token']}"}
    found = await real_http.get("/v1/staff/search/scopes", headers=headers)
    choices = found.json()
    assert {"id": "large-certificate-3y", "name": "海岳大额存单三年期"} in choices["products"]
    asked = {"q": "三年利率", "audience": "retail", "channel": "web", "limit": 20}
    asked |= {"product": "large-certificate-3y"}
    found = await real_http.get("/v1/staff/search", params=asked, headers=headers)
    documents = {one["document_id"] for one in found.json()["passages"]}
    assert {"certificate-rates"} <= documents
    assert "deposit-rates" not in documents
    for field in ("audience", "product", "channel"):
        wrong = {**asked, field: "nobody-knows"}
        answer = await real_http.get("/v1/staff/search", params=wrong, headers=headers)
        assert is_problem(answer, 422, "knowledge.scope_unknown")
        assert answer.json()["errors"] == [{"field": field, "message": "unknown"}]
        assert "nobody-knows" not in answer.text
        assert asked[field] in answer.json()["detail"]


async def test_every_dependency_is_ready(real_http):
    answer = await real_http.get("/readyz")
    assert answer.status_code == 200
    assert set(answer.json()["checks"].values()) == {"ok"}
