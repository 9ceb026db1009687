"""Callers see the public events, masked, and nothing else."""

import pytest
from hypothesis import HealthCheck, given, settings

from assistant.model.events import Answered, Asked, CodeSent, SlotCorrected, SlotSet
from assistant.model.ids import ConversationId
from assistant.model.release import Release, SlotDefinition
from assistant.model.tracker import Tracker
from assistant.response.public import masked, public_event, public_turn
from tests.contract.events import AT, events, turn

STAMP = {"at": AT, "turn": 1, "release": "r1"}
SLOTS = {
    "card": SlotDefinition(name="card", mask="tail"),
    "phone": SlotDefinition(name="phone", mask="phone"),
    "one_time_code": SlotDefinition(name="one_time_code", mask="secret"),
    "payee": SlotDefinition(name="payee"),
}
RELEASE = Release(fingerprint="r1", flows={}, slots=SLOTS, responses={})
CONTRACT = {
    *("flow_started", "flow_completed", "flow_cancelled", "flow_interrupted", "flow_resumed"),
    *("slot_set", "slot_corrected", "step_up_requested", "step_up_passed", "step_up_failed"),
    *("action_executed", "answered", "abstained", "recommended", "clarified", "chitchat"),
    *("review_requested", "review_decided", "risk_decision", "content_erased"),
    *("handoff_requested", "handoff_accepted", "handoff_ended", "cannot_handle"),
    *("conversation_continued", "channel_changed"),
}


def public(event):
    return public_event(event, RELEASE)


@pytest.mark.parametrize(
    ("slot", "value", "shown"),
    [
        ("card", "6222020000006688", "…6688"),
        ("phone", "13800001001", "138****1001"),
        ("one_time_code", "246810", "******"),
        ("payee", "妈妈", "妈妈"),
        ("unknown", "x", "x"),
    ],
)
def test_a_slot_is_shown_as_its_mask_allows(slot, value, shown):
    event = SlotSet(**STAMP, slot=slot, value=value, origin="customer")
    assert public(event) == {"type": "slot_set", "slot": slot, "value": shown}
    assert masked(value, SLOTS.get(slot)) == shown


def test_a_correction_shows_the_new_value_only():
    event = SlotCorrected(**STAMP, slot="card", old="1111222233334444", value="5555666677778888")
    assert public(event) == {"type": "slot_corrected", "slot": "card", "value": "…8888"}


@pytest.mark.parametrize(
    "event",
    [
        SlotSet(**STAMP, slot="card", value=None, origin="customer"),
        SlotSet(**STAMP, slot="card", value="6688", origin="reset"),
        SlotSet(**STAMP, slot="outcome", value="done", origin="action"),
        SlotSet(**STAMP, slot="reason", value="x", origin="action"),
        Asked(**STAMP, slot="card"),
        CodeSent(**STAMP, code_id="1", purpose="p", masked_phone="138****1001", expires_at=AT),
        *turn(1),
    ][:6],
)
def test_what_is_ours_alone_is_not_shown(event):
    assert public(event) is None


def test_an_answer_names_its_citations():
    event = Answered(**STAMP, question="secret words", passages=("d@1#s-1",))
    assert public(event) == {"type": "answered", "citation_ids": ["d@1#s-1"]}


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(events)
def test_every_event_has_a_type_of_the_contract_or_is_not_shown(event):
    body = public(event)
    if body is not None:
        assert body["type"] in CONTRACT
        assert None not in body.values()
        assert not {"at", "turn", "release", "frame_id", "facts", "question"} & set(body)


def test_a_turn_is_rebuilt_from_the_log():
    tracker = Tracker.replay(ConversationId("c1"), [*turn(1), *turn(2)])
    shown = public_turn(tracker, 2, RELEASE, 3)
    assert (shown.turn, shown.level) == (2, 3)
    assert [part.text for part in shown.replies] == ["…"]
    assert shown.events == ({"type": "slot_set", "slot": "card", "value": "…6688"},)
