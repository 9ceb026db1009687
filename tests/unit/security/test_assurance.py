"""A level is lost with time: idle for the upper two, age for the lower two."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.assurance import Assurance
from assistant.model.ids import ConversationId
from assistant.model.tracker import Tracker
from assistant.security.assurance import level_now
from assistant.security.step_up import next_proof

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def tracker(level, *, last_turn=None):
    made = Tracker(ConversationId("c1"))
    made.assurance, made.assured_at, made.last_turn_at = Assurance(level), AT, last_turn
    return made


@pytest.mark.parametrize(
    ("earned", "after", "level"),
    [
        (4, timedelta(minutes=10), 4),
        (4, timedelta(minutes=10) + SECOND, 3),
        (4, timedelta(minutes=30), 3),
        (4, timedelta(minutes=30) + SECOND, 2),
        (4, timedelta(hours=12) + SECOND, 1),
        (4, timedelta(hours=24) + SECOND, 0),
        (3, timedelta(minutes=11), 3),
        (3, timedelta(minutes=30), 3),
        (3, timedelta(minutes=30) + SECOND, 2),
        (2, timedelta(hours=12), 2),
        (2, timedelta(hours=12) + SECOND, 1),
        (1, timedelta(hours=24), 1),
        (1, timedelta(hours=24) + SECOND, 0),
        (0, timedelta(days=9), 0),
    ],
)
def test_an_idle_conversation_comes_down_the_ladder(earned, after, level):
    assert level_now(tracker(earned), AT + after) == level


def test_turns_keep_the_upper_levels():
    active = tracker(4, last_turn=AT + timedelta(hours=3))
    assert level_now(active, AT + timedelta(hours=3, minutes=9)) == Assurance.FULL


def test_turns_do_not_keep_the_lower_levels():
    active = tracker(2, last_turn=AT + timedelta(hours=12))
    assert level_now(active, AT + timedelta(hours=12, minutes=1)) == Assurance.PHONE


def test_a_turn_before_the_level_was_earned_says_nothing():
    assert level_now(tracker(4, last_turn=AT - timedelta(days=1)), AT) == Assurance.FULL


def test_without_a_proof_everybody_is_a_visitor():
    assert level_now(Tracker(ConversationId("c1")), AT) == Assurance.VISITOR


@given(st.sampled_from(Assurance), st.lists(st.integers(0, 10**6), min_size=2, max_size=6))
def test_a_level_never_rises_by_waiting_nor_above_what_was_earned(earned, seconds):
    levels = [level_now(tracker(earned), AT + timedelta(seconds=s)) for s in sorted(seconds)]
    assert levels == sorted(levels, reverse=True)
    assert all(level <= earned for level in levels)


@pytest.mark.parametrize(
    ("held", "proof"), [(0, "phone"), (1, "identity"), (2, "card"), (3, "code")]
)
def test_the_next_proof_leads_one_rung_up(held, proof):
    step = next_proof(Assurance(held), "p")
    assert (step.proof, step.level, step.purpose) == (proof, held + 1, "p")
