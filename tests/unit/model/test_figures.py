"""Figures of a text, in one exact form whatever the writing."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.figures import figures

SAME = [
    (
        "五千元",
        "¥5,000.00",
        "5千元",
        "RMB 5,000",
        "5000块",
        "5000块钱",
        "CNY 5000",
        "five thousand yuan",
    ),
    ("百分之三", "3%", "3.00%", "３％", "3 percent", "300bp"),
    ("千分之五", "0.5%", "0.50%"),
    ("三年", "36个月", "3年", "three years", "三十六个月"),
    ("半年", "6个月", "half a year", "six months"),
    ("一年半", "18个月", "十八个月"),
    ("2026年10月15日", "2026-10-15", "二〇二六年十月十五日", "15 October 2026", "October 15, 2026"),
    ("10个工作日", "十个工作日", "10 working days", "ten business days"),
    ("两周", "14天", "14日", "two weeks"),
    ("24小时", "二十四小时", "24 hours"),
    ("R2", "r2"),
    ("1.2万元", "12,000元", "一万二千元", "12000.00元"),
    ("5萬元", "5万元", "五萬元"),
]


@pytest.mark.parametrize("spellings", SAME)
def test_every_spelling_of_a_figure_is_the_same_figure(spellings):
    read = [figures(text) for text in spellings]
    assert all(len(found) == 1 for found in read), dict(zip(spellings, read, strict=True))
    assert all(found[0].same_as(read[0][0]) for found in read)


@pytest.mark.parametrize(
    "text",
    [
        "统一收取一次性费用",
        "一般情况",
        "十分满意",
        "千万不要转账",
        "第三方",
        "一个客户",
        "lock my card",
    ],
)
def test_words_that_measure_nothing_hold_no_figure(text):
    assert figures(text) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("存5万三年利息多少", ["5万", "三年"]),
        ("贷款一百万三十年", ["一百万", "三十年"]),
        ("转账2,000元至5,000元（含）", ["2,000元", "5,000元"]),
        ("÷12，期限30年", ["12", "30年"]),
        ("夜间22:00至次日6:00", ["22:00", "6:00"]),
        ("年满18周岁，R3级以上", ["18周岁", "R3"]),
    ],
)
def test_each_figure_stands_where_its_words_stand(text, said):
    assert [text[one.start : one.end] for one in figures(text)] == said


@given(st.decimals("0.01", "99999999", places=2), st.text("存入年利率，。x", max_size=5))
def test_an_amount_is_read_back_from_any_surroundings(amount, around):
    text = f"{around}{amount:,}元{around}"
    [found] = figures(text)
    assert (found.kind, Decimal(found.value), found.unit) == ("money", amount, "CNY")
    assert text[found.start : found.end] == f"{amount:,}元"


@given(st.text(max_size=60))
def test_figures_never_overlap_and_stay_in_the_text(text):
    found = figures(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
