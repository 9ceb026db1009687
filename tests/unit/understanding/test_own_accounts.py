"""The account that pays, and how many entries are wanted."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.release import Lexicon
from assistant.understanding.normalise import normalise
from assistant.understanding.values.accounts import find_counts, find_sources
from assistant.understanding.values.extract import Wanted, extract

TAILS = st.integers(0, 9999).map(lambda number: f"{number:04d}")


def sources(text):
    return [found.value for found in find_sources(text)]


def counts(text):
    return [found.value for found in find_counts(text)]


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("从6688走", "6688"),
        ("给妈妈转200,从3021扣吧", "3021"),
        ("用我的6688付", "6688"),
        ("6688那张卡里扣", "6688"),
        ("从二类户出", "二类户"),
        ("send 50 to mum from my 3021", "3021"),
    ],
)
def test_the_account_that_pays_is_found(text, account):
    assert sources(text) == [account]


@pytest.mark.parametrize(
    "text",
    ["从5000改成3000", "用5000元买", "从1000调到2000", "from 5000 to 3000", "6688"],
)
def test_figures_that_are_no_account_are_left(text):
    assert sources(text) == []


@given(TAILS)
def test_any_four_digits_where_an_account_stands_are_its_end(tail):
    assert sources(f"从{tail}走") == sources(f"转200给妈妈,{tail}扣") == [tail]


@given(st.text(max_size=40))
def test_nothing_breaks_them(text):
    for found in (*find_sources(text), *find_counts(text)):
        assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize(
    ("text", "many"),
    [
        ("最近三笔交易", "3"),
        ("最后一笔", "1"),
        ("前10笔", "10"),
        ("上一笔", "1"),
        ("last 5 transactions", "5"),
        ("my last three payments", "3"),
        ("the last transaction", "1"),
    ],
)
def test_how_many_entries_are_wanted(text, many):
    assert counts(text) == [many]


@pytest.mark.parametrize("text", ["有一笔不对", "transactions last month", "最近三个月", "几笔"])
def test_what_counts_no_entries(text):
    assert counts(text) == []


@pytest.mark.parametrize(
    ("words", "amount", "payee"),
    [
        ("从6688转200到3021", "200.00", "3021"),
        ("把两百块钱转到3021", "200.00", "3021"),
        ("转一百到我尾号3021的账户", "100.00", "3021"),
        ("transfer 200 to 3021", "200.00", "3021"),
    ],
)
def test_digits_after_an_amount_are_who_gets_it_and_never_how_much(words, amount, payee):
    found = extract(
        normalise(words, {}), Wanted(None, moves_money=True, today=date(2026, 11, 22)), Lexicon()
    )
    assert {one.kind: one.value for one in found if one.kind in {"amount", "payee"}} == {
        "amount": amount,
        "payee": payee,
    }
