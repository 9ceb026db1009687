"""A yes that was on its way while another question was asked answers neither."""

from datetime import UTC, datetime

import pytest

from assistant.dialogue.unseen import has_moved_on, meant
from assistant.model.commands import Affirm, Deny, Repeat
from assistant.model.events import Asked, MessageReceived, ReplyReviewed
from assistant.model.tracker import Tracker

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def asked(digest, slot="confirm"):
    return Asked(
        release="r", at=AT, turn=1, slot=slot, frame_id="f1", confirms="transfer", digest=digest
    )


def received(*, unseen):
    return MessageReceived(
        release="r", at=AT, turn=1, message_id="m-1", text="是", channel="web", unseen=unseen
    )


@pytest.mark.parametrize(
    ("events", "seen", "moved_on"),
    [
        ([asked("50")], 1, False),
        ([asked("50")], 0, True),
        ([asked("50"), asked("900")], 1, True),
        ([asked("50"), asked("900")], 2, False),
        ([asked("50"), asked("50")], 1, False),
        ([asked("50"), asked("50", slot=None)], 1, False),
    ],
    ids=["seen", "not yet asked", "changed since", "up to date", "asked again", "closed since"],
)
def test_a_question_counts_as_seen_when_it_was_open_as_the_message_came(events, seen, moved_on):
    tracker = Tracker.replay("c_1", events)
    assert has_moved_on(tracker, seen) is moved_on


def test_an_unseen_yes_becomes_a_wish_to_hear_the_question_and_a_no_stays_one():
    tracker = Tracker.replay("c_1", [received(unseen=True)])
    assert meant((Affirm(), Deny()), tracker) == (Repeat(), Deny())


def test_a_yes_to_what_was_shown_stays_one():
    tracker = Tracker.replay("c_1", [received(unseen=False)])
    assert meant((Affirm(),), tracker) == (Affirm(),)


def test_a_yes_to_a_read_back_that_compliance_withheld_is_none():
    withheld = ReplyReviewed(
        release="r", at=AT, turn=1, rule="promise", verdict="replace", withheld="…"
    )
    tracker = Tracker.replay("c_1", [withheld, asked("50"), received(unseen=False)])
    assert meant((Affirm(),), tracker) == (Repeat(),)
