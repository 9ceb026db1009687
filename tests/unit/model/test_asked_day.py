"""The day a question asks about, and whether it asks about the bank's terms then at all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.asked_day import asked_day, without_day
from assistant.understanding.normalise import normalise

TODAY = date(2026, 11, 22)


def asked(question, today=TODAY):
    found = asked_day(normalise(question, {}).text, today)
    return found and (found.first.isoformat(), found.last.isoformat())


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("去年10月一年期利率多少", "2025-10-01", "2025-10-31"),
        ("2026年6月的时候三年定期多少", "2026-06-01", "2026-06-30"),
        ("上个月的利率", "2026-10-01", "2026-10-31"),
        ("上個月10號存的三個月定期是幾個點", "2026-10-10", "2026-10-10"),
        ("我去年12月存的三年定期，当时利率几个点", "2025-12-01", "2025-12-31"),
        ("9月15日那天两年的定期利率是多少", "2026-09-15", "2026-09-15"),
        ("12月的定期利率是多少", "2025-12-01", "2025-12-31"),
        ("二〇二五年十二月的三年期利率", "2025-12-01", "2025-12-31"),
        ("两个月前存三年是多少利率", "2026-09-22", "2026-09-22"),
        ("半年前房贷利率多少", "2026-05-22", "2026-05-22"),
        ("去年年底七天通知存款利率多少", "2025-12-31", "2025-12-31"),
        ("2026年4月底五年期利率是多少", "2026-04-30", "2026-04-30"),
        ("今年第二季度的费率是多少", "2026-04-01", "2026-06-30"),
        ("2026-05-01手续费多少", "2026-05-01", "2026-05-01"),
        ("2019年的收费标准", "2019-01-01", "2019-12-31"),
        ("明年一年期利率多少", "2027-01-01", "2027-12-31"),
        ("下个月利率会是多少", "2026-12-01", "2026-12-31"),
        ("last October's rate", "2026-10-01", "2026-10-31"),
        ("What was the rate in December 2025?", "2025-12-01", "2025-12-31"),
        ("the notice deposit rate on 1 July 2026", "2026-07-01", "2026-07-01"),
        ("what was the fee on May 1st, 2026", "2026-05-01", "2026-05-01"),
        ("fees two months ago", "2026-09-22", "2026-09-22"),
        ("what was the limit last year", "2025-01-01", "2025-12-31"),
        ("2025年3月1日存款利率", "2025-03-01", "2025-03-01"),
        ("三年前的存款利率是多少", "2023-11-22", "2023-11-22"),
        ("去年11月存一年定期利率多少", "2025-11-01", "2025-11-30"),
        ("昨天存的三年定期利率", "2026-11-21", "2026-11-21"),
        ("今年三月份房贷利率", "2026-03-01", "2026-03-31"),
        ("180天前的收费标准", "2026-05-26", "2026-05-26"),
    ],
)
def test_a_time_named_for_the_banks_terms_is_read(question, first, last):
    assert asked(question) == (first, last)


@pytest.mark.parametrize(
    "question",
    [
        "一年期利率多少",
        "立春那天的利率是多少",
        "2月30日的利率",
        "进取720天以前收益率怎么样",
        "R3理财的费率",
        "三个月定期利率多少",
        "最近三个月定期利率",
        "今天的利率",
        "现在五年定期几个点",
        "这个月存半年利率多少",
        "2026年11月两年期存款利率",
        "我去年办的卡丢了怎么补",
        "上个月的账单怎么还没到",
        "上个月为什么收了我手续费",
        "活期每年6月20日结息利率怎么定",
        "存款一年后利率多少",
        "how much may I transfer per day, what's the limit",
        "when was I charged the fee last month",
    ],
)
def test_a_present_question_and_a_customers_own_deeds_name_no_other_day(question):
    assert asked(question) is None


def test_what_is_left_for_searching_is_the_question_without_its_day():
    text = "2026年6月三年定期利率多少"
    assert without_day(text, asked_day(text, TODAY)) == "三年定期利率多少"


@given(st.text(max_size=60), st.dates(date(2001, 1, 1), date(2090, 1, 1)))
def test_any_text_is_read_or_left(text, today):
    found = asked_day(text + " 利率", today)
    if found is not None:
        assert found.first <= found.last
        assert found.is_past(today) or found.is_future(today)
        assert 0 <= found.start < found.end <= len(text) + 3


@given(st.dates(date(2001, 1, 1), date(2089, 12, 31)))
def test_a_whole_date_is_that_day(day):
    today = date(2090, 1, 1)
    for text in (f"{day.year}年{day.month}月{day.day}日的利率", f"rate on {day.isoformat()}"):
        found = asked_day(text, today)
        assert found is not None
        assert (found.first, found.last) == (day, day)


def test_a_question_that_goes_on_is_about_the_terms_asked_before():
    assert asked_day("去年10月呢", TODAY, "三年定期利率多少").last == date(2025, 10, 31)
    assert asked_day("去年10月呢", TODAY, "我的账单还没到") is None
    assert asked_day("去年10月我搬家了", TODAY, "三年定期利率多少") is None
