"""A question that leans on the one before it is read in full."""

import pytest

from knowledge.follow_up import leans, readings
from knowledge.words import Synonyms

NAMES = Synonyms(
    {
        "借记卡": ["储蓄卡"],
        "信用卡": ["贷记卡"],
        "海岳安心90天": ["安心90天"],
        "海岳稳健180天": ["稳健180"],
        "海岳惠农贷": ["惠农贷"],
    }
)


@pytest.mark.parametrize(
    ("before", "question", "full"),
    [
        ("现在存一年定期利率多少", "那三年的呢", "现在存三年定期利率多少"),
        ("借记卡挂失要钱吗", "那信用卡呢", "信用卡挂失要钱吗"),
        ("安心90天业绩基准多少", "稳健180的呢", "稳健180业绩基准多少"),
        ("境内交易争议多久答复", "境外的呢", "境外交易争议多久答复"),
        ("现在一年定存利率多少", "那三年的呢？", "现在三年定存利率多少"),
    ],
)
def test_what_is_said_takes_the_place_of_its_counterpart(before, question, full):
    assert readings(question, (before,), NAMES)[0] == full


def test_what_only_asks_anew_gets_the_topic_in_front():
    (full,) = readings("那要多久", ("惠农贷怎么申请",), NAMES)
    assert full.startswith("惠农贷")
    assert full.endswith("要多久")


def test_a_pronoun_becomes_the_name():
    assert readings("它能转让吗", ("安心90天利率多少",), NAMES)[0] == "海岳安心90天能转让吗"


def test_a_follow_up_of_a_follow_up_is_read_through():
    before = ("现在存一年定期利率多少", "那三年的呢")
    assert readings("五年的呢", before, NAMES)[0] == "现在存五年定期利率多少"


def test_a_question_that_stands_alone_is_left_alone():
    assert not leans("信用卡境外消费的货币兑换费是多少")
    assert readings("信用卡境外消费的货币兑换费是多少", ("存一年多少",), NAMES) == ()


def test_without_an_earlier_question_there_is_nothing_to_lean_on():
    assert readings("那三年的呢", (), NAMES) == ()


def test_a_term_named_anew_does_not_stand_beside_the_earlier_one():
    (full,) = readings("那五年期的大额存单利率呢", ("大额存单三年期利率多少",), NAMES)
    assert "五年" in full
    assert "三年" not in full
