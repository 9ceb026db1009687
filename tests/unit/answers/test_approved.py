"""Approved answers: the wording two people signed, for as long as its document stands."""

from dataclasses import replace
from datetime import date

import pytest

from assistant.model.approved import ApprovedAnswer, Rest
from assistant.model.ids import DocumentId
from knowledge.check_answers import check_answers
from knowledge.content_problems import Problems
from knowledge.documents import parse_document
from tests.unit.answers.desk import TODAY, bank_release, desk

LIMIT = """---
id: limit
kind: legal
version: "{version}"
effective_from: {start}
effective_to: {end}
---
# 限额

## 限额

最高偿付限额为{amount}元。
"""
OLD = LIMIT.format(version="1", start="2026-01-01", end="null", amount="500,000")
ENDED = LIMIT.format(version="1", start="2026-01-01", end="2026-11-01", amount="500,000")
NEW = LIMIT.format(version="2", start="2026-11-02", end="null", amount="600,000")

ANSWER = ApprovedAnswer(
    id="limit",
    questions=("最高赔多少", "how much is paid at most"),
    wording={
        "zh-Hans": "最高赔500,000元。",
        "zh-Hant": "最高賠500,000元。",
        "en": "Up to RMB 500,000.",
    },
    rests_on=(
        Rest(document=DocumentId("limit"), version="1", sentence="最高偿付限额为500,000元。"),
    ),
    maker="甲",
    checker="乙",
    approved_on=date(2026, 1, 5),
    source="answers/a.yml:3",
)


def release(answer=ANSWER):
    return replace(bank_release(), approved=(answer,))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("最高赔多少？", "最高赔500,000元。"),
        ("请问最高賠多少", "最高賠500,000元。"),
        ("How much is paid at most?", "Up to RMB 500,000."),
    ],
)
async def test_the_approved_wording_is_said_with_what_it_rests_on(asked, said):
    talk = desk(documents=[OLD], release=release())
    [reply] = await talk.say(asked)
    assert reply.text == said
    assert [one.quote for one in reply.citations] == ["最高偿付限额为500,000元。"]
    assert talk.answered.approved == "limit"


@pytest.mark.parametrize("documents", [[ENDED, NEW], [ENDED], []])
async def test_it_expires_with_its_document(documents):
    talk = desk(documents=documents, release=release())
    assert "500,000" not in await talk.text("最高赔多少")
    assert talk.answered is None


async def test_a_wording_with_a_figure_of_its_own_is_not_said():
    wrong = replace(ANSWER, wording={"zh-Hans": "最高赔800,000元。"})
    talk = desk(documents=[OLD], release=release(wrong))
    assert "800,000" not in await talk.text("最高赔多少")


async def test_another_question_is_not_taken_for_it():
    talk = desk(documents=[OLD], release=release())
    await talk.say("最低存多少")
    assert talk.answered is None


def findings(documents, answer=ANSWER, today=TODAY):
    problems = Problems()
    parsed = [parse_document(text, "d.md") for text in documents]
    check_answers(replace(release(answer), calculators={}), parsed, problems, today)
    return [(one.severity, one.message) for one in problems.findings]


def test_the_check_names_what_has_expired_and_what_is_in_force_instead():
    [(severity, message)] = findings([ENDED, NEW])
    assert severity == "warning"
    assert "limit has expired" in message
    assert "in force is 2" in message
    assert findings([OLD]) == []


def test_the_check_refuses_a_sentence_that_is_not_there():
    wrong = replace(ANSWER, rests_on=(replace(ANSWER.rests_on[0], sentence="别的。"),))
    assert findings([OLD], wrong)[0][0] == "error"
    assert findings([])[0][0] == "error"


@pytest.mark.parametrize("answer", bank_release().approved, ids=lambda one: one.id)
async def test_every_approved_answer_of_the_bank_is_said_in_its_own_words(answer):
    for asked in answer.questions:
        talk = desk()
        await talk.say(asked)
        assert talk.answered is not None, asked
        assert talk.answered.approved == answer.id
