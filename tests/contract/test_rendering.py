"""What each channel makes of the same replies, held against files; a changed file is a decision."""

import dataclasses
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.events import Said
from assistant.model.ids import ConversationId, DocumentId, PassageId, ResponseKey
from assistant.model.message import Button, Citation, ReplyPart
from assistant.ports import StoredEvent
from channels.capabilities import CAPABILITIES
from channels.rendering import Spoken, Ways, as_one_text, labelled, render, wording
from channels.splitting import size
from channels.web.frames import FrameWriter
from knowledge.loader import DEFAULTS, load

GOLDEN = Path(__file__).parent / "data" / "rendered"
AUTHORS = {True: "colleague", False: "assistant"}
WAYS = Ways(sign_in="https://bank.test/bind", page="")
BOUND = Ways(sign_in="", page="https://bank.test/page")
CITATION = Citation(
    document_id=DocumentId("debit-card-loss"),
    title="借记卡挂失",
    section="办理方式",
    version="2026-09-01",
    effective_from=date(2026, 9, 1),
    effective_to=None,
    quote="可以拨打客服电话。",
    url="/v1/documents/debit-card-loss",
    passage_id=PassageId("p1"),
)

FEES = {"document_id": DocumentId("fees-personal"), "title": "个人收费", "section": "年费"}
ROW = {"label": "收款人", "value": "林秀芳"}


def part(text, key=None, buttons=(), **more):
    return ReplyPart(
        text=text,
        response_key=ResponseKey(key) if key else None,
        buttons=tuple(Button(title=title, payload=payload) for title, payload in buttons),
        **more,
    )


REPLIES = {
    "answer": [Spoken(part("可以拨打客服电话。", citations=(CITATION,)))],
    "choices": [Spoken(part("要锁卡吗？", buttons=[("确认锁卡", "/affirm"), ("取消", "/deny")]))],
    "many": [Spoken(part("哪一件？", buttons=[(f"第{n}件", f"/{n}") for n in "一二三四"]))],
    "code": [Spoken(part("验证码已发到138****1001。", "ask_one_time_code", card={"kind": "code"}))],
    "sign_in": [Spoken(part("您的手机号是？", "ask_step_up_phone", [("登录", "/sign_in")]))],
    "mixed": [
        Spoken(part("正在转接。")),
        Spoken(part("我是李经理。", ai_generated=False), by_person=True),
        Spoken(part("还有别的吗？")),
    ],
    "hostile": [Spoken(part('<a href="https://evil.example">点我</a> ]]> 👨‍👩‍👧'))],
    "two_sources": [
        Spoken(part("费用每年10元。[1][2]", citations=(CITATION, CITATION.model_copy(update=FEES))))
    ],
    "read_back": [
        Spoken(
            part(
                "请核对：转账 50.00元 给 林秀芳。确认转账吗？",
                "ask_confirm_transfer_money",
                [("确认转账", "/affirm"), ("不转了", "/deny")],
                card={"kind": "read_back", "title": "转账", "rows": [ROW]},
            )
        )
    ],
    "receipt": [
        Spoken(
            part(
                "已转账 50.00元 给 林秀芳。回执号 HY1。",
                "transfer_done",
                card={"kind": "receipt", "title": "转账", "rows": [ROW], "receipt_id": "HY1"},
            )
        )
    ],
    "table": [
        Spoken(
            part(
                "最近两笔：11月20日 超市 35.00元；11月21日 地铁 4.00元。",
                card={"kind": "table", "title": "明细", "columns": ["日期"], "rows": [["11-20"]]},
            )
        )
    ],
    "link": [Spoken(part("手机银行或网页：https://bank.test/#go_on=abc", "task_token"))],
    "offer": [
        Spoken(
            part(
                "您刚才在微信办理的“转账”还没完成，继续吗？",
                "task_offer",
                [("继续办理", "/go_on"), ("不用了", "/deny")],
            )
        )
    ],
    "long": [Spoken(part("本行借记卡挂失可以在手机银行办理，也可以拨打客服电话。" * 40))],
}


@pytest.fixture(scope="module")
def release():
    return load(DEFAULTS.parent / "content", gateway_knows=lambda _: True)


def shown(release, channel, ways):
    can, words = CAPABILITIES[channel], wording(release, "zh-Hans")
    found = {}
    for name, said in REPLIES.items():
        messages = render(said, can, release, words, ways)
        found[name] = {
            "sent": [dataclasses.asdict(labelled(each, can, words)) for each in messages],
            "in_passing": as_one_text(messages, can, words),
        }
    return found


@pytest.mark.parametrize("who", ["unknown", "bound"])
@pytest.mark.parametrize("channel", sorted({*CAPABILITIES} - {"web"}))
def test_a_channel_shows_what_its_file_says(release, channel, who):
    found = shown(release, channel, BOUND if who == "bound" else WAYS)
    written = json.loads((GOLDEN / f"{channel}-{who}.json").read_text())
    assert json.loads(json.dumps(found)) == written


def framed(release):
    """What the page is sent of each reply."""
    writer = FrameWriter(ConversationId("c1"), 1, release)
    at = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    found = {}
    for name, said in REPLIES.items():
        events = [
            Said(at=at, turn=1, release="r", part=each.part, author=AUTHORS[each.by_person])
            for each in said
        ]
        stored = [StoredEvent(seq=1, frame_seq=1, event=event) for event in events]
        found[name] = [frame["body"] for frame in writer.durable_all(stored)]
    return found


def test_the_page_is_sent_what_its_file_says(release):
    written = json.loads((GOLDEN / "web.json").read_text())
    assert json.loads(json.dumps(framed(release))) == written


@pytest.mark.parametrize("channel", sorted(CAPABILITIES))
def test_no_message_is_larger_than_its_channel_takes(release, channel):
    can = CAPABILITIES[channel]
    for reply in shown(release, channel, WAYS).values():
        for message in reply["sent"]:
            assert can.text_bytes is None or size(message["text"]) <= can.text_bytes
            assert can.most_choices is None or len(message["choices"]) <= can.most_choices


@pytest.mark.parametrize("channel", ["wechat", "mini_program", "wecom_kf"])
def test_a_chat_never_asks_for_a_secret(release, channel):
    for ways in (WAYS, BOUND, Ways()):
        for name in ("code", "sign_in"):
            text = shown(release, channel, ways)[name]["sent"][0]["text"]
            assert "验证码已发" not in text
            assert "手机号是" not in text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=3000))
def test_no_text_becomes_a_link_or_exceeds_the_limit(release, text):
    can, words = CAPABILITIES["wechat"], wording(release, "zh-Hans")
    for message in render([Spoken(part(text))], can, release, words, WAYS):
        assert "<a" not in message.text.lower()
        assert size(message.text) <= 2048
