"""Terms and amounts of a question meet those of a sentence, however they are written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.terms import amounts_of, ranges_of, terms_of
from knowledge.words import normalised


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("存三年", ("months", "36")),
        ("半年定期", ("months", "6")),
        ("六个月", ("months", "6")),
        ("两年期", ("months", "24")),
        ("死期存仨月", ("months", "3")),
        ("分12期", ("months", "12")),
        ("a two-year fixed deposit", ("months", "24")),
        ("a 24-month plan", ("months", "24")),
        ("七天通知", ("days", "7")),
        ("90天", ("days", "90")),
        ("R3级", ("r", "3")),
        ("Ⅱ类户", ("class", "2")),
        ("二类户", ("class", "2")),
        ("满60周岁", ("age", "60")),
    ],
)
def test_one_term_in_all_its_spellings(text, term):
    assert term in terms_of(normalised(text))


@pytest.mark.parametrize(
    "text", ["2026年5月调整", "去年11月", "10月15日", "一年要多少钱", "一天最多取多少", "三个人"]
)
def test_days_of_the_calendar_and_each_year_are_no_terms(text):
    assert terms_of(normalised(text)) == frozenset()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("转三千块", 3000),
        ("汇一千五", 1500),
        ("8千", 8000),
        ("二十万", 200000),
        ("20,000 yuan", 20000),
        ("5万整", 50000),
    ],
)
def test_amounts_as_they_are_said(text, amount):
    assert amounts_of(normalised(text)) == (Decimal(amount),)


def test_counts_and_terms_are_no_amounts():
    assert amounts_of(normalised("三个人存180天，分12期，2026年")) == ()


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("2,000元至5,000元（含）", 5000, 2000),
        ("2,000元及以下", 2000, 2001),
        ("50,000元以上", 50001, 50000),
        ("超过50,000元的", 50001, 50000),
        ("不超过200,000元", 200000, 200001),
    ],
)
def test_a_range_holds_what_the_bank_means_by_it(text, inside, outside):
    (found,) = ranges_of(normalised(text))
    assert found.holds(Decimal(inside))
    assert not found.holds(Decimal(outside))


@given(st.text("一二三百千万年月天日期岁0123456789,.元至以上下RC类个半 ", max_size=30))
def test_reading_never_fails(text):
    terms_of(normalised(text))
    amounts_of(normalised(text))
    ranges_of(normalised(text))
