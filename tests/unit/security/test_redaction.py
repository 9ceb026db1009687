"""Secrets are blanked before anything is stored; other words stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.events import Asked
from assistant.model.ids import ConversationId
from assistant.model.release import Release, SlotDefinition
from assistant.model.tracker import Tracker
from assistant.security.redaction import BLANK, redact
from tests.contract.events import AT

RELEASE = Release(
    fingerprint="r1",
    flows={},
    slots={
        "one_time_code": SlotDefinition(name="one_time_code", kind="code", mask="secret"),
        "step_up_id_number": SlotDefinition(
            name="step_up_id_number", kind="id_number", mask="secret"
        ),
        "amount": SlotDefinition(name="amount", kind="amount"),
        "confirm": SlotDefinition(name="confirm", type="bool"),
    },
    responses={},
)


def asking(slot):
    tracker = Tracker(ConversationId("c1"))
    if slot:
        tracker.record(Asked(at=AT, turn=1, release="r1", slot=slot))
    return tracker


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("246810", BLANK),
        ("验证码是246810。", f"验证码是{BLANK}。"),
        ("1234", BLANK),
        ('/SetSlots(one_time_code="246810")', f'/SetSlots(one_time_code="{BLANK}")'),
        ("没收到", "没收到"),
    ],
)
def test_a_code_that_was_asked_for_is_blanked(text, stored):
    assert redact(text, asking("one_time_code"), RELEASE) == stored


@pytest.mark.parametrize("text", ["246 810", "246-810", "二四六八一零", "２４６８１０"])
def test_a_code_is_blanked_in_every_way_it_can_be_read(text):
    assert redact(text, asking("one_time_code"), RELEASE) == BLANK


@pytest.mark.parametrize(
    "text", ["110101200201010011", "11010120020101001X", "6222 0212 3456 7890 123"]
)
def test_a_number_of_any_length_that_was_asked_for_is_blanked(text):
    assert redact(f"我的是{text}", asking("step_up_id_number"), RELEASE) == f"我的是{BLANK}"


@pytest.mark.parametrize("slot", [None, "amount"])
def test_a_password_told_unasked_is_blanked_and_other_numbers_stay(slot):
    tracker = asking(slot)
    assert redact("我的密码是123456", tracker, RELEASE) == f"我的密码是{BLANK}"
    assert redact("my PIN: 1234", tracker, RELEASE) == f"my PIN: {BLANK}"
    assert redact("尾号6688转500", tracker, RELEASE) == "尾号6688转500"


@pytest.mark.parametrize(
    ("slot", "stored"), [(None, BLANK), ("confirm", BLANK), ("amount", "246810")]
)
def test_six_digits_alone_are_kept_only_where_they_can_be_an_answer(slot, stored):
    assert redact("246810", asking(slot), RELEASE) == stored
    assert redact("转246810", asking(slot), RELEASE) == "转246810"


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), st.text("abc，。 ", max_size=5))
def test_no_six_digits_are_left_where_a_code_was_asked_for(code, words):
    stored = redact(f"{words}{code}{words}", asking("one_time_code"), RELEASE)
    assert code not in stored
