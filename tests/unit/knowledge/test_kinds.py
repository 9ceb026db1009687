"""What kind of sentence a question asks for, however it is said."""

import pytest

from knowledge.kinds import kinds_asked, kinds_served
from knowledge.words import normalised


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("大额存单多少钱起", {"figure", "limit"}),
        ("补卡多少钱", {"figure", "price"}),
        ("補卡幾多錢", {"figure", "price"}),
        ("投訴幾耐有回覆", {"time"}),
        ("鎖咗張卡要點做", {"steps"}),
        ("幾點辦理", {"figure", "time"}),
        ("分行喺邊度", {"place"}),
        ("可唔可以代辦", {"whether"}),
        ("張卡唔見咗", set()),
    ],
)
def test_a_question_asks_for_the_same_in_mandarin_and_cantonese(question, kinds):
    assert kinds_asked(normalised(question)) == kinds


def test_no_limit_of_time_answers_how_long():
    assert "time" in kinds_served("临时锁卡不设期限。")
