"""Each assertion passes on what it means and fails on what it does not."""

import re

import pytest

from assistant.model.message import Button
from evals.e2e.expectations import (
    Clarifies,
    EndsFlow,
    RunsAction,
    SetsSlot,
    StartsFlow,
    Utters,
    judge,
    same,
)
from evals.e2e.observed import Observation

AT = {"line": 7, "shown": "as written"}
STARTED = Observation(kind="flow_started", name="lock_card")
COMPLETED = Observation(kind="flow_completed", name="lock_card", step="done")
CANCELLED = Observation(kind="flow_cancelled", name="lock_card", step="ask")
CLARIFIED = Observation(kind="clarification", value=["lock_card", "report_loss"])
ACTION = Observation(kind="action", name="lock_card")
SLOT = Observation(kind="slot", name="card", value="6688")
SAID = Observation(
    kind="utterance",
    name="ask_card",
    text="Which  card,\n6688 or 3021?",
    buttons=(Button(title="6688", payload="/SetSlots(card=6688)"),),
)
SEEN = [STARTED, SLOT, CLARIFIED, ACTION, SAID, COMPLETED, CANCELLED]


@pytest.mark.parametrize(
    "expected",
    [
        StartsFlow(**AT, flow_ids=("lock_card",)),
        StartsFlow(**AT, flow_ids=("other", "lock_card")),
        EndsFlow(**AT, how="flow_completed", flow_id="lock_card"),
        EndsFlow(**AT, how="flow_completed", flow_id="lock_card", step_id="done"),
        EndsFlow(**AT, how="flow_cancelled", flow_id="lock_card"),
        Clarifies(**AT, flow_ids=("lock_card", "report_loss")),
        Clarifies(**AT, flow_ids=("lock_card", "other"), operator="any"),
        RunsAction(**AT, action="lock_card"),
        RunsAction(**AT, action="utter_ask_card"),
        SetsSlot(**AT, name="card"),
        SetsSlot(**AT, name="card", value=6688, any_value=False),
        Utters(**AT, utter_name="ask_card"),
        Utters(**AT, pattern=re.compile("3021"), buttons=(("6688", None),)),
        Utters(**AT, text="Which card, 6688 or 3021?"),
    ],
    ids=repr,
)
def test_an_assertion_passes_on_what_it_means(expected):
    assert judge([expected], SEEN) == []


@pytest.mark.parametrize(
    "expected",
    [
        StartsFlow(**AT, flow_ids=("other",)),
        EndsFlow(**AT, how="flow_completed", flow_id="other"),
        EndsFlow(**AT, how="flow_completed", flow_id="lock_card", step_id="ask"),
        EndsFlow(**AT, how="flow_cancelled", flow_id="lock_card", step_id="done"),
        Clarifies(**AT, flow_ids=("lock_card", "other")),
        RunsAction(**AT, action="unlock_card"),
        RunsAction(**AT, action="utter_other"),
        SetsSlot(**AT, name="amount"),
        SetsSlot(**AT, name="card", value="3021", any_value=False),
        SetsSlot(**AT, name="card", forbids=True),
        Utters(**AT, utter_name="other"),
        Utters(**AT, utter_name="ask_card", pattern=re.compile("9999")),
        Utters(**AT, buttons=(("6688", "/affirm"),)),
        Utters(**AT, text="Which card?"),
        Utters(**AT, pattern=re.compile("6688"), forbids=True),
    ],
    ids=repr,
)
def test_an_assertion_fails_on_what_it_does_not_mean(expected):
    (failure,) = judge([expected], SEEN)
    assert (failure.line, failure.expected) == (7, "as written")
    assert failure.got


@pytest.mark.parametrize(
    "expected",
    [
        SetsSlot(**AT, name="amount", forbids=True),
        SetsSlot(**AT, name="card", value="3021", any_value=False, forbids=True),
        Utters(**AT, pattern=re.compile("sorry"), forbids=True),
    ],
    ids=repr,
)
def test_what_is_forbidden_and_does_not_happen_passes(expected):
    assert judge([expected], SEEN) == []


def test_the_order_matters_only_when_it_is_asked_for():
    expected = [RunsAction(**AT, action="lock_card"), SetsSlot(**AT, name="card")]
    assert judge(expected, SEEN) == []
    (failure,) = judge(expected, SEEN, in_order=True)
    assert failure.got == "it happened, but not in this order"
    assert judge(expected[::-1], SEEN, in_order=True) == []


def test_a_forbidden_thing_may_not_stand_before_what_is_ordered_either():
    expected = [RunsAction(**AT, action="lock_card"), SetsSlot(**AT, name="card", forbids=True)]
    assert len(judge(expected, SEEN, in_order=True)) == 1


@pytest.mark.parametrize(
    ("got", "wanted", "is_same"),
    [
        ("6688", 6688, True),
        (True, "true", True),
        (True, 1, False),
        ("200.00", "200.00", True),
        ("200.00", 200, False),
        ({"a": 1}, {"a": 1}, True),
        (None, "None", False),
    ],
)
def test_values_are_compared_as_yaml_writes_them(got, wanted, is_same):
    assert same(got, wanted) is is_same
