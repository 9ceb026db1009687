"""The model's client through LangChain against a server of OpenAI's protocol."""

import pytest

from assistant.adapters.chat_model import open_model
from assistant.errors import SettingsError
from assistant.ports import ModelUnavailable
from tests.loopback import served
from tests.model_server import ModelServer, message, proposing

SCHEMA = {
    "title": "propose_commands",
    "description": "What it means.",
    "type": "object",
    "properties": {"commands": {"type": "array", "items": {"type": "object"}}},
    "required": ["commands"],
}


@pytest.fixture
async def server():
    return ModelServer()


@pytest.fixture
async def model(server):
    async with served(server.app) as url:
        opened = open_model(
            "openai:qwen-plus", base_url=f"{url}/v1", api_key="key-of-a-test", budget_s=0.5
        )
        yield opened
        await opened.aclose()


async def ask(model):
    return await model.propose("Label it.", "material {with} braces", SCHEMA)


async def test_the_structure_and_the_tokens_come_back(server, model):
    server.answer = proposing({"command": "start_flow", "flow": "lock_card"})
    proposal = await ask(model)
    assert proposal.arguments == {"commands": [{"command": "start_flow", "flow": "lock_card"}]}
    assert (proposal.input_tokens, proposal.output_tokens) == (812, 31)


async def test_the_model_gets_the_schema_as_the_only_function_it_may_call(server, model):
    await ask(model)
    [request] = server.requests
    [tool] = request["tools"]
    assert tool["function"]["name"] == "propose_commands"
    assert request["tool_choice"]["function"]["name"] == "propose_commands"
    assert [m["role"] for m in request["messages"]] == ["system", "user"]
    assert request["messages"][1]["content"] == "material {with} braces"


@pytest.mark.parametrize(
    "answer",
    [
        message(content="I'm sorry, I can't help with that."),
        message(arguments='{"commands": [{"command": "start_fl'),
        message(arguments=""),
        message(arguments="null"),
    ],
    ids=["refusal", "broken", "empty", "null"],
)
async def test_an_answer_without_the_structure_is_no_proposal(server, model, answer):
    server.answer = answer
    assert not (await ask(model)).arguments


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
async def test_an_error_of_the_server_is_an_unavailable_model_at_once(server, model, status):
    server.answer = status
    with pytest.raises(ModelUnavailable) as raised:
        await ask(model)
    assert raised.value.reason == "error"
    assert len(server.requests) == 1, "asked once, never again: the customer waits"


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"choices": None}])
async def test_an_answer_of_another_protocol_is_an_unavailable_model(server, model, answer):
    server.answer = answer
    with pytest.raises(ModelUnavailable):
        await ask(model)


async def test_a_slow_model_is_given_up_on_within_its_budget(server, model, clock):
    server.delay_s = 5
    with pytest.raises(ModelUnavailable) as raised:
        await ask(model)
    assert raised.value.reason == "timeout"


async def test_after_three_failures_the_model_is_left_alone(server, model):
    server.answer = 500
    for _ in range(3):
        with pytest.raises(ModelUnavailable):
            await ask(model)
    server.answer = proposing({"command": "greet"})
    with pytest.raises(ModelUnavailable) as raised:
        await ask(model)
    assert raised.value.reason == "resting"
    assert len(server.requests) == 3
    model.rests_until_s = 0
    assert (await ask(model)).arguments == {"commands": [{"command": "greet"}]}


async def test_a_model_nobody_listens_for_is_unavailable():
    model = open_model("openai:m", base_url="http://127.0.0.1:9/v1", api_key=None, budget_s=2)
    with pytest.raises(ModelUnavailable):
        await ask(model)
    await model.aclose()


@pytest.mark.parametrize("name", ["qwen-plus", "nobody:m", "openai:m"])
def test_a_model_that_cannot_be_made_is_a_setting_that_is_wrong(name, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="GUITAI_LLM"):
        open_model(name, base_url=None, api_key=None, budget_s=1)
