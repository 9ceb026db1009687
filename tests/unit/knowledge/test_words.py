"""Questions of any script meet the words of the documents."""

from knowledge.bm25 import LexicalIndex
from knowledge.words import Synonyms, is_foreign, normalised, words_of


def test_traditional_and_full_width_become_the_same_text():
    assert normalised("掛失要收費嗎？ＡＢ") == "挂失要收费吗?ab"


def test_asking_words_do_not_count():
    assert words_of(normalised("请问怎么挂失呢")) == ["挂失"]


def test_the_longest_variant_brings_its_canonical_word():
    synonyms = Synonyms({"借记卡": ["储蓄卡", "卡"], "挂失": ["report loss"]})
    assert synonyms.added_to("储蓄卡丢了") == "储蓄卡丢了 借记卡"
    assert synonyms.added_to("how to report loss") == "how to report loss 挂失"
    assert synonyms.added_to("借记卡") == "借记卡"


def test_english_is_foreign_to_chinese_passages():
    assert is_foreign("lost card")
    assert not is_foreign("atm 吞卡")


def test_the_text_with_the_asked_words_scores_highest():
    index = LexicalIndex(["借记卡挂失免费", "三年定期利率"], ["", ""])
    scores = index.scores("三年利率")
    assert scores[1] > scores[0]
    assert index.scores("?").tolist() == [0.0, 0.0]


def test_an_empty_index_answers_with_nothing():
    assert LexicalIndex([], []).scores("利率").tolist() == []
