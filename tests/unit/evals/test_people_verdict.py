"""The judge of simulated customers goes by the bank's books and sees what must not happen."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.model.events import Abstained, ActionFinished, HandoffRequested, Said
from assistant.model.message import ReplyPart
from channels.bootstrap import load_release
from channels.settings import sample_pack
from evals.simulate.goals import Effect, Goal, load_cast
from evals.simulate.verdict import Ending, Entry, faults, how_it_ended

LOCK = Goal(
    id="lock_card",
    customers={"C1001": {"card": "6688"}},
    openings={"zh": ("锁卡",)},
    operation="lock_card",
    effects=(Effect(path="cards[last4={card}].status", equals="locked"),),
)


def event(kind, **values):
    return kind(turn=1, release="none", at=datetime(2026, 11, 22, tzinfo=UTC), **values)


def finished(outcome="done", key="k1", action="lock_card"):
    return event(ActionFinished, action=action, outcome=outcome, idempotency_key=key)


def said(key):
    return event(Said, part=ReplyPart(text="", response_key=key))


@pytest.fixture(scope="module")
def good():
    """A customer who locked a card, and everything is as it should be."""
    return Ending(
        goal=LOCK,
        events=[finished()],
        journal=[Entry("k1", "lock_card")],
        consents=["lock_card"],
        values={"card": "6688"},
        before={"cards": [{"last4": "6688", "status": "active"}]},
        after={"cards": [{"last4": "6688", "status": "locked"}]},
        is_withdrawn=False,
        release=load_release(sample_pack()),
    )


def test_what_is_as_it_should_be_has_no_fault(good):
    assert (faults(good), how_it_ended(good)) == ([], "reached")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"consents": []}, "unconfirmed"),
        (
            {
                "journal": [Entry("k1", "lock_card"), Entry("k2", "lock_card")],
                "events": [finished(), finished(key="k2")],
            },
            "doubled",
        ),
        ({"journal": []}, "told as done, not in the books"),
        ({"events": [finished("refused")]}, "done and not told"),
        ({"after": {"cards": [{"last4": "6688", "status": "active"}]}}, "another effect"),
        ({"after": {"cards": []}}, "another effect"),
    ],
)
def test_each_thing_that_must_not_happen_is_seen(good, changes, fault):
    assert any(each.startswith(fault) for each in faults(replace(good, **changes)))


def test_money_is_compared_with_what_the_customer_said_last(good):
    goal = LOCK.model_copy(
        update={
            "operation": "transfer_money",
            "effects": (Effect(path="balance", falls_by="{amount}"),),
        }
    )
    paid = replace(
        good,
        goal=goal,
        events=[finished(action="transfer_money")],
        journal=[Entry("k1", "transfer_money")],
        consents=["transfer_money"],
        values={"amount": "88.50"},
        before={"balance": "1000.00"},
        after={"balance": "911.50"},
    )
    assert faults(paid) == []
    assert faults(replace(paid, values={"amount": "88.00"})) != []


@pytest.mark.parametrize(
    ("events", "is_withdrawn", "ended"),
    [
        ([said("utter_action_refused")], False, "refused"),
        ([event(Abstained, question="?", reason="no_source")], False, "refused"),
        (
            [event(HandoffRequested, ticket="t", position=1, eta_s=60, reason="customer")],
            False,
            "handed_over",
        ),
        ([], True, "withdrawn"),
        ([], False, "lost"),
    ],
)
def test_how_it_ended_when_nothing_was_done(good, events, is_withdrawn, ended):
    end = replace(good, events=events, journal=[], consents=[], is_withdrawn=is_withdrawn)
    assert how_it_ended(end) == ended


def test_everybody_wants_something_of_the_pack():
    """A goal names a customer, words, and something the bank or the log can show."""
    cast, release = load_cast(), load_release(sample_pack())
    for goal in cast.goals:
        assert goal.customers
        assert goal.openings["zh"]
        assert goal.operation or goal.action or goal.ends or goal.refuses
        if goal.operation:
            assert goal.operation in release.policies
    assert {"student", "farmer", "senior", "rude", "cantonese"} <= {p.id for p in cast.personas}
