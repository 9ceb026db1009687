"""Readers of words never guess, never crash, and keep what they read in one form."""

from contextlib import suppress
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.accounts import read_period
from actions.arguments import canonical, masked, read_amount, sha256_of
from actions.cards import find_card
from actions.payments import Receiver, find_receivers
from actions.profile import age_on, mask_mobile, read_mobile
from assistant.errors import BankRefused
from assistant.model.ids import SlotName
from assistant.model.money import Money, MoneyError

AMOUNT = (SlotName("amount"),)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def card(last4, kind="debit", account_class="I"):
    return SimpleNamespace(
        last4=last4, number=f"621700000000000{last4}", kind=kind, account_class=account_class
    )


CARDS = [card("6688"), card("3021", account_class="II"), card("9105", "credit", None)]


@given(st.integers(1, 10**12))
def test_an_amount_reads_the_same_however_it_is_written(fen):
    money = Money(fen, "CNY")
    for written in (money.plain(), money.grouped(), money.as_json(), f" {money.plain()} "):
        assert canonical(AMOUNT, {"amount": written}) == {"amount": money.plain()}


@given(JSON)
def test_anything_is_an_amount_or_an_error_and_the_digest_never_fails(value):
    with suppress(MoneyError):
        assert read_amount(value).minor_units > 0
    assert len(sha256_of(canonical(AMOUNT, {"amount": value}))) == 64


@given(st.text())
def test_a_mobile_number_is_eleven_digits_or_nothing(text):
    phone = read_mobile(text)
    assert phone is None or (len(phone) == 11 and phone.isascii() and phone.isdecimal())


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_every_mobile_number_is_read_with_country_code_and_shown_masked(phone):
    assert read_mobile(f"+86 {phone[:3]} {phone[3:]}") == phone
    assert phone[3:7] not in mask_mobile(phone) or phone[3:7] in phone[:3] + phone[-4:]
    assert mask_mobile(phone)[3:7] == "****"


@given(st.text(max_size=30))
def test_words_for_a_card_mean_one_of_the_cards_or_none(text):
    found = find_card(text, CARDS, CARDS)
    assert found is None or found in CARDS


@given(st.text(max_size=30))
def test_without_cards_no_words_mean_one(text):
    assert find_card(text, [], []) is None


@pytest.mark.parametrize(
    ("said", "last4"),
    [
        ("信用卡", "9105"),
        ("credit card", "9105"),
        ("第三張", "9105"),
        ("储蓄卡", None),
        ("二类储蓄卡", "3021"),
        ("III类", None),
        ("2", "3021"),
        ("9", None),
        ("", None),
    ],
)
def test_kinds_classes_and_places_choose_a_card(said, last4):
    found = find_card(said, CARDS, CARDS)
    assert (found.last4 if found else None) == last4


@given(st.text(max_size=25))
def test_a_period_is_read_or_refused(text):
    try:
        first, last = read_period(text)
    except BankRefused:
        return
    assert first <= last


def test_a_single_day_is_a_period():
    assert read_period("2026-10-01") == (date(2026, 10, 1), date(2026, 10, 1))
    assert read_period(None) == (None, None)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2002, 11, 22), date(2026, 11, 22), 24),
        (date(2002, 11, 23), date(2026, 11, 22), 23),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
    ],
)
def test_age_counts_full_years(born, day, age):
    assert age_on(born, day) == age


def payee(payee_id, name, note="", last4="1111"):
    return Receiver(
        id=payee_id, name=name, note=note, last4=last4, bank="b", is_own=False, is_new=False
    )


PAYEES = [payee("p1", "林秀芳", "妈妈", "8899"), payee("p2", "林秀兰", "", "3340")]
RELATIONS = {"妈妈": ("老妈", "mum"), "爸爸": ("老爸",)}


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("林秀芳", ["p1"]),
        ("给老妈", ["p1"]),
        ("to my Mum", ["p1"]),
        ("老爸", []),
        ("林秀", ["p1", "p2"]),
        ("3340", ["p2"]),
        ("p2", ["p2"]),
        ("", []),
        ("王五", []),
    ],
)
def test_words_for_a_payee_mean_everybody_they_may_mean(said, ids):
    assert [one.id for one in find_receivers(said, PAYEES, RELATIONS)] == ids


def test_secret_arguments_are_masked_and_others_are_not():
    shown = masked({"card": "6688", "pin": "1234"}, frozenset({SlotName("pin")}))
    assert shown == {"card": "6688", "pin": "•••"}
