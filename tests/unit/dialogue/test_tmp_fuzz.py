"""Whatever is understood in whatever order: no error, an exact replay, no effect without a yes."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.model.assurance import Assurance
from assistant.model.commands import (
    Affirm,
    CancelFlow,
    CannotHandle,
    ChitChat,
    Clarify,
    CorrectSlot,
    Deny,
    HumanHandoff,
    Repeat,
    SearchKnowledge,
    SetSlot,
    SkipQuestion,
    StartFlow,
    Wait,
)
from assistant.ports import ActionResult
from tests.fakes_gateway import DONE, FakeGateway
from tests.unit.dialogue.talk import Talk

FLOWS = st.sampled_from(
    [
        *("lock_card", "transfer_money", "private_service", "linked", "calling", "home_address"),
        *("high_level", "going_round", "human_handoff"),
    ]
)
VALUES = {
    "card": ["6688", "3021"],
    "payee": ["妈妈", "林秀芳"],
    "amount": ["500.00", "0.00", "2000.00", "99999.00", "x", None],
    "purpose": ["学费"],
    "confirm_lock_card": [True, False],
    "confirm_transfer": [True, False],
    "city": ["北京"],
    "note": ["x"],
    "is_private": [True],
    "one_time_code": ["246810", "111111"],
    "step_up_phone": ["13800001001", "1"],
    "wants_person": [True, False],
}
PAIRS = st.sampled_from([(slot, value) for slot, values in VALUES.items() for value in values])
COMMANDS = st.one_of(
    FLOWS.map(lambda flow: StartFlow(flow=flow)),
    PAIRS.filter(lambda pair: pair[1] is not None).map(
        lambda pair: SetSlot(slot=pair[0], value=pair[1])
    ),
    PAIRS.map(lambda pair: CorrectSlot(slot=pair[0], value=pair[1])),
    st.just(Affirm()),
    st.sampled_from(
        [
            *(Affirm(), Deny(), CancelFlow(), CancelFlow(flow="lock_card"), HumanHandoff()),
            *(Repeat(), Wait(), SkipQuestion(), ChitChat(), CannotHandle()),
            *(SearchKnowledge(question="手续费"), Clarify(options=("lock_card", "linked"))),
        ]
    ),
)
MESSAGES = st.lists(st.lists(COMMANDS, min_size=1, max_size=3), min_size=1, max_size=8)


def gateway():
    done = ActionResult(outcome="done", receipt_id="R1", facts={"balance": "1.00"})
    return FakeGateway(
        answers={
            "lock_card": done,
            "transfer_money": done,
            "check_balance": done,
            "read_nothing": DONE,
            "action_ask_city": DONE,
        },
        changes={"lock_card", "transfer_money"},
        codes={"transfer_money"},
        levels={"lock_card": Assurance.VISITOR},
        arguments={"lock_card": ("card",), "transfer_money": ("payee", "amount")},
    )


@settings(
    max_examples=700,
    deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(MESSAGES)
async def test_any_conversation_is_carried_on_and_moves_nothing_without_a_yes(pack, messages):
    talk = Talk(pack(), gateway=gateway())
    talk.identity.people = {"C1001": {"phone": "13800001001"}}
    said_yes = False
    for commands in messages:
        before = len(talk.gateway.effects)
        turn = await talk.say(*commands)
        said_yes = said_yes or any(isinstance(command, Affirm) for command in commands)
        assert talk.tracker.turn in talk.tracker.finished
        assert turn.turn == talk.tracker.turn
        if len(talk.gateway.effects) > before:
            assert said_yes
    assert len({frame.frame_id for frame in talk.tracker.stack}) == len(talk.tracker.stack)
    assert len(set(talk.gateway.effects)) == len(talk.gateway.effects)
