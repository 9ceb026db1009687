"""Button payloads: every form Rasa writes; anything else is `cannot_handle`, never an error."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.model.commands import (
    Affirm,
    CancelFlow,
    CannotHandle,
    Deny,
    HumanHandoff,
    SearchKnowledge,
    SetSlot,
    StartFlow,
)
from assistant.understanding.payloads import flow_for_intent, is_payload, read_payload
from tests.unit.understanding.release import RELEASE

UNKNOWN = (CannotHandle(reason="unknown_payload"),)


@pytest.mark.parametrize(
    ("payload", "commands"),
    [
        ("/affirm", (Affirm(),)),
        ("/deny", (Deny(),)),
        ("/cancel", (CancelFlow(),)),
        ("/human_handoff", (HumanHandoff(),)),
        ("/continue", ()),
        ("/StartFlow(transfer_money)", (StartFlow(flow="transfer_money"),)),
        ("/StartFlow( transfer_money )", (StartFlow(flow="transfer_money"),)),
        ("/CancelFlow(transfer_money)", (CancelFlow(flow="transfer_money"),)),
        ("/transfer_money", (StartFlow(flow="transfer_money"),)),
        ("/send_money", (StartFlow(flow="transfer_money"),)),
        ("/SetSlots(payee=妈妈)", (SetSlot(slot="payee", value="妈妈"),)),
        ('/Search("手续费多少")', (SearchKnowledge(question="手续费多少"),)),
        ("/urgent_please", (SetSlot(slot="urgent", value=True),)),
        (
            '/transfer_money{"person": "妈妈", "amount": "500"}',
            (
                StartFlow(flow="transfer_money"),
                SetSlot(slot="payee", value="妈妈"),
                SetSlot(slot="amount", value="500"),
            ),
        ),
        (
            "/SetSlots(payee='a, b', amount=\"1,000\", urgent=yes)",
            (
                SetSlot(slot="payee", value="a, b"),
                SetSlot(slot="amount", value="1,000"),
                SetSlot(slot="urgent", value=True),
            ),
        ),
    ],
)
def test_a_payload_is_read(payload, commands):
    assert is_payload(payload)
    assert read_payload(payload, RELEASE) == commands


@pytest.mark.parametrize(
    "payload",
    [
        *("/nonsense", "/StartFlow(nope)", "/StartFlow(pattern_search)", "/pattern_search"),
        *("/SetSlots(nope=1)", "/SetSlots()", "/StartFlow()", "/search_knowledge"),
    ],
)
def test_an_unknown_payload_cannot_be_handled(payload):
    assert read_payload(payload, RELEASE) == UNKNOWN


@pytest.mark.parametrize("text", ["查余额", "", "a/b", "/ 空格", "/SetSlots", "1/2"])
def test_words_are_no_payload_and_a_bare_name_is_one(text):
    assert is_payload(text) is (text == "/SetSlots")


def test_broken_entities_are_left_out_and_the_intent_stays():
    assert read_payload("/transfer_money{broken}", RELEASE) == (StartFlow(flow="transfer_money"),)


def test_a_trigger_starts_its_flow_only_when_sure_enough():
    assert flow_for_intent("send_money", RELEASE, 0.5).id == "transfer_money"
    assert flow_for_intent("send_money", RELEASE, 0.3) is None


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=40).map(lambda text: f"/{text}")
    | st.sampled_from(["SetSlots", "StartFlow", "CancelFlow", "Search"]).flatmap(
        lambda name: st.text("payeamount=,\"'\\ ()[]{}", max_size=25).map(
            lambda inside: f"/{name}({inside})"
        )
    )
    | st.text('{}[]":,\\ 0a', max_size=25).map(lambda inside: "/transfer_money{" + inside + "}")
)
@example('/a{"a": 1, "a": [null, {}]}')
@example('/transfer_money{"amount": NaN}')
@example('/transfer_money{"amount": 1e999}')
def test_no_payload_ever_raises(payload):
    if is_payload(payload):
        commands = read_payload(payload, RELEASE)
        assert payload == "/continue" or commands


def test_entities_nested_beyond_reason_are_left_out():
    payload = '/transfer_money{"a":' + "[" * 3900 + "}"
    assert read_payload(payload, RELEASE) == (StartFlow(flow="transfer_money"),)
