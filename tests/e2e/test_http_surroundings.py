"""What surrounds conversations: sign-in, tickets, documents, health, headers, pages, the desk."""

from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from channels.settings import Settings
from channels.web import pages
from tests.e2e.test_http_conversations import is_problem, opened


async def test_sample_customers_are_listed(http):
    listed = (await http.get("/v1/sandbox/customers")).json()
    assert listed == [
        {"customer_id": "C1001", "name": "林晓", "who": "24 · 新芽"},
        {"customer_id": "C1002", "name": "陈嘉", "who": "32 · 锐进"},
    ]


async def test_an_unknown_customer_cannot_sign_in(http):
    answer = await http.post("/v1/sandbox/sign-in", json={"customer_id": "C9999", "level": 3})
    assert is_problem(answer, 404, "customer.not_found")


@pytest.mark.parametrize("level", [0, 5, "high", None])
async def test_sign_in_works_at_levels_one_to_four_only(http, level):
    answer = await http.post("/v1/sandbox/sign-in", json={"customer_id": "C1001", "level": level})
    assert is_problem(answer, 422, "request.invalid")


async def test_without_the_sandbox_nobody_signs_in_here(http_for, tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path, bank_url="https://bank.example")
    async with http_for(settings) as http:
        body = {"customer_id": "C1001", "level": 3}
        assert is_problem(await http.post("/v1/sandbox/sign-in", json=body), 404, "http.not_found")
        staff = await http.post("/v1/sandbox/staff-sign-in", json={"colleague": "李静"})
        assert is_problem(staff, 404, "http.not_found")


async def test_the_secret_is_readable_by_its_owner_only(http, settings):
    assert (settings.data_dir / "secret").stat().st_mode & 0o777 == 0o600


async def test_a_document_opens_in_the_version_cited(http):
    document = (await http.get("/v1/documents/debit-card-loss?version=2026-09-01")).json()
    assert document["version"] == "2026-09-01"
    assert document["sections"] == [
        {"heading": "办理方式", "text": "拨打电话。"},
        {"heading": "夜间", "text": "```\n# 不是标题\n```"},
    ]
    assert (await http.get("/v1/documents/debit-card-loss")).status_code == 200
    for path in ("debit-card-loss?version=2020-01-01", "nothing", "..%2F..%2Fetc%2Fpasswd"):
        answer = await http.get(f"/v1/documents/{path}")
        assert answer.status_code == 404


async def test_readiness_names_what_is_wrong(http, service):
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    assert (await http.get("/readyz")).status_code == 200
    service.checks["bank"] = "unreachable"
    answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "bank": "unreachable"}


async def test_every_answer_carries_the_security_headers(http):
    for path in ("/", "/desk", "/healthz", "/v1/nothing", "/openapi.json"):
        headers = (await http.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
    assert (await http.get("/v1/nothing")).headers["cache-control"] == "no-store"


async def test_the_access_log_has_no_ids_and_no_query(http, caplog):
    caplog.set_level("INFO", "guitai.access")
    await http.get("/v1/documents/debit-card-loss?version=13800001001")
    lines = [record.getMessage() for record in caplog.records if record.name == "guitai.access"]
    assert len(lines) == 1
    assert "/documents/{document_id} 404" in lines[0]
    assert "13800001001" not in lines[0]


async def test_openapi_shows_problems_for_every_call(http):
    document = (await http.get("/openapi.json")).json()
    calls = {
        f"{method} {path}": call
        for path, item in document["paths"].items()
        for method, call in item.items()
    }
    assert "post /v1/conversations/{conversation_id}/messages" in calls
    assert "get /v1/staff/queue" in calls
    for name, call in calls.items():
        if "/v1/" in name:
            problems = [
                answer["content"]
                for status, answer in call["responses"].items()
                if int(status) >= 400
            ]
            assert problems, name
            assert all("application/problem+json" in each for each in problems), name


@pytest.fixture
def pages_for(tmp_path):
    @asynccontextmanager
    async def opened(folder):
        app = FastAPI()
        pages.install(app, folder)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://a.test") as client:
            yield client

    return opened


async def test_pages_that_are_not_built_say_how_to(pages_for, tmp_path):
    async with pages_for(tmp_path / "static") as http:
        answer = await http.get("/desk")
        assert answer.status_code == 503
        assert "make setup" in answer.text


async def test_built_pages_and_only_they_are_served(pages_for, tmp_path):
    (tmp_path / "secret").write_text("secret")
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    for name in ("index.html", "desk.html", "mark.svg", "assets/page-1a2b.js"):
        (static / name).write_text(name)
    async with pages_for(static) as http:
        assert (await http.get("/")).text == "index.html"
        assert (await http.get("/desk")).text == "desk.html"
        assert (await http.get("/mark.svg")).headers["content-type"] == "image/svg+xml"
        asset = await http.get("/assets/page-1a2b.js")
        assert "immutable" in asset.headers["cache-control"]
        for path in ("/../secret", "/assets/../../secret", "/assets/%2e%2e/%2e%2e/secret"):
            assert (await http.get(path)).status_code == 404


async def test_only_colleagues_reach_the_desk(http, token_for):
    assert is_problem(await http.get("/v1/staff/queue"), 401, "auth.required")
    answer = await http.get("/v1/staff/queue", headers=await token_for())
    assert is_problem(answer, 403, "auth.forbidden")


async def colleague(http, name):
    answer = await http.post("/v1/sandbox/staff-sign-in", json={"colleague": name})
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def test_a_colleague_takes_a_conversation_over_and_hands_it_back(http, token_for):
    headers = await token_for()
    path = await opened(http, headers)
    body = {"message_id": "m-1", "button": "/human_handoff"}
    await http.post(f"{path}/messages", json=body, headers=headers)
    jing, wei = await colleague(http, "李静"), await colleague(http, "王伟")

    (ticket,) = (await http.get("/v1/staff/queue", headers=jing)).json()["tickets"]
    assert ticket["customer"] == {"id": "C1001", "name": "林晓"}
    assert (ticket["status"], ticket["position"]) == ("waiting", 1)
    at = f"/v1/staff/tickets/{ticket['ticket_id']}"

    assert (await http.post(f"{at}/accept", headers=jing)).json()["colleague"] == "李静"
    taken = await http.post(f"{at}/accept", headers=wei)
    assert is_problem(taken, 409, "ticket.not_available")
    said = await http.post(f"{at}/messages", json={"text": "您好"}, headers=jing)
    assert said.status_code == 204
    other = await http.post(f"{at}/messages", json={"text": "您好"}, headers=wei)
    assert is_problem(other, 404, "conversation.not_found")
    assert (await http.post(f"{at}/close", headers=jing)).status_code == 204

    conversation = path.rpartition("/")[2]
    seen = (await http.get(f"/v1/staff/conversations/{conversation}", headers=jing)).json()
    roles = [f["body"]["role"] for f in seen["frames"] if f["type"] == "message"]
    assert roles == ["customer", "assistant", "assistant", "colleague", "assistant"]
    assert (await http.get(path, headers=jing)).json()["frames"] == seen["frames"]
    unknown = await http.get("/v1/staff/conversations/c_none", headers=jing)
    assert is_problem(unknown, 404, "conversation.not_found")


async def test_a_colleague_cannot_talk_as_a_customer(http):
    answer = await http.post("/v1/tickets", headers=await colleague(http, "李静"))
    assert is_problem(answer, 403, "auth.forbidden")
