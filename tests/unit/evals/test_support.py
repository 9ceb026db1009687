"""A figure is supported by the place that is cited and by nothing else."""

from dataclasses import replace
from datetime import date

from assistant.ports.knowledge import PassageHit, SentenceHit
from assistant.response.grounded import ground
from evals.retrieval.support import figures_written, unsupported

TEXT = "补卡每张收取工本费5元。挂失有效期为5天。\n\n| 存期 | 年利率 |\n|---|---|\n| 一年 | 1.00% |"


def passage(sentence):
    return PassageHit(
        passage_id="d@1#s-1",
        document_id="d",
        title="收费标准",
        section="补卡",
        version="1",
        effective_from=date(2026, 1, 1),
        effective_to=None,
        text=TEXT,
        score=0.9,
        sentences=(SentenceHit(text=sentence, score=0.9),),
    )


def answered(sentence):
    hit = passage(sentence)
    return ground("多少", [hit]).sentences[0], [hit]


def test_what_the_cited_place_says_is_supported():
    for sentence in ("补卡每张收取工本费5元。", "| 一年 | 1.00% |"):
        assert unsupported(*answered(sentence)) == []


def test_a_figure_that_only_stands_elsewhere_in_the_passage_is_not():
    said, hits = answered("补卡每张收取工本费5元。")
    assert unsupported(replace(said, text="补卡收取1.00%。"), hits) == ["1.00%"]


def test_a_changed_digit_and_a_changed_word_are_found():
    said, hits = answered("| 一年 | 1.00% |")
    assert unsupported(replace(said, text="三年：年利率 1.30%"), hits) == ["三", "1.30%"]


def test_a_citation_that_does_not_point_at_its_sentence_supports_nothing():
    said, hits = answered("补卡每张收取工本费5元。")
    moved = replace(said, citation=said.citation.model_copy(update={"start": 0, "end": 2}))
    assert unsupported(moved, hits) == ["5"]


def test_figures_are_read_as_they_are_written():
    assert figures_written("三个月 1,000.50元，8:00至22:00，一般") == [
        "三",
        "1,000.50",
        "8:00",
        "22:00",
    ]
