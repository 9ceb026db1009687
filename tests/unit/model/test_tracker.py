"""The tracker is a fold over its events: replayed, it is the same after every one of them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.model.assurance import Assurance
from assistant.model.events import (
    EVENTS,
    ActionFinished,
    Asked,
    FlowStarted,
    HandoffAccepted,
    HandoffEnded,
    HandoffRequested,
    NotUnderstood,
    Said,
    SignedIn,
    SlotSet,
    StepUpPassed,
)
from assistant.model.ids import ConversationId
from assistant.model.message import ReplyPart
from assistant.model.tracker import Tracker
from tests.contract.events import AT, events, turn

C1 = ConversationId("c1")
STAMP = {"at": AT, "turn": 1, "release": "r1"}


def folded(*log):
    return Tracker.replay(C1, log)


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(events, max_size=12))
def test_replay_gives_the_same_tracker_after_every_event(log):
    tracker = Tracker(C1)
    for count, event in enumerate(log, start=1):
        tracker.record(event)
        assert Tracker.replay(C1, log[:count]) == tracker


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(events, max_size=6))
def test_events_that_went_through_json_fold_to_the_same_tracker(log):
    stored = [EVENTS.validate_json(EVENTS.dump_json(event)) for event in log]
    assert Tracker.replay(C1, stored) == Tracker.replay(C1, log)


def test_a_turn_is_known_by_its_message_and_is_finished_only_at_its_end():
    first, second = turn(1), turn(2)
    tracker = folded(*first, *second[:-1])
    assert (tracker.turn, tracker.turns) == (2, {"m1": 1, "m2": 2})
    assert tracker.finished == {1}
    assert tracker.in_turn(1) == first


@pytest.mark.parametrize("empty", [None])
def test_an_empty_value_clears_a_slot(empty):
    tracker = folded(
        SlotSet(**STAMP, slot="card", value="6688", origin="customer"),
        SlotSet(**STAMP, slot="off", value=False, origin="customer"),
        SlotSet(**STAMP, slot="card", value=empty, origin="reset"),
    )
    assert tracker.slots == {"off": False}


def test_a_question_is_open_until_it_is_closed():
    tracker = folded(Asked(**STAMP, slot="card", frame_id="f1"))
    assert tracker.asked is not None
    tracker.record(Asked(**STAMP, slot=None))
    assert tracker.asked is None


def test_failures_count_in_a_row_and_a_task_begun_ends_the_row():
    failed = NotUnderstood(**STAMP, reason="not_understood")
    tracker = folded(failed, failed)
    assert tracker.failures == 2
    tracker.record(FlowStarted(**STAMP, flow="a", frame_id="f1"))
    assert tracker.failures == 0


def test_a_sign_in_sets_customer_level_and_the_moment_it_counts_from():
    tracker = folded(
        SignedIn(**STAMP, customer_id="C1001", level=Assurance.BOUND_CARD, signed_in_at=AT)
    )
    assert (tracker.customer_id, tracker.assurance, tracker.assured_at) == ("C1001", 3, AT)


def test_a_proof_without_a_customer_keeps_the_one_known():
    tracker = folded(
        SignedIn(**STAMP, customer_id="C1001", level=3, signed_in_at=AT),
        StepUpPassed(**STAMP, proof="code", level=4, purpose="level:4"),
    )
    assert (tracker.customer_id, tracker.assurance) == ("C1001", Assurance.FULL)
    assert [proof.purpose for proof in tracker.proofs] == ["level:4"]


def finished(outcome, key="k1"):
    return ActionFinished(**STAMP, action="pay", outcome=outcome, idempotency_key=key)


def test_an_unknown_outcome_stays_unsettled_until_the_same_key_is_known():
    tracker = folded(finished("unknown"), finished("unknown", "k2"), finished("done", "k2"))
    assert list(tracker.unsettled) == ["k1"]
    tracker.record(finished("refused"))
    assert not tracker.unsettled


def test_a_colleague_has_the_conversation_from_accept_to_end():
    asked = HandoffRequested(**STAMP, ticket="h1", position=1, eta_s=60, reason="customer")
    tracker = folded(asked, HandoffAccepted(**STAMP, ticket="h1", colleague="李雷"))
    assert (tracker.ticket_id, tracker.colleague) == ("h1", "李雷")
    tracker.record(HandoffEnded(**STAMP, ticket="h1"))
    assert (tracker.ticket_id, tracker.colleague) == (None, None)


def said(number, text, key=None):
    part = ReplyPart(text=text, response_key=key)
    return Said(at=AT, turn=number, release="r1", part=part)


def test_the_last_reply_is_every_bubble_of_the_last_turn_that_said_something():
    tracker = folded(said(1, "甲"), said(2, "乙"), said(2, "丙"), said(3, "等您", "wait"))
    assert [event.part.text for event in tracker.last_said(frozenset({"wait"}))] == ["乙", "丙"]
    assert folded().last_said() == []
