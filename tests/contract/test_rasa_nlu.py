"""A Rasa server as Rasa 3.6 answers `/model/parse`, lists and all."""

import asyncio
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from assistant.adapters.rasa_nlu import RasaUnderstander
from assistant.model.commands import Affirm, CannotHandle, Clarify, HumanHandoff, StartFlow
from assistant.model.ids import ConversationId
from assistant.model.tracker import Tracker
from assistant.ports import IntentScores
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.thresholds import Thresholds
from tests.loopback import served
from tests.unit.understanding.reading import TODAY
from tests.unit.understanding.release import RELEASE
from tests.unit.understanding.test_local import asking


def parsed(text, *ranking, entities=()):
    """The body of Rasa 3.6.21, with the fields nobody here reads."""
    intents = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    return {
        "text": text,
        "intent": intents[0] if intents else {"name": None, "confidence": 0.0},
        "entities": list(entities),
        "text_tokens": [[0, len(text)]],
        "intent_ranking": intents,
        "response_selector": {
            "all_retrieval_intents": [],
            "default": {"response": {"responses": None}, "ranking": []},
        },
    }


def entity(name, value, start, end, extractor="DIETClassifier", **more):
    return {
        "entity": name,
        "start": start,
        "end": end,
        "value": value,
        "extractor": extractor,
        **more,
    }


class Unsure:
    """Implements the Classifier port: never sure, so that Rasa alone decides the intent."""

    known = 0.9

    def classify(self, text):
        return IntentScores(ranked=(("check_balance", 0.41),), known=self.known)


@dataclass
class RasaServer:
    answer: dict | int | str = 500
    delay_s: float = 0.0
    token: str | None = None
    requests: list[dict] = field(default_factory=list)

    @property
    def app(self):
        return Starlette(routes=[Route("/model/parse", self._parse, methods=["POST"])])

    async def _parse(self, request):
        self.requests.append(await request.json())
        await asyncio.sleep(self.delay_s)
        if self.token and request.query_params.get("token") != self.token:
            body = {"reason": "NotAuthenticated", "status": "failure", "code": 401}
            return JSONResponse(body, status_code=401)
        if isinstance(self.answer, int):
            return JSONResponse({"reason": "ParsingError"}, status_code=self.answer)
        return JSONResponse(self.answer)


@pytest.fixture
def classifier():
    return Unsure()


@pytest.fixture
async def rasa():
    return RasaServer()


@pytest.fixture
async def understander(rasa, classifier):
    async with served(rasa.app) as url:
        opened = RasaUnderstander(
            local=LocalUnderstander(classifier, Thresholds(), lambda: TODAY),
            client=httpx.AsyncClient(trust_env=False),
            url=f"{url}/",
            token="a-token",
            timeout_s=0.5,
        )
        yield opened
        await opened.aclose()


@pytest.fixture
def read(understander):
    async def reading(text, tracker=None):
        tracker = tracker or Tracker(ConversationId("c1"))
        return await understander.understand(text, tracker, RELEASE)

    return reading


async def test_an_intent_is_the_flow_it_triggers_with_the_values_our_extractors_find(rasa, read):
    text = "转五百给老妈"
    rasa.token = "a-token"
    rasa.answer = parsed(text, ("send_money", 0.97), ("lock_card", 0.02))
    understood = await read(text)
    assert understood.by == "rasa"
    assert understood.commands[0] == StartFlow(flow="transfer_money", confidence=0.97)
    values = {c.slot: c.value for c in understood.commands[1:]}
    assert values == {"amount": "500.00", "payee": "老妈"}
    assert rasa.requests == [{"text": text, "message_id": "c1:0"}]


async def test_an_intent_without_trigger_is_the_flow_of_the_same_name(rasa, read):
    rasa.answer = parsed("锁", ("lock_card", 0.9))
    assert (await read("锁吧咱")).commands == (StartFlow(flow="lock_card", confidence=0.9),)


async def test_below_the_flow_s_own_threshold_the_trigger_does_not_start_it(rasa, read):
    rasa.answer = parsed("x", ("send_money", 0.39), ("goodbye", 0.1))
    assert not any(isinstance(c, StartFlow) for c in (await read("那个钱的事")).commands)


