"""Every sentence of an answer stands in a document; without one there is no answer."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.evidence import anchor_of
from assistant.ports.knowledge import PassageHit, SentenceHit
from assistant.response.grounded import (
    Abstention,
    Asked,
    GroundedAnswer,
    asked_for,
    ground,
)

TABLE = "| 存期 | 年利率 | 起存 |\n|---|---|---|\n| 一年 | 1.00% | 50元 |\n| 三年 | 1.30% | 50元 |"


def hit(sentences, *, score=0.9, text=None, document="d", version="v 1"):
    return PassageHit(
        passage_id=f"{document}@{version}#s-1",
        document_id=document,
        title="标题",
        section="办理方式",
        version=version,
        effective_from=date(2026, 1, 1),
        effective_to=None,
        text=text or "".join(words for words, _ in sentences),
        score=score,
        sentences=tuple(SentenceHit(text=words, score=value) for words, value in sentences),
    )


def said(grounding):
    assert isinstance(grounding, GroundedAnswer)
    return [sentence.text for sentence in grounding.sentences]


def test_nothing_found_is_an_abstention():
    assert ground("挂失", []) == Abstention("nothing_found", 0.0)


def test_a_low_score_is_an_abstention_that_says_how_low():
    assert ground("挂失", [hit([("甲。", 0.9)], score=0.39)]) == Abstention("not_sure", 0.39)


def test_a_passage_without_sentences_is_an_abstention():
    assert isinstance(ground("挂失", [hit([], text="x")]), Abstention)


def test_sentences_are_quoted_in_the_order_of_the_document_with_their_citation():
    passage = hit([("先登录手机银行。", 0.8), ("再点击挂失。", 0.9), ("祝您愉快。", 0.1)])
    answer = ground("挂失怎么办", [passage])
    assert said(answer) == ["先登录手机银行。", "再点击挂失。"]
    citation = answer.sentences[0].citation
    assert citation.quote == "先登录手机银行。"
    assert citation.url == f"/v1/documents/d?version=v%201#{anchor_of(citation.quote)}"


def test_the_sentence_that_was_ranked_first_is_said_and_the_near_ones_with_it():
    passage = hit([("补办新卡收取工本费5元。", 0.8), ("挂失请到网点办理手续。", 0.1)])
    assert said(ground("补卡要多少钱", [passage])) == ["补办新卡收取工本费5元。"]


def test_a_row_of_a_table_is_shown_with_its_headings_and_cited_as_it_stands():
    passage = hit([("| 三年 | 1.30% | 50元 |", 0.9)], text=TABLE)
    answer = ground("三年利率多少", [passage])
    assert said(answer) == ["办理方式，存期 三年：年利率 1.30%"]
    assert answer.sentences[0].citation.quote == "| 三年 | 1.30% | 50元 |"
    assert said(ground("三年的呢", [passage])) == ["办理方式，存期 三年：年利率 1.30%，起存 50元"]


def test_a_row_that_names_itself_is_shown_without_section_and_column():
    table = "| 品种 | 年利率 |\n|---|---|\n| 活期存款 | 0.05% |"
    passage = hit([("| 活期存款 | 0.05% |", 0.9)], text=table)
    assert said(ground("活期利率多少", [passage])) == ["活期存款：年利率 0.05%"]


def test_an_english_row_is_shown_with_english_marks():
    table = "| Term | Rate | From |\n|---|---|---|\n| three years | 1.30% | CNY 50 |"
    passage = hit([("| three years | 1.30% | CNY 50 |", 0.9)], text=table)
    passage = passage.model_copy(update={"section": "Deposits"})
    assert said(ground("and three?", [passage])) == [
        "Deposits, Term three years: Rate 1.30%, From CNY 50"
    ]


def test_the_neighbour_of_a_row_is_about_something_else_and_not_said():
    rows = [("| 三年 | 1.30% | 50元 |", 0.9), ("| 一年 | 1.00% | 50元 |", 0.8)]
    (only,) = ground("三年利率多少", [hit(rows, text=TABLE)]).sentences
    assert only.citation.quote == "| 三年 | 1.30% | 50元 |"


def test_another_term_and_an_example_are_not_said_beside_the_answer():
    passage = hit(
        [
            ("三年年利率为1.30%。", 0.9),
            ("五年年利率为1.35%。", 0.8),
            ("例如，10,000元存三年，利息为390元。", 0.8),
            ("利率由本行公告。", 0.8),
        ]
    )
    assert said(ground("三年定期利率", [passage])) == ["三年年利率为1.30%。", "利率由本行公告。"]


@pytest.mark.parametrize(("score", "is_clear"), [(0.9, True), (0.7, False)])
def test_the_same_term_of_another_product_is_not_said_where_it_is_clear_which(score, is_clear):
    deposit = hit([("整存整取三年年利率为1.30%。", score), ("三年期可提前支取。", 0.6)])
    others = [("大额存单三年期年利率为1.45%。", 0.7), ("三年期利率1.30%按年公布。", 0.6)]
    certificate = hit(others, document="certificates")
    shown = said(ground("三年利率多少", [deposit, certificate]))
    assert ("大额存单三年期年利率为1.45%。" in shown) is not is_clear
    assert {"整存整取三年年利率为1.30%。", "三年期利率1.30%按年公布。"} <= set(shown)


def test_a_sentence_far_ahead_stands_alone_and_close_ones_are_said_together():
    passage = hit([("甲。", 0.995), ("乙。", 0.8), ("丙。", 0.7)])
    assert said(ground("怎么办", [passage])) == ["甲。"]
    close = hit([("甲。", 0.6), ("乙。", 0.6), ("丙。", 0.6), ("丁。", 0.5), ("戊。", 0.5)])
    assert said(ground("怎么办", [close])) == ["甲。", "乙。", "丙。", "丁。"]


@pytest.mark.parametrize(
    ("row", "is_said"),
    [("| 三年 | 1.30% | 50元 |", False), ("| 五年 | 1.35% | 50元 |", True)],
)
def test_a_row_is_said_beside_a_sentence_of_another_passage_when_it_adds_a_figure(row, is_said):
    sentence = hit([("三年年利率为1.30%。", 0.8)])
    table = hit([(row, 0.7)], text=f"{TABLE}\n{row}", document="t")
    answer = ground("利率多少", [sentence, table])
    assert (len(answer.sentences) == 2) is is_said


def test_an_answer_comes_from_one_version_of_one_document():
    answer = ground("利率", [hit([("甲。", 0.9)]), hit([("乙。", 0.9)], version="2")])
    assert said(answer) == ["甲。"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("三年定期利率多少", Asked.FIGURE),
        ("挂失要收费吗", Asked.FIGURE),
        ("How much is a new card?", Asked.FIGURE),
        ("怎么改手机号", Asked.STEPS),
        ("能不能提前还款", Asked.WHETHER),
        ("可以代辦嗎", Asked.WHETHER),
        ("存款保险", Asked.ANYTHING),
    ],
)
def test_the_asking_words_say_what_kind_of_sentence_answers(question, kind):
    assert asked_for(question) is kind


@given(
    st.text(max_size=20),
    st.lists(
        st.tuples(st.text("卡费0123。", min_size=1, max_size=30), st.floats(0, 1)), max_size=6
    ),
    st.floats(0, 1),
)
def test_every_figure_said_stands_in_a_quotation(question, sentences, score):
    grounding = ground(question, [hit(sentences, score=score)])
    if isinstance(grounding, GroundedAnswer):
        assert 1 <= len(grounding.sentences) <= 4
        for sentence in grounding.sentences:
            assert sentence.citation.quote == sentence.text
            assert sentence.text in {words for words, _ in sentences}
