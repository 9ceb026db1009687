"""The actions behind rasa-sdk's webhook: the same guards, and nothing repeated in errors."""

import json
import zlib

import pytest
import rasa_sdk

from actions.catalogue import ACTIONS
from actions.rasa_server import TOKEN_HEADER, create_app
from assistant.model.ids import ActionName
from assistant.ports import Proof
from tests.integration.actions.listening import client_of

TOKEN = "a-shared-secret"
SESSION = {"customer_id": "C1001", "assurance": 4, "epoch": "e1"}


@pytest.fixture
async def server(gateway):
    async with client_of(create_app(gateway, token=TOKEN)) as client:
        yield client


def call(action, slots=None, session=None):
    slots = dict(slots or {})
    if session is not None:
        slots["guitai_session"] = session
    return {
        "next_action": action,
        "sender_id": "s1",
        "version": rasa_sdk.__version__,
        "tracker": {
            "sender_id": "s1",
            "slots": slots,
            "latest_message": {"text": "锁我的卡", "intent": {}, "entities": []},
            "events": [],
            "paused": False,
            "active_loop": {},
            "latest_action_name": "action_listen",
        },
        "domain": {"slots": {}, "responses": {}},
    }


def slots_of(answer):
    return {event["name"]: event["value"] for event in answer.json()["events"]}


async def test_health_and_the_list_of_actions(server):
    assert (await server.get("/health")).json() == {"status": "ok"}
    listed = {item["name"] for item in (await server.get("/actions")).json()}
    assert listed == set(ACTIONS)


async def test_a_trusted_caller_reads_the_balance(server):
    answer = await server.post(
        "/webhook", json=call("check_balance", session=SESSION), headers={TOKEN_HEADER: TOKEN}
    )
    slots = slots_of(answer)
    assert slots["action_outcome"] == "done"
    assert slots["action_facts"]["total"] == {"amount": "12980.55", "currency": "CNY"}


@pytest.mark.parametrize("headers", [{}, {TOKEN_HEADER: ""}, {TOKEN_HEADER: "guess"}])
async def test_a_session_without_the_secret_is_not_believed(server, headers):
    answer = await server.post(
        "/webhook", json=call("check_balance", session=SESSION), headers=headers
    )
    slots = slots_of(answer)
    assert slots["action_outcome"] == "refused"
    assert slots["action_step_up"]["proof"] == "phone"
    assert slots["action_facts"] == {}


async def test_without_a_secret_in_the_settings_nobody_is_believed(gateway):
    async with client_of(create_app(gateway, token=None)) as client:
        answer = await client.post(
            "/webhook", json=call("check_balance", session=SESSION), headers={TOKEN_HEADER: ""}
        )
    assert slots_of(answer)["action_outcome"] == "refused"


async def test_a_change_needs_the_yes_and_happens_once(world, gateway, server):
    headers = {TOKEN_HEADER: TOKEN}
    slots = {"card": "6688"}
    body = call("lock_card", slots, SESSION)
    unconfirmed = await server.post("/webhook", json=body, headers=headers)
    assert slots_of(unconfirmed)["action_reason"] == "reason_not_confirmed"

    digest = gateway.digest(ActionName("lock_card"), slots)
    body = call("lock_card", slots, {**SESSION, "confirmed_digest": digest})
    first = await server.post("/webhook", json=body, headers=headers)
    again = await server.post("/webhook", json=body, headers=headers)
    assert slots_of(first)["action_outcome"] == "done"
    assert first.json() == again.json()
    assert len(await world.journal()) == 1


async def test_passed_codes_travel_in_the_session(world, gateway, server):
    slots = {"card": "6688"}
    digest = gateway.digest(ActionName("unlock_card"), slots)
    proof = Proof(purpose=f"unlock_card:{digest}", target="reserved", at=world.clock.now())
    session = {
        **SESSION,
        "confirmed_digest": digest,
        "proofs": [proof.model_dump(mode="json")],
    }
    answer = await server.post(
        "/webhook", json=call("unlock_card", slots, session), headers={TOKEN_HEADER: TOKEN}
    )
    assert slots_of(answer)["action_reason"] == "reason_card_not_locked"


async def test_what_an_action_wants_said_becomes_a_response_with_its_facts(server):
    answer = await server.post(
        "/webhook", json=call("action_ask_card", session=SESSION), headers={TOKEN_HEADER: TOKEN}
    )
    [said] = answer.json()["responses"]
    assert said["response"] == "utter_ask_card"
    assert said["buttons"][0] == {"title": "6688", "payload": "/SetSlots(card=6688)"}
    assert [card["last4"] for card in said["cards"]] == ["6688", "3021"]


async def test_actions_open_to_everybody_run_for_a_visitor(server):
    answer = await server.post("/webhook", json=call("validate_amount", {"amount": "1,000"}))
    assert slots_of(answer)["amount"] == "1000.00"


async def test_a_session_that_cannot_be_read_is_a_visitor(server):
    broken = {"customer_id": "C1001", "assurance": "boss"}
    answer = await server.post(
        "/webhook", json=call("check_balance", session=broken), headers={TOKEN_HEADER: TOKEN}
    )
    assert slots_of(answer)["action_outcome"] == "refused"


@pytest.mark.parametrize(
    "body",
    [
        b'{"next_action": "check_balance", "secret": "6222021001"}',
        b'{"next_action": "check_balance", "tracker": {"slots": 3, "x": "6222021001"}}',
        b'[1, "6222021001"]',
        b"6222021001 not json {",
    ],
)
async def test_an_error_repeats_nothing_of_the_request(server, body, caplog):
    answer = await server.post(
        "/webhook", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code >= 400
    assert "6222021001" not in answer.text
    assert "6222021001" not in caplog.text


async def test_an_unknown_action_is_404_and_a_missing_domain_449(server):
    assert (await server.post("/webhook", json=call("action_none"))).status_code == 404
    without = call("check_balance")
    del without["domain"]
    assert (await server.post("/webhook", json=without)).status_code == 449


async def test_a_compressed_request_is_read_and_a_bomb_is_not_unfolded(server):
    headers = {"Content-Encoding": "deflate", "Content-Type": "application/json"}
    small = zlib.compress(json.dumps(call("validate_amount", {"amount": "5"})).encode())
    answer = await server.post("/webhook", content=small, headers=headers)
    assert slots_of(answer)["amount"] == "5.00"
    bomb = zlib.compress(b" " * 50_000_000)
    assert (await server.post("/webhook", content=bomb, headers=headers)).status_code == 413
    damaged = await server.post("/webhook", content=b"no zlib", headers=headers)
    assert damaged.status_code == 413


async def test_a_change_without_an_attempts_id_is_not_carried_out(world, gateway, server):
    slots = {"card": "6688"}
    digest = gateway.digest(ActionName("lock_card"), slots)
    session = {"customer_id": "C1001", "assurance": 4, "confirmed_digest": digest}
    answer = await server.post(
        "/webhook", json=call("lock_card", slots, session), headers={TOKEN_HEADER: TOKEN}
    )
    assert slots_of(answer)["action_reason"] == "reason_not_confirmed"
    assert await world.journal() == []
