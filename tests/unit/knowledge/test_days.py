"""The day a question asks about, and the question without it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.days import day_asked
from knowledge.words import normalised

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("去年11月一年期利率", date(2025, 11, 30)),
        ("2026年7月1日的利率", date(2026, 7, 1)),
        ("9月15日那天", date(2026, 9, 15)),
        ("12月1日存的", date(2025, 12, 1)),
        ("上个月10号", date(2026, 10, 10)),
        ("两个月前", date(2026, 9, 22)),
        ("去年年底", date(2025, 12, 31)),
        ("昨天存的", date(2026, 11, 21)),
        ("今年三月份", date(2026, 3, 31)),
        ("rates in December 2025", date(2025, 12, 31)),
        ("on 1 July 2026", date(2026, 7, 1)),
        ("2026-05-03", date(2026, 5, 3)),
    ],
)
def test_a_day_is_read_against_today(text, day):
    found = day_asked(normalised(text), TODAY)
    assert found is not None
    assert found.day == day


@pytest.mark.parametrize(
    "text",
    ["存三年利率多少", "明年1月利率", "今天的利率", "进取720天以前亏过没", "2月30日", "R3理财"],
)
def test_the_present_the_future_and_no_day_are_none(text):
    assert day_asked(normalised(text), TODAY) is None


def test_the_question_is_left_without_the_day():
    found = day_asked(normalised("去年11月存一年定期利率多少"), TODAY)
    assert found is not None
    assert found.rest == "存一年定期利率多少"


@given(st.text("一二三十年月日号前去今上个周天0123456789-/ ", max_size=20))
def test_no_text_makes_it_fail_or_see_the_future(text):
    found = day_asked(normalised(text), TODAY)
    assert found is None or found.day < TODAY
