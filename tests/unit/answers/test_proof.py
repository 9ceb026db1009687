"""Number proof: what is bound may leave, anything else may not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.figures import figures
from assistant.response.grounded import citation_of
from assistant.response.proof import Source, prove, prove_phrasing
from knowledge.whole_documents import whole
from tests.unit.answers.desk import bank_documents, found

TERMS = """---
id: terms
kind: fees
version: "1"
effective_from: 2026-01-01
---
# 存款与收费

## 规则

一天通知存款年利率为0.15%，七天通知存款年利率为0.35%。个人通知存款的最低起存金额为50,000元。
贷款还款不满12个月的，收取提前还款金额1%的违约金。除首套房外，不收取手续费。
每月前3笔免费，第4笔起每笔收取2元。

| 存期 | 年利率 | 起存 |
|---|---|---|
| 一年 | 1.00% | 50元 |
| 三年 | 1.30% | 50元 |
"""


def sources():
    return [
        Source(citation_of(passage, one.text), f"{passage.title} {passage.section}")
        for passage in found(TERMS)
        for one in passage.sentences
    ]


def source(words):
    return next(one for one in sources() if words in one.text)


@pytest.mark.parametrize(
    "text",
    [
        "七天通知存款的年利率是百分之零点三五。",
        "The seven-day notice deposit pays 0.35% a year.",
        "个人通知存款最低要存五万元。",
        "三年：年利率 1.30%，起存 50元",
        "三年：起存 50元",
        "还款不满一年的，收1%的违约金。",
        "感谢您的耐心等待。",
    ],
)
def test_a_figure_in_any_writing_is_bound_to_its_sentence(text):
    proof = prove(text, sources())
    assert proof.holds
    assert len(proof.bound) == len(figures(text))
    for one in proof.bound:
        cited = next(each for each in sources() if each.citation.sentence_hash == one.sentence_hash)
        inside = cited.text[one.start : one.end]
        assert figures(inside)[0].same_as(figures(one.text)[0])


@pytest.mark.parametrize(
    "text",
    [
        "七天通知存款年利率为0.36%。",
        "一天通知存款年利率为0.35%。",
        "三年：年利率 1.00%",
        "三年期50元起存，一年1.30%。",
        "个人通知存款最高存50,000元。",
        "存50,000元以上不行，必须超过50,000元。",
        "还款满12个月的，收取1%的违约金。",
        "第4笔起每笔收取3元。",
        "2027年起执行。",
    ],
)
def test_a_figure_of_another_sentence_row_or_condition_does_not_leave(text):
    assert prove(text, sources()).unproved


@pytest.mark.parametrize(
    ("phrasing", "words"),
    [
        ("除首套房外，收取手续费。", "首套房"),
        ("不收取手续费。", "首套房"),
        ("个人通知存款的起存金额为50,000元。", "起存金额"),
        ("黄金积存和白银的起点很低，最低50,000元。", "起存金额"),
    ],
)
def test_a_phrasing_that_drops_a_condition_or_changes_the_subject_is_refused(phrasing, words):
    assert not prove_phrasing(phrasing, source(words), same_language=True).holds


def test_a_phrasing_in_another_language_keeps_figures_and_restrictions():
    cited = source("首套房")
    good = "Except for a first home, no fee is charged."
    assert prove_phrasing(good, cited, same_language=False).holds
    assert not prove_phrasing("A fee is charged.", cited, same_language=False).holds


@given(st.data())
def test_no_sentence_with_a_changed_digit_is_proved(data):
    """Whatever digit of a quotation is changed, what comes out is refused or says the same."""
    cited = data.draw(st.sampled_from([one for one in sources() if figures(one.text)]))
    places = [n for n, character in enumerate(cited.text) if character.isdigit()]
    place = data.draw(st.sampled_from(places)) if places else None
    if place is None:
        return
    digit = data.draw(st.sampled_from("0123456789"))
    changed = f"{cited.text[:place]}{digit}{cited.text[place + 1 :]}"
    read = [(one.kind, one.value) for one in figures(changed)]
    if read == [(one.kind, one.value) for one in figures(cited.text)]:
        return
    assert prove(changed, [cited]).unproved


def test_every_sentence_of_the_bank_proves_itself():
    failed = [
        one.text
        for document in bank_documents()
        for passage in whole(document)
        for one in passage.sentences
        if not prove(one.text, [Source(citation_of(passage, one.text))]).holds
    ]
    assert failed == []


def test_the_dates_of_the_version_are_no_figures_of_the_answer_unless_given():
    assert prove(f"{date(2026, 1, 1)}起执行。", sources()).unproved
