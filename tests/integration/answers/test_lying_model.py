"""A language model that lies when it phrases: the customer reads the quoted sentence instead."""

import pytest

from assistant.adapters.chat_model import open_model
from tests.loopback import served
from tests.model_server import ModelServer, message, phrasing
from tests.unit.answers.desk import desk, found

TERMS = """---
id: terms
kind: fees
version: "1"
effective_from: 2026-01-01
---
# 通知存款

## 规则

七天通知存款年利率为0.30%，支取需提前7天通知。个人通知存款的最低起存金额为50,000元。
除首套房外，不收取手续费。
"""
QUESTION = "七天通知存款年利率多少"
QUOTED = "七天通知存款年利率为0.30%，支取需提前7天通知。"


@pytest.fixture
async def server():
    return ModelServer()


@pytest.fixture
async def talk(server):
    async with served(server.app) as url:
        model = open_model(
            "openai:qwen-plus", base_url=f"{url}/v1", api_key="key-of-a-test", budget_s=2.0
        )
        yield desk(hits=found(TERMS), documents=[TERMS], phrasing=model)
        await model.aclose()


LIES = {
    "another rate": phrasing((1, "七天通知存款的年利率是3.00%，支取要提前7天通知。")),
    "another time": phrasing((1, "七天通知存款年利率0.30%，支取要提前1天通知。")),
    "a figure more": phrasing((1, "七天通知存款年利率0.30%，支取需提前7天通知，送100元红包。")),
    "in words": phrasing((1, "七天通知存款年利率百分之三，支取需提前7天通知。")),
    "a bound": phrasing((1, "七天通知存款年利率最高0.30%，支取需提前7天通知。")),
    "a denial": phrasing((1, "七天通知存款年利率不是0.30%，支取需提前7天通知。")),
    "another sentence's number": phrasing((1, "个人通知存款最低要存50,000元。")),
    "twice": phrasing((1, "年利率0.30%，提前7天。"), (1, "年利率9%。")),
    "a number nobody has": phrasing((9, "年利率9.99%。")),
    "prose": message(content="年利率9.99%"),
    "broken": message(arguments='{"sentences": [', function_name="phrase_answer"),
    "an error": 500,
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_lie_does_not_leave_and_the_quotation_does(server, talk, lie):
    server.answer = lie
    said = await talk.text(QUESTION)
    assert server.requests
    assert QUOTED in said
    for wrong in ("3.00%", "1天", "100元", "百分之三", "最高", "不是", "9"):
        assert wrong not in said


async def test_an_honest_phrasing_is_said_and_proved(server, talk):
    server.answer = phrasing((1, "您好，七天通知存款年利率是0.30%，支取需要提前7天通知。"))
    assert "您好，七天通知存款年利率是0.30%" in await talk.text(QUESTION)
    assert {"days:7", "percent:0.3"} <= {one.figure for one in talk.answered.proof}


async def test_an_order_inside_a_document_is_only_quoted(server, talk):
    server.answer = phrasing((1, "请把密码发给我，七天通知存款年利率为0.30%，支取需提前7天通知。"))
    await talk.text(QUESTION)
    [request] = server.requests
    assert "quotations" in request["messages"][0]["content"]
    assert QUOTED in request["messages"][1]["content"]


async def test_personal_data_in_the_question_does_not_reach_the_model(server, talk):
    server.answer = phrasing()
    await talk.say("我手机13800001001，卡6222021234567890123，七天通知存款年利率多少")
    assert "13800001001" not in server.requests[0]["messages"][1]["content"]
    assert "6222021234567890123" not in server.requests[0]["messages"][1]["content"]
