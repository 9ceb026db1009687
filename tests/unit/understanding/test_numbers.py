"""Phones, codes, cards and identity numbers, in figures and spoken."""

import pytest

from tests.unit.understanding.reading import all_values, values


@pytest.mark.parametrize(
    "text",
    [
        *("13800138000", "138 0013 8000", "138-0013-8000", "+86 138-0013-8000", "8613800138000"),
        *("幺三八零零一三八零零零", "一三八 零零一三 八零零零", "我的手机号是13800138000。"),
        "１３８００１３８０００",
    ],
)
def test_a_mobile_number_is_read_in_every_way_it_is_said(text):
    assert values(text, "phone") == ["13800138000"]


@pytest.mark.parametrize("text", ["12800138000", "1380013800", "138001380001", "6688", "幺三八"])
def test_other_digits_are_no_mobile_number(text):
    assert values(text, "phone") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("246810", "246810"),
        ("246 810", "246810"),
        ("验证码是246-810", "246810"),
        ("二四六八一零", "246810"),
        ("code 2468", "2468"),
    ],
)
def test_a_code_is_read_when_one_was_asked_for(text, code):
    assert values(text, "code", asked="code") == [code]
    assert values(text, "code") == []


@pytest.mark.parametrize("text", ["12", "123456789", "没收到"])
def test_too_few_or_too_many_digits_are_no_code(text):
    assert values(text, "code", asked="code") == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "尾号6688",
            "尾号是6688的卡",
            "6688那张卡",
            "末四位：6688",
            "尾号六六八八",
            "六六八八那张",
        ),
        *("card ending in 6688", "the last four digits are 6688", "最后四位6688"),
    ],
)
def test_a_card_is_known_by_its_last_four(text):
    assert values(text, "card") == ["6688"]


def test_four_bare_digits_are_a_card_when_no_money_is_spoken_of():
    assert values("6688", "card", moves_money=False) == ["6688"]
    assert values("6688", "card", asked="card") == ["6688"]
    assert values("6688", "card") == []


@pytest.mark.parametrize("text", ["尾号66888", "5000元", "2026年", "6688.5", "668"])
def test_other_digits_are_no_card(text):
    assert values(text, "card", moves_money=False) == []


@pytest.mark.parametrize("text", ["信用卡", "我的储蓄卡", "my debit card"])
def test_a_card_may_be_named_by_its_sort(text):
    assert len(values(text, "card")) == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6222021234567890123", "6222021234567890123"),
        ("6222 0212 3456 7890 123", "6222021234567890123"),
        ("卡号是6222-0212-3456-7890", "6222021234567890"),
    ],
)
def test_a_whole_card_number_is_read_and_nothing_inside_it(text, number):
    assert values(text, "card_number") == [number]
    assert len(all_values(text)) == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("11010519491231002X", "11010519491231002X"),
        ("11010519491231002x", "11010519491231002X"),
        ("身份证110105194912310021", "110105194912310021"),
        ("110105 19491231 0021", "110105194912310021"),
    ],
)
def test_an_identity_number_is_read_and_nothing_inside_it(text, number):
    assert values(text, "id_number") == [number]
    assert len(all_values(text)) == 1


@pytest.mark.parametrize(
    "text", ["11010519491231002", "1101051949123100211", "11010519491231002XX"]
)
def test_other_lengths_are_no_identity_number(text):
    assert values(text, "id_number") == []