async def test_a_close_call_becomes_a_question(rasa, read):
    rasa.answer = parsed("卡", ("lock_card", 0.35), ("check_balance", 0.33), ("greet", 0.1))
    [command] = (await read("我那张卡的情况")).commands
    assert isinstance(command, Clarify)
    assert command.options == ("lock_card", "check_balance")


async def test_rasas_own_fallback_intent_is_not_an_intent(rasa, read):
    rasa.answer = parsed("锁", ("nlu_fallback", 0.7), ("lock_card", 0.45), ("greet", 0.2))
    assert (await read("锁吧咱")).commands == (StartFlow(flow="lock_card", confidence=0.45),)


async def test_an_entity_two_extractors_find_fills_its_slot_once(rasa, read):
    text = "麻烦帮张伟那边打过去"
    rasa.answer = parsed(
        text,
        ("send_money", 0.9),
        entities=[
            entity("person", "张伟", 3, 5, confidence_entity=0.93),
            entity("person", "张伟那边", 3, 7, extractor="RegexEntityExtractor"),
            entity("person", ["张伟", "张伟"], 3, 5, confidence_entity=0.5),
        ],
    )
    values = [c for c in (await read(text)).commands if c.command == "set_slot"]
    assert len(values) == 1
    assert isinstance(values[0].value, str)


async def test_a_value_that_is_a_list_is_its_first(rasa, read):
    rasa.answer = parsed(
        "打过去吧咱", ("send_money", 0.9), entities=[entity("person", ["李雷", "韩梅"], 0, 2)]
    )
    values = [c.value for c in (await read("打过去吧咱")).commands if c.command == "set_slot"]
    assert values == ["李雷"]


async def test_a_value_that_is_an_object_is_the_customers_own_words(rasa, read):
    text = "王芳 那里寄一笔"
    body = {"value": {"from": 1, "to": 2}, "type": "interval"}
    rasa.answer = parsed(
        text,
        ("send_money", 0.9),
        entities=[entity("person", body, 0, 2, extractor="DucklingEntityExtractor")],
    )
    values = [c.value for c in (await read(text)).commands if c.command == "set_slot"]
    assert values == ["王芳"]


@pytest.mark.parametrize("answer", [500, 404, [], {}, {"intent": "lock_card"}, "x"])
async def test_without_a_usable_answer_the_local_classifier_decides(rasa, read, answer):
    rasa.answer = answer
    understood = await read("那个钱的事")
    assert understood.by == "classifier"
    assert understood.commands[0].flow == "check_balance"


async def test_a_wrong_token_leaves_the_local_classifier(rasa, read):
    rasa.token = "another"
    rasa.answer = parsed("x", ("lock_card", 0.99))
    assert (await read("锁吧咱")).by == "classifier"


async def test_a_slow_server_leaves_the_local_classifier(rasa, read):
    rasa.delay_s = 3
    assert (await read("那个钱的事")).by == "classifier"


async def test_a_message_without_intent_leaves_the_local_classifier(rasa, read):
    rasa.answer = parsed("x")
    assert (await read("那个钱的事")).by == "classifier"


async def test_off_topic_stays_the_local_classifiers_call(rasa, read, classifier):
    classifier.known = 0.1
    rasa.answer = parsed("x", ("lock_card", 0.99))
    [command] = (await read("帮我写首诗")).commands
    assert isinstance(command, CannotHandle)


async def test_what_rules_decide_is_never_sent(rasa, read):
    rasa.answer = parsed("x", ("lock_card", 0.99))
    assert (await read("转人工")).commands == (HumanHandoff(),)
    tracker = asking("confirm_lock_card", "lock_card", card="6688")
    assert (await read("好的", tracker)).commands == (Affirm(),)
    await read("验证码我还没收到啊", asking("one_time_code", "sign_in_again"))
    assert rasa.requests == []


async def test_the_token_never_reaches_the_log(rasa, read, caplog):
    rasa.answer = 500
    with caplog.at_level("WARNING"):
        await read("那个钱的事")
    assert "a-token" not in caplog.text
    assert "钱的事" not in caplog.text
