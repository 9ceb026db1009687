"""Amounts as people write and say them, exact to the fen; other numbers are no money."""

import pytest

from tests.unit.understanding.reading import values

READ = {
    "五千": "5000.00",
    "1.2万": "12000.00",
    "三百块五": "300.50",
    "两千三": "2300.00",
    "12,480.55": "12480.55",
    "１２，４８０．５５元": "12480.55",
    "¥88": "88.00",
    "￥88.8": "88.80",
    "半万": "5000.00",
    "3k": "3000.00",
    "3.5w": "35000.00",
    "五十块钱": "50.00",
    "一百二": "120.00",
    "一百零二": "102.00",
    "一万零五百": "10500.00",
    "一万五": "15000.00",
    "一千零五": "1005.00",
    "十万八": "108000.00",
    "两百五": "250.00",
    "十五": "15.00",
    "3千5": "3500.00",
    "1万2": "12000.00",
    "2千万": "20000000.00",
    "三块五毛": "3.50",
    "两元五角三分": "2.53",
    "十块半": "10.50",
    "5块5": "5.50",
    "0.01元": "0.01",
    "三百元整": "300.00",
    "五百塊": "500.00",
    "壹仟贰佰元": "1200.00",
    "人民币三百": "300.00",
    "300 RMB": "300.00",
    "rmb 300": "300.00",
    "25.50 yuan": "25.50",
    "2 thousand": "2000.00",
    "1000000": "1000000.00",
}
WRONG_TODAY = {
    "一点五万": ["15000.00"],
    "五毛钱": ["0.50"],
    "5角": ["0.50"],
    "半百万": ["500000.00"],
    "几百块": [],
    "二三十块": [],
    "亿元": [],
    "1,23": [],
    "1e5元": [],
    "-500元": [],
    "100美元": [],
    "20 dollars": [],
}


@pytest.mark.parametrize(("text", "amount"), READ.items(), ids=READ)
def test_an_amount_is_read_exactly(text, amount):
    assert values(text, "amount") == [amount]
    assert values(f"转{text}给妈妈", "amount") == [amount]


@pytest.mark.parametrize(("text", "amounts"), WRONG_TODAY.items(), ids=WRONG_TODAY)
def test_an_amount_that_is_hard_to_read_is_read_right_or_not_at_all(text, amounts):
    assert values(text, "amount") == amounts


@pytest.mark.parametrize("text", ["转一百给三叔", "转500给李四"])
def test_a_numeral_in_a_name_is_no_amount(text):
    assert len(values(text, "amount")) == 1
    assert len(values(text, "payee")) == 1


@pytest.mark.parametrize(
    "text",
    [
        *("尾号6688", "末四位：6688", "卡号6688", "3张", "三张卡", "5次", "第3笔", "2个月", "30天"),
        *("13800138000", "138 0013 8000", "手机号13800138000", "6222021234567890123"),
        *("11010519491231002X", "最近三笔", "周三", "星期五", "50%", "五岁", "R3", "C2", "8月15号"),
        *("2026-10-01", "五百多", "百来块", "1.234元", "12.3456", "没有数字"),
    ],
)
def test_a_number_that_is_no_money_is_left_alone(text):
    assert values(text, "amount") == []


@pytest.mark.parametrize("text", ["500", "五千", "3k"])
def test_a_bare_number_is_an_amount_only_when_money_is_spoken_of(text):
    assert values(text, "amount", moves_money=False) == []
    assert len(values(text, "amount", moves_money=False, asked="amount")) == 1


def test_with_a_unit_it_is_an_amount_anywhere():
    assert values("我有500元", "amount", moves_money=False) == ["500.00"]


def test_two_amounts_are_two_values_in_the_order_said():
    assert values("不是五百，是六百", "amount") == ["500.00", "600.00"]
    assert values("500元，不，800元", "amount") == ["500.00", "800.00"]


def test_a_card_beside_an_amount_keeps_its_digits():
    assert values("从尾号6688转500", "amount") == ["500.00"]
    assert values("从尾号6688转500", "card") == ["6688"]


@pytest.mark.parametrize("text", ["9" * 40 + ".5元", "一" * 30 + "元", "9" * 60])
def test_an_amount_beyond_any_balance_is_no_amount(text):
    assert values(text, "amount") == []
