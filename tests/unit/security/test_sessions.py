"""A level belongs to the sign-in that earned it, in its channel, and risk takes the top away."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.model.assurance import Assurance
from assistant.model.events import MessageReceived, RiskDecided, SignedIn, StepUpPassed
from assistant.model.ids import ConversationId
from assistant.model.message import SignIn
from assistant.model.tracker import Tracker
from assistant.security.assurance import level_now
from assistant.security.sessions import level_of_sign_in

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def sign_in(level, session, at=AT):
    return SignIn(customer_id="C1001", level=level, at=at, session=session)


def heard(turn, channel="web"):
    return MessageReceived(
        at=AT, release="r", turn=turn, message_id=f"m{turn}", text="hi", channel=channel
    )


def passed(level):
    return StepUpPassed(at=AT, release="r", turn=1, proof="code", level=level, purpose="p")


def speaking(level, session):
    tracker = Tracker(ConversationId("c1"))
    tracker.record(heard(1))
    known = sign_in(level, session)
    tracker.record(
        SignedIn(
            at=AT,
            release="r",
            turn=1,
            customer_id="C1001",
            level=level,
            signed_in_at=known.at,
            session=session,
        )
    )
    return tracker


def test_the_same_session_is_not_noted_again():
    assert level_of_sign_in(speaking(3, "a"), sign_in(3, "a"), Assurance.FULL, AT) is None


@pytest.mark.parametrize("own", list(Assurance))
def test_another_session_brings_its_own_level_and_inherits_none(own):
    held = Assurance.FULL
    assert level_of_sign_in(speaking(4, "a"), sign_in(own, "b"), held, AT) == own


def test_an_old_sign_in_brings_what_time_has_left():
    old = sign_in(4, "b", AT - timedelta(minutes=11))
    assert level_of_sign_in(speaking(1, "a"), old, Assurance.PHONE, AT) == Assurance.BOUND_CARD


def test_a_session_that_comes_back_raises_nothing():
    tracker = speaking(4, "a")
    tracker.record(
        SignedIn(
            at=AT, release="r", turn=1, customer_id="C1001", level=1, signed_in_at=AT, session="b"
        )
    )
    assert level_of_sign_in(tracker, sign_in(4, "a"), Assurance.PHONE, AT) == Assurance.PHONE


def test_what_a_visitor_proved_stays_when_they_sign_in():
    tracker = Tracker(ConversationId("c1"))
    tracker.record(heard(1))
    tracker.record(passed(2))
    assert level_of_sign_in(tracker, sign_in(1, "a"), Assurance.REAL_NAME, AT) == 2


def test_codes_passed_in_one_session_do_not_serve_another():
    tracker = speaking(4, "a")
    tracker.record(passed(4))
    assert tracker.proofs
    tracker.record(
        SignedIn(
            at=AT, release="r", turn=1, customer_id="C1001", level=4, signed_in_at=AT, session="b"
        )
    )
    assert tracker.proofs == []


@pytest.mark.parametrize(("level", "left"), [(4, 2), (3, 2), (2, 2), (1, 1)])
def test_another_channel_keeps_the_name_and_no_more(level, left):
    tracker = speaking(level, "a")
    tracker.record(heard(2, channel="voice"))
    assert level_now(tracker, AT) == left
    tracker.record(heard(3, channel="web"))
    assert level_now(tracker, AT) == left


@pytest.mark.parametrize(("decision", "left"), [("hold", 3), ("deny", 3), ("allow", 4)])
def test_a_risk_signal_takes_the_top_level(decision, left):
    tracker = speaking(4, "a")
    tracker.record(RiskDecided(at=AT, release="r", turn=1, decision=decision))
    assert level_now(tracker, AT) == left
