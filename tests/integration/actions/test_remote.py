"""Foreign rasa-sdk servers: the standard webhook, few data out, honest outcomes back."""

import json
from dataclasses import replace

import httpx
import pytest
from rasa_sdk import Action
from rasa_sdk.endpoint import create_app
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.remote import Endpoint, RemoteAction, RemoteActions
from assistant.model.assurance import Assurance
from assistant.model.ids import ActionName, SlotName
from assistant.model.release import ActionPolicy
from tests.integration.actions.listening import client_of
from tests.integration.actions.world import POLICIES, request

ENDPOINT = Endpoint(
    url="http://foreign/webhook", domain={"slots": {"city": {}}, "responses": {}}, timeout_s=0.2
)
pytestmark = pytest.mark.filterwarnings("ignore:.*rasa_sdk:UserWarning")

GONE = "gone"
WEATHER = ActionName("action_weather")
ORDER = ActionName("action_order")
ORDER_POLICY = ActionPolicy(action=ORDER, level=Assurance.BOUND_CARD, confirmed=True)


class Weather(Action):
    def name(self):
        return "action_weather"

    def run(self, dispatcher, tracker, domain):
        if tracker.get_slot("city") == "nowhere":
            raise ActionExecutionRejection(self.name())
        dispatcher.utter_message(
            response="utter_weather", buttons=[{"title": "OK", "payload": "/affirm"}], degrees=21
        )
        dispatcher.utter_message(text="fine", json_message={"icon": "sun"})
        assert domain["slots"] == {"city": {}}
        return [SlotSet("weather", "sunny"), FollowupAction("action_other")]


@pytest.fixture
async def foreign():
    executor = ActionExecutor()
    executor.register_action(Weather())
    async with client_of(create_app(executor)) as client:
        yield client


def gateway_over(world, client, **changes):
    base = client.base_url
    endpoint = replace(ENDPOINT, url=f"{base}/webhook") if base.host else ENDPOINT
    table = {
        WEATHER: RemoteAction(endpoint=endpoint),
        ORDER: RemoteAction(endpoint=endpoint, arguments=(SlotName("goods"),)),
        ActionName("action_missing"): RemoteAction(endpoint=endpoint),
    }
    policies = {**POLICIES, ORDER: ORDER_POLICY}
    remote = RemoteActions(table=table, client=client)
    return world.gateway(**{"remote": remote, "policies": policies, **changes})


def answering(respond):
    return httpx.AsyncClient(transport=httpx.MockTransport(respond))


async def test_a_real_rasa_action_answers_with_slots_and_responses(world, foreign):
    result = await gateway_over(world, foreign).run(
        request("action_weather", {"city": "海岳"}, assurance=Assurance.VISITOR, customer_id=None)
    )
    assert result.outcome == "done"
    assert result.slots == {"weather": "sunny"}
    first, second = result.says
    assert (first.response_key, first.facts) == ("utter_weather", {"degrees": 21})
    assert first.buttons[0].payload == "/affirm"
    assert (second.text, second.custom) == ("fine", {"icon": "sun"})


async def test_a_rejected_execution_is_refused(world, foreign):
    result = await gateway_over(world, foreign).run(request("action_weather", {"city": "nowhere"}))
    assert (result.outcome, result.reason) == ("refused", "reason_action_rejected")


async def test_an_action_the_server_does_not_have_is_not_offered(world, foreign):
    result = await gateway_over(world, foreign).run(request("action_missing"))
    assert result.reason == "reason_not_offered"


async def test_only_slots_leave_and_no_secret_and_no_words(world):
    seen = []

    def respond(sent):
        seen.append(json.loads(sent.content))
        return httpx.Response(449 if len(seen) == 1 else 200, json={"events": [], "responses": []})

    async with answering(respond) as client:
        gateway = gateway_over(world, client)
        slots = {"city": "海岳", "code": "246810"}
        await gateway.run(request("action_weather", slots, text="我要去海岳"))
    first, second = seen
    assert "domain" not in first
    assert second["domain"] == ENDPOINT.domain
    assert first["tracker"]["slots"] == {"city": "海岳"}
    assert first["tracker"]["events"] == []
    assert first["tracker"]["latest_message"]["text"] == ""
    assert "C1001" not in json.dumps(seen)


async def test_a_foreign_change_passes_the_same_guards(world):
    async with answering(lambda _: httpx.Response(200, json={})) as client:
        gateway = gateway_over(world, client)
        assert gateway.is_change(ORDER)
        assert not gateway.is_change(WEATHER)
        low = request("action_order", {"goods": "x"}, assurance=Assurance.VISITOR)
        assert (await gateway.run(low)).reason == "reason_step_up_needed"
        assert (await gateway.run(request("action_order"))).reason == "reason_not_confirmed"
        asked = request("action_order", {"goods": "x", "mood": "good"}, gateway=gateway)
        assert (await gateway.run(asked)).outcome == "done"


async def test_a_lost_answer_to_a_foreign_change_is_unknown_and_never_sent_again(world):
    calls = []

    def respond(sent):
        calls.append(sent)
        raise httpx.ReadTimeout(GONE, request=sent)

    async with answering(respond) as client:
        gateway = gateway_over(world, client)
        asked = request("action_order", {"goods": "x"}, gateway=gateway)
        assert (await gateway.run(asked)).outcome == "unknown"
        assert (await gateway.run(asked)).outcome == "unknown"
        world.clock.advance(600)
        assert await gateway.reconcile() == []
        assert (await gateway.run(asked)).outcome == "unknown"
    assert len(calls) == 1


@pytest.mark.parametrize("status", [500, 502, 302])
async def test_a_server_error_is_unknown_for_a_change_and_unavailable_for_a_read(world, status):
    async with answering(lambda _: httpx.Response(status, text="no")) as client:
        gateway = gateway_over(world, client)
        asked = request("action_order", {"goods": "x"}, gateway=gateway)
        assert (await gateway.run(asked)).outcome == "unknown"
        read = await gateway.run(request("action_weather"))
        assert read.reason == "reason_bank_unavailable"


async def test_a_server_that_cannot_be_reached_was_sent_nothing(world):
    def refuse(sent):
        raise httpx.ConnectError(GONE, request=sent)

    async with answering(refuse) as client:
        gateway = gateway_over(world, client)
        asked = request("action_order", {"goods": "x"}, gateway=gateway)
        assert (await gateway.run(asked)).reason == "reason_bank_unavailable"
    async with answering(lambda _: httpx.Response(200, json={})) as client:
        assert (await gateway_over(world, client).run(asked)).outcome == "done"


async def test_an_answer_nobody_can_read_is_no_answer(world):
    async with answering(lambda _: httpx.Response(200, text="<html>")) as client:
        gateway = gateway_over(world, client)
        assert (await gateway.run(request("action_weather"))).outcome == "refused"
        asked = request("action_order", {"goods": "x"}, gateway=gateway)
        assert (await gateway.run(asked)).outcome == "unknown"
