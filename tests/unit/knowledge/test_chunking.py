"""Passages keep their ids, and sentences keep their words."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.chunking import MAX_PASSAGE_CHARACTERS, passages_of
from knowledge.documents import parse_document
from tests.shelf import LOSS, document, new_rates

WORDS = st.text(alphabet="卡挂失年利率5元ab .。！？；，|-*1\n", max_size=200)
SECTIONS = st.lists(st.tuples(st.sampled_from(["办理", "收费", "时限", "a b"]), WORDS), max_size=5)


def body_of(sections):
    return "\n\n".join(f"## {name}\n\n{text}" for name, text in sections)


def test_sections_become_passages_with_stable_ids():
    passages = passages_of(parse_document(LOSS, "x.md"))
    assert [passage.passage_id for passage in passages] == [
        "debit-card-loss@2026-09-01#办理方式-1",
        "debit-card-loss@2026-09-01#收费标准-1",
    ]


def test_sentences_end_at_chinese_marks_and_list_items_lose_their_mark():
    first = passages_of(parse_document(LOSS, "x.md"))[0]
    assert [sentence.text for sentence in first.sentences] == [
        "客户可在手机银行办理借记卡挂失。",
        "挂失后卡片立即停用！",
        "拨打客服热线",
        "到任一网点",
    ]


def test_rows_of_a_table_are_sentences_and_its_heading_is_not():
    (passage,) = passages_of(parse_document(new_rates(), "x.md"))
    assert [sentence.text for sentence in passage.sentences] == [
        "| 一年 | 1.00% | 50元 |",
        "| 三年 | 1.30% | 50元 |",
        "整存整取三年年利率为1.30%。",
    ]


def test_a_decimal_point_does_not_end_a_sentence():
    (passage,) = passages_of(document("The rate is 1.30% a year. It may change."))
    assert [s.text for s in passage.sentences] == ["The rate is 1.30% a year.", "It may change."]


def test_a_long_table_is_split_under_its_heading():
    rows = "\n".join(f"| 产品{number}的名称 | {number}.00% |" for number in range(80))
    passages = passages_of(document(f"| 品种 | 年利率 |\n|---|---|\n{rows}"))
    assert len(passages) > 1
    assert all(passage.text.startswith("| 品种 | 年利率 |\n|---|---|\n") for passage in passages)
    assert sum(len(passage.sentences) for passage in passages) == 80


def test_bold_code_and_links_are_shown_as_plain_words():
    (passage,) = passages_of(document("请点击**确认**，见[费率表](/fees)中的`A1`。"))
    assert passage.text == "请点击确认，见费率表中的A1。"


@given(SECTIONS)
def test_sentences_are_slices_in_order_and_nothing_said_is_left_out(sections):
    for passage in passages_of(document(body_of(sections))):
        position = 0
        for sentence in passage.sentences:
            assert passage.text[sentence.start : sentence.end] == sentence.text
            assert position <= sentence.start
            between = passage.text[position : sentence.start]
            # Only marks, the numbers of a list, and whole heading rows stand between.
            assert "|" in between or not any(word.isalpha() for word in between)
            position = sentence.end
        tail = passage.text[position:]
        assert "|" in tail or not any(word.isalpha() for word in tail)


@given(SECTIONS)
def test_ids_are_unique_and_passages_are_not_too_long(sections):
    passages = passages_of(document(body_of(sections)))
    ids = [passage.passage_id for passage in passages]
    assert len(set(ids)) == len(ids)
    assert all(len(passage.text) <= 2 * MAX_PASSAGE_CHARACTERS for passage in passages)


@given(WORDS, WORDS, WORDS)
def test_changing_one_section_leaves_the_ids_of_another_alone(before, after, kept):
    def ids(changing):
        body = body_of([("办理", changing), ("收费", "五元。" + kept.replace("#", ""))])
        return {
            p.passage_id: p.text for p in passages_of(document(body)) if "#收费-" in p.passage_id
        }

    if "|" not in before + after:
        assert ids(before) == ids(after)
