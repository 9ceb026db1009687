"""Days, times, branches and wishes as customers say them."""

from datetime import date

import pytest

from actions.bank.services import Branch
from actions.counterparties import named_in
from actions.preferences import read_preferences
from actions.visits import find_branches, read_day, read_time

SUNDAY = date(2026, 11, 22)
BRANCHES = (
    Branch(branch_id="B1", name="杭州分行营业部", city="杭州", address="上城区钱塘路168号"),
    Branch(branch_id="B2", name="杭州城东支行", city="杭州", address="上城区望江街96号"),
    Branch(branch_id="B3", name="上海徐汇支行", city="上海", address="徐汇区梧桐里路77号"),
    Branch(branch_id="B4", name="桐溪县支行", city="桐溪县", address="桐溪县城关镇人民路12号"),
)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("明天上午", date(2026, 11, 23)),
        ("后天", date(2026, 11, 24)),
        ("大后天去", date(2026, 11, 25)),
        ("周三", date(2026, 11, 25)),
        ("下周一", date(2026, 11, 23)),
        ("26号", date(2026, 11, 26)),
        ("11月28日", date(2026, 11, 28)),
        ("2号", date(2026, 12, 2)),
        ("next Tuesday", date(2026, 11, 24)),
        ("day after tomorrow", date(2026, 11, 24)),
        ("2026-11-27", date(2026, 11, 27)),
        ("31号", None),
        ("随便", None),
    ],
)
def test_day_is_read_against_the_present_one(words, day):
    assert read_day(words, SUNDAY) == day


@pytest.mark.parametrize(
    ("words", "time"),
    [
        ("上午十点", "10:00"),
        ("下午两点半", "14:30"),
        ("三点", "15:00"),
        ("10:40", "10:30"),
        ("2 pm", "14:00"),
        ("中午12点", "12:00"),
        ("上午", None),
        ("改天", None),
    ],
)
def test_time_is_read_to_the_half_hour(words, time):
    assert read_time(words) == time


@pytest.mark.parametrize(
    ("words", "near", "found"),
    [
        ("去城东支行", "", ["B2"]),
        ("徐汇", "", ["B3"]),
        ("杭州的网点", "", ["B1", "B2"]),
        ("最近的网点", "上海市徐汇区虹桥路", ["B3"]),
        ("桐溪", "", ["B4"]),
        ("火星支行", "", []),
    ],
)
def test_branch_is_found_by_what_it_is_called(words, near, found):
    assert [one.branch_id for one in find_branches(words, BRANCHES, near)] == found


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("切换成英文", {"language": "en"}),
        ("我看不懂英文，换回中文", {"language": "zh-Hans"}),
        ("改用繁體字", {"language": "zh-Hant"}),
        ("开启长辈模式", {"elder_mode": True}),
        ("把老年模式给我关了", {"elder_mode": False}),
        ("不要再给我发营销短信", {"marketing_consent": False}),
        ("我同意接收优惠信息，给我打开吧", {"marketing_consent": True}),
        ("设置免打扰时间，晚上九点到早上八点", {"quiet_hours": "21:00-08:00"}),
        ("no texts after 10pm please", {"quiet_hours": "22:00-08:00"}),
        ("取消免打扰", {"quiet_hours": ""}),
        ("今天天气不错", {}),
    ],
)
def test_wish_is_read_as_what_is_to_be_set(words, wish):
    assert read_preferences(words) == wish


def test_counterparty_is_named_by_the_longest_beginning():
    names = ["美团外卖", "美团打车", "Costa Coffee", "满仓便利店"]
    assert named_in("把美团外卖那笔改一下", names) == ["美团外卖"]
    assert named_in("美团那笔", names) == ["美团外卖", "美团打车"]
    assert named_in("the costa one", names) == ["Costa Coffee"]
    assert named_in("那笔", names) == []
