"""What browsers are told, and what a stranger cannot carry over: headers, secrets, sign-ins."""

import httpx

from tests.e2e.test_http_conversations import opened


async def test_over_tls_browsers_are_told_to_stay_there(make_app, settings):
    app = make_app(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app):
        for base, said in (("https://assistant.test", True), ("http://assistant.test", False)):
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                path = await opened(client)
                body = {"message_id": "m-1", "text": "defect"}
                for answer in (
                    await client.get("/healthz"),
                    await client.get("/v1/nothing"),
                    await client.post(f"{path}/messages", json=body),
                ):
                    assert ("strict-transport-security" in answer.headers) is said


async def test_no_call_takes_a_secret_in_its_address(http):
    described = (await http.get("/openapi.json")).json()["paths"]
    names = {
        parameter["name"]
        for calls in described.values()
        for call in calls.values()
        for parameter in call.get("parameters", ())
        if parameter["in"] in {"path", "query", "cookie"}
    }
    assert names >= {"conversation_id", "version"}
    secret = ("token", "ticket", "code", "password", "secret", "phone", "card", "jwt", "key")
    ids = {name for name in names if name.endswith("_id")}
    assert [name for name in names - ids if any(part in name for part in secret)] == []


async def test_no_answer_sets_a_cookie(http, token_for):
    headers = await token_for()
    path = await opened(http, headers)
    for answer in (
        await http.get("/"),
        await http.get(path, headers=headers),
        await http.post("/v1/tickets", headers=headers),
    ):
        assert "set-cookie" not in answer.headers


async def test_personal_answers_are_not_kept_by_anybody(http, token_for):
    headers = await token_for()
    path = await opened(http, headers)
    body = {"message_id": "m-1", "text": "hello"}
    for answer in (
        await http.get(path, headers=headers),
        await http.post(f"{path}/messages", json=body, headers=headers),
        await http.post("/v1/tickets", headers=headers),
        await http.get("/v1/staff/queue", headers=headers),
    ):
        assert answer.headers["cache-control"] == "no-store"


async def test_signing_in_takes_a_conversation_from_whoever_knew_it_before(http, token_for):
    """Fixation: the attacker opens a conversation, plants its id, and waits for the sign-in."""
    planted = await opened(http)
    victim = await token_for("C1001", 4)
    said = await http.post(
        f"{planted}/messages", json={"message_id": "m-1", "text": "hello"}, headers=victim
    )
    assert said.status_code == 200
    for headers in ({}, await token_for("C1002", 4)):
        message = {"message_id": "m-2", "text": "hello"}
        answers = [
            await http.get(planted, headers=headers),
            await http.post(f"{planted}/messages", json=message, headers=headers),
            await http.post(f"{planted}/messages", json={**message, "message_id": "m-1"}),
            await http.post(f"{planted}/feedback", json={"rating": 1}, headers=headers),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
    assert (await http.get(planted, headers=victim)).status_code == 200
