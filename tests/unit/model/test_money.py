"""Money is exact, never negative, never rounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.money import Money, MoneyError

CENTS = st.integers(0, 10**14)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("0", 0),
        ("25.50", 2550),
        ("25.5", 2550),
        ("12,480.55", 1248055),
        (" 1,234,567 ", 123456700),
        ("10.000", 1000),
        ("007", 700),
    ],
)
def test_a_plain_amount_is_read_exactly(text, minor):
    assert Money.parse(text) == Money(minor, "CNY")


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "abc", "-5", "+5", "1e5", "10.005", "1,23", "12,34.5", ".5", "5.", "¥5", "5元"),
        *("NaN", "Infinity", "５", "٣", "1 000", "1.2.3", "9" * 19, "1_000", "0x10"),
    ],
)
def test_what_is_no_exact_amount_is_refused_not_rounded(text):
    with pytest.raises(MoneyError):
        Money.parse(text)


def test_yen_have_no_decimals():
    assert Money.parse("500", "JPY").minor_units == 500
    with pytest.raises(MoneyError):
        Money.parse("500.5", "JPY")
    assert Money(500, "JPY").plain() == "500"


def test_an_unknown_currency_is_refused():
    with pytest.raises(MoneyError):
        Money.parse("5", "XXX")
    with pytest.raises(MoneyError):
        Money(5, "XXX")


def test_money_is_never_negative():
    with pytest.raises(MoneyError):
        Money(-1, "CNY")
    with pytest.raises(MoneyError):
        Money(5, "CNY") - Money(6, "CNY")


def test_currencies_do_not_mix():
    for join in (Money.__add__, Money.__sub__):
        with pytest.raises(MoneyError):
            join(Money(5, "CNY"), Money(1, "USD"))


def test_the_contract_writes_amount_and_currency():
    assert Money(1248055, "CNY").as_json() == {"amount": "12480.55", "currency": "CNY"}


@given(CENTS)
def test_every_way_of_writing_an_amount_reads_back_as_the_same_money(minor):
    money = Money(minor, "CNY")
    assert Money.parse(money.plain()) == money
    if len(money.grouped()) <= 18:
        assert Money.parse(money.grouped()) == money


@given(CENTS, CENTS)
def test_what_is_added_can_be_taken_away_again(one, other):
    first, second = Money(one, "CNY"), Money(other, "CNY")
    assert first + second - second == first


@given(st.text(max_size=25))
def test_any_text_is_money_or_a_money_error(text):
    try:
        money = Money.parse(text)
    except MoneyError:
        return
    assert money.minor_units >= 0
