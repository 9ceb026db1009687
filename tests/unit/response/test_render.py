"""Approved wording, filled: placeholders, Jinja, languages, money, cards, channels, conditions."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError

from assistant.model.ids import ConversationId
from assistant.model.message import Button
from assistant.model.release import ButtonText, Release, ResponseVariant, SlotDefinition
from assistant.model.tracker import Tracker
from assistant.response.render import Renderer
from assistant.response.values import mask_phone, mask_tail, show, show_money

SLOTS = {
    "amount": SlotDefinition(name="amount", kind="amount"),
    "phone": SlotDefinition(name="phone", kind="phone", mask="phone"),
    "card": SlotDefinition(name="card", kind="card", mask="tail"),
    "pin": SlotDefinition(name="pin", kind="code", mask="secret"),
}


def said(*variants, key="utter_a", facts=None, slots=None, buttons=(), **state):
    """The part rendered from these variants of one key."""
    tracker = Tracker(ConversationId("c1"))
    tracker.slots.update(slots or {})
    for name, value in state.items():
        setattr(tracker, name, value)
    apology = ResponseVariant(text={"zh-Hans": "抱歉"})
    responses = {"utter_a": variants, "utter_internal_error": (apology,)}
    release = Release(fingerprint="r1", flows={}, slots=SLOTS, responses=responses)
    return Renderer(release).part(key, facts or {}, tracker, buttons=buttons)


def text(chinese, **more):
    return ResponseVariant(text={"zh-Hans": chinese}, **more)


def test_placeholders_read_slots_and_facts_and_a_fact_wins():
    part = said(
        text("{who} {card} {x.y}"),
        slots={"who": "甲", "card": "6688"},
        facts={"who": "乙", "x": {"y": 1}},
    )
    assert part.text == "乙 6688 1"
    assert part.response_key == "a"


def test_what_is_missing_is_left_empty_and_never_shown_as_a_placeholder():
    assert said(text("[{nothing}] [{a.b.c}]")).text == "[] []"


def test_facts_of_the_action_are_read_at_top_level():
    assert said(text("{balance}"), facts={"facts": {"balance": "1.00"}}).text == "1.00"


@pytest.mark.parametrize(
    ("locale", "shown"),
    [("zh-Hans", "12,480.55元"), ("zh-Hant", "12,480.55元"), ("en", "CNY 12,480.55")],
)
def test_money_is_written_as_people_of_the_language_read_it(locale, shown):
    money = {"amount": "12480.55", "currency": "CNY"}
    assert said(text("{m}"), facts={"m": money}, locale=locale).text == shown
    assert said(text("{amount}"), slots={"amount": "12480.55"}, locale=locale).text == shown
    jinja = text("{{ money(m) }}", is_jinja=True)
    assert said(jinja, facts={"m": money}, locale=locale).text == shown


def test_phones_and_secrets_are_masked_in_the_reply():
    part = said(text("{phone} {pin}"), slots={"phone": "13800001001", "pin": "246810"})
    assert part.text == "138****1001 ******"


@pytest.mark.parametrize(
    ("locale", "words"), [("en", "hello"), ("zh-Hant", "你好呀"), ("zh-Hans", "你好")]
)
def test_the_customers_language_is_taken(locale, words):
    variant = ResponseVariant(text={"zh-Hans": "你好", "en": "hello", "zh-Hant": "你好呀"})
    assert said(variant, locale=locale).text == words


def test_without_a_translation_simplified_chinese_is_said():
    assert said(text("你好"), locale="en").text == "你好"


def test_jinja_sees_slots_facts_and_language():
    variant = text(
        "{% for i in items %}{{ i }},{% endfor %}{{ card }}{{ locale }}{{ no.such }}", is_jinja=True
    )
    assert said(variant, facts={"items": [1, 2]}, slots={"card": "6688"}).text == "1,2,6688zh-Hans"


@pytest.mark.parametrize(
    "template", ["{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ items.append(1) }}"]
)
def test_jinja_reaches_nothing_outside(template):
    with pytest.raises(SecurityError):
        said(text(template, is_jinja=True), facts={"items": []})


def test_a_customers_words_are_never_taken_for_a_template():
    part = said(text("{who}"), slots={"who": "{card} {{ 1 + 1 }}", "card": "6688"})
    assert part.text == "{card} {{ 1 + 1 }}"
    part = said(text("{{ who }}", is_jinja=True), slots={"who": "{{ 1 + 1 }}"})
    assert part.text == "{{ 1 + 1 }}"


def test_a_channel_of_its_own_is_preferred():
    variants = (text("都行"), text("电话", channel="voice"))
    assert said(*variants, channel="voice").text == "电话"
    assert said(*variants, channel="web").text == "都行"


def test_conditions_must_all_hold_and_the_most_specific_wins():
    variants = (
        text("甲"),
        text("乙", conditions={"x": 1}),
        text("丙", conditions={"x": 1, "y": True}),
    )
    assert said(*variants).text == "甲"
    assert said(*variants, slots={"x": 1}).text == "乙"
    assert said(*variants, slots={"x": 1, "y": True}).text == "丙"


def test_equal_variants_take_turns_and_the_same_turn_says_the_same():
    variants = (text("甲"), text("乙"))
    assert [said(*variants, turn=turn).text for turn in (0, 1, 2, 2)] == ["甲", "乙", "甲", "甲"]


def test_a_missing_key_is_an_apology_and_a_line_in_the_log(caplog):
    with caplog.at_level(logging.ERROR):
        part = said(text("甲"), key="utter_nothing")
    assert (part.text, part.response_key) == ("抱歉", "internal_error")
    assert caplog.records[0].response_key == "utter_nothing"


def test_when_no_condition_holds_there_is_no_wording_either():
    assert said(text("甲", conditions={"x": 1})).text == "抱歉"


def test_buttons_are_filled_and_those_of_the_action_come_first():
    button = ButtonText({"zh-Hans": "锁{card}", "en": "lock {card}"}, "/SetSlots(card={card})")
    part = said(
        text("甲", buttons=(button,)),
        slots={"card": "6688"},
        buttons=(Button(title="动", payload="/x"),),
    )
    assert [(b.title, b.payload) for b in part.buttons] == [
        ("动", "/x"),
        ("锁6688", "/SetSlots(card=6688)"),
    ]


def test_a_custom_card_is_filled_and_translated_to_its_depth():
    custom = {
        "kind": "receipt",
        "title": {"zh-Hans": "回执 {n}", "en": "Receipt {n}"},
        "rows": [{"amount": "{m}"}, "{items}"],
        "fixed": 3,
    }
    facts = {"n": 7, "m": {"amount": "5.00", "currency": "CNY"}, "items": [{"a": 1}]}
    part = said(text("甲", custom=custom), facts=facts, locale="en")
    assert part.card == {
        "kind": "receipt",
        "title": "Receipt 7",
        "rows": [{"amount": "CNY 5.00"}, [{"a": 1}]],
        "fixed": 3,
    }


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (3, "3"), (["甲", "乙"], "甲、乙"), ("x", "x"), (True, "True")]
)
def test_values_are_shown_plainly(value, shown):
    assert show(value, "zh-Hans") == shown


def test_an_amount_that_is_none_stays_as_it_was():
    assert show_money("lots", "CNY", "en") == "lots"


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (mask_phone, "13800001001", "138****1001"),
        (mask_phone, "021-6688", "…6688"),
        (mask_tail, "6222020000006688", "…6688"),
        (mask_tail, "6688", "…6688"),
        (mask_tail, "all", "all"),
    ],
)
def test_numbers_are_masked_to_their_ends(mask, value, shown):
    assert mask(value) == shown


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(st.text(max_size=20), st.dictionaries(st.sampled_from(["a", "b", "facts"]), JSON))
def test_any_wording_with_any_facts_becomes_text(words, facts):
    part = said(text(words + "{a} {a.b} {b}", custom={"x": [words, "{a}"]}), facts=facts)
    assert isinstance(part.text, str)
