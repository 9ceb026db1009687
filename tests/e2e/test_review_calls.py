"""A colleague sees the customer by video before deciding; what came of it is kept as evidence."""

import pytest

from tests.e2e.customer import journal
from tests.e2e.test_reviews import another, asked_for_a_pin, decide

# The first run trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def li(real_http):
    return await another(real_http, "li")


def seeing(http):
    """The sandbox's systems behind the application."""
    return http._transport.app.state.web.service.reviews.seeing


async def taken(http, colleague):
    customer, ticket = await asked_for_a_pin(http)
    await http.post(f"/v1/staff/reviews/{ticket}/claim", headers=colleague)
    return customer, ticket, f"/v1/staff/reviews/{ticket}"


async def evidence(http, path, colleague):
    found = (await http.get(path, headers=colleague)).json()["evidence"]
    return [each for each in found if each["type"] == "review_called"]


async def test_a_call_is_answered_the_face_compared_and_the_request_approved(real_http, li, clock):
    _, ticket, path = await taken(real_http, li)
    started = await real_http.post(f"{path}/calls", headers=li)
    assert started.status_code == 201, started.text
    assert (started.status_code, started.json()["state"]) == (201, "ringing")
    assert await evidence(real_http, path, li) == []
    clock.advance(5)
    call = f"{path}/calls/{started.json()['call_id']}"
    for _ in range(2):
        seen = (await real_http.get(call, headers=li)).json()
        assert (seen["state"], seen["face"]["verdict"]) == ("answered", "match")
        assert "sandbox" in seen["system"]
        assert "sandbox" in seen["face"]["system"]
    [kept] = await evidence(real_http, path, li)
    assert (kept["state"], kept["face"]) == ("answered", "match")
    assert await journal(real_http.bank) == []
    assert (await decide(real_http, li, ticket, "approve")).json()["status"] == "closed"
    assert len(await journal(real_http.bank)) == 1


async def test_who_does_not_answer_in_time_was_not_seen(real_http, li, clock):
    seeing(real_http).video.behaviours["C1001"] = "absent"
    customer, ticket, path = await taken(real_http, li)
    call = f"{path}/calls/{(await real_http.post(f'{path}/calls', headers=li)).json()['call_id']}"
    clock.advance(44)
    assert (await real_http.get(call, headers=li)).json()["state"] == "ringing"
    clock.advance(1)
    seen = (await real_http.get(call, headers=li)).json()
    assert (seen["state"], seen["face"]) == ("not_answered", None)
    assert [each["state"] for each in await evidence(real_http, path, li)] == ["not_answered"]
    await decide(real_http, li, ticket, "refuse", code="not_reached")
    assert "review_refused_not_reached" in await customer.response_keys()
    assert await journal(real_http.bank) == []


async def test_systems_out_of_order_are_said_to_be(real_http, li, clock):
    seeing(real_http).video.behaviours["C1001"] = "down"
    _, _, path = await taken(real_http, li)
    seen = (await real_http.post(f"{path}/calls", headers=li)).json()
    assert (seen["call_id"], seen["state"]) == ("", "unavailable")
    assert [each["state"] for each in await evidence(real_http, path, li)] == ["unavailable"]

    seeing(real_http).video.behaviours.clear()
    seeing(real_http).faces.verdicts["C1001"] = None
    call = (await real_http.post(f"{path}/calls", headers=li)).json()["call_id"]
    clock.advance(5)
    seen = (await real_http.get(f"{path}/calls/{call}", headers=li)).json()
    assert (seen["state"], seen["face"], seen["face_unavailable"]) == ("answered", None, True)
    assert (await evidence(real_http, path, li))[-1]["face"] == "unavailable"


async def test_only_who_took_the_review_rings(real_http, li):
    customer, _, path = await taken(real_http, li)
    wang = await another(real_http, "wang")
    assert (await real_http.post(f"{path}/calls", headers=wang)).status_code == 409
    assert (await real_http.post(f"{path}/calls", headers=customer.headers)).status_code == 403
    assert (await real_http.post(f"{path}/calls")).status_code == 401
    assert (await real_http.get(f"{path}/calls/v_other", headers=li)).status_code == 409
