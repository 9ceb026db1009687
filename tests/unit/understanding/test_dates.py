"""Ranges of days, both ends included, read against the bank's present day: 2026-11-22, a Sunday."""

import pytest

from tests.unit.understanding.reading import TODAY, values

READ = {
    "今天": "2026-11-22/2026-11-22",
    "昨天": "2026-11-21/2026-11-21",
    "前天": "2026-11-20/2026-11-20",
    "本周": "2026-11-16/2026-11-22",
    "上周": "2026-11-09/2026-11-15",
    "上个星期": "2026-11-09/2026-11-15",
    "这个月": "2026-11-01/2026-11-22",
    "上个月": "2026-10-01/2026-10-31",
    "上上个月": "2026-09-01/2026-09-30",
    "上個月": "2026-10-01/2026-10-31",
    "今年": "2026-01-01/2026-11-22",
    "去年": "2025-01-01/2025-12-31",
    "前年": "2024-01-01/2024-12-31",
    "最近三个月": "2026-08-23/2026-11-22",
    "近3个月": "2026-08-23/2026-11-22",
    "最近半年": "2026-05-23/2026-11-22",
    "最近半个月": "2026-11-08/2026-11-22",
    "近一周": "2026-11-16/2026-11-22",
    "过去30天": "2026-10-24/2026-11-22",
    "近十天": "2026-11-13/2026-11-22",
    "近两年": "2024-11-23/2026-11-22",
    "8月15": "2026-08-15/2026-08-15",
    "8月15日": "2026-08-15/2026-08-15",
    "八月十五号": "2026-08-15/2026-08-15",
    "12月25日": "2025-12-25/2025-12-25",
    "去年8月15号": "2025-08-15/2025-08-15",
    "2024年2月29日": "2024-02-29/2024-02-29",
    "8月": "2026-08-01/2026-08-31",
    "三月份": "2026-03-01/2026-03-31",
    "12月": "2025-12-01/2025-12-31",
    "十一月": "2026-11-01/2026-11-22",
    "2025年3月": "2025-03-01/2025-03-31",
    "2026-10-01": "2026-10-01/2026-10-01",
    "2026.10.1": "2026-10-01/2026-10-01",
    "2026/10/1": "2026-10-01/2026-10-01",
    "yesterday": "2026-11-21/2026-11-21",
    "last week": "2026-11-09/2026-11-15",
    "Last Month": "2026-10-01/2026-10-31",
    "last 3 months": "2026-08-23/2026-11-22",
    "this year": "2026-01-01/2026-11-22",
}
WRONG_TODAY = {
    "二零二五年三月": ["2025-03-01/2025-03-31"],
    "大前天": ["2026-11-19/2026-11-19"],
    "上上周": ["2026-11-02/2026-11-08"],
    "2025年": ["2025-01-01/2025-12-31"],
    "最近0天": [],
}


@pytest.mark.parametrize(("text", "days"), READ.items(), ids=READ)
def test_a_range_is_read_alone_and_in_a_sentence(text, days):
    assert values(text, "date_range") == [days]
    assert values(f"查一下{text}的明细", "date_range", moves_money=False) == [days]


@pytest.mark.parametrize(("text", "days"), WRONG_TODAY.items(), ids=WRONG_TODAY)
@pytest.mark.xfail(reason="the date reader takes these for something else", strict=True)
def test_a_range_that_is_hard_to_read_is_read_right_or_not_at_all(text, days):
    assert values(text, "date_range") == days


@pytest.mark.parametrize(
    "text",
    [
        *("2月30日", "2025年2月29日", "13月1日", "0月5日", "2026-13-01", "2026-02-30", "2月30"),
        *("2026-12-31", "最近", "最近几天", "尾号2026", "没有日期"),
        *("最近99999999999天", "99999999999999月1日", "最近一亿年", "九万亿月", "前九千万天"),
    ],
)
def test_what_is_no_day_is_no_value(text):
    assert values(text, "date_range") == []


def test_a_range_never_begins_after_it_ends_nor_ends_after_today():
    for days in READ.values():
        first, last = days.split("/")
        assert first <= last <= TODAY.isoformat()


def test_two_days_are_two_values():
    assert values("8月15日到9月3日", "date_range") == [
        "2026-08-15/2026-08-15",
        "2026-09-03/2026-09-03",
    ]
