"""A Rasa CALM project of somebody else, run as it is: flows, patterns, actions, conversations."""

from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from assistant.dialogue.decide import decide
from assistant.errors import ContentError
from assistant.model.commands import Clarify
from channels.bootstrap import make_brain
from channels.composition_content import check_pack
from channels.settings import Settings
from evals.e2e.reading import read_cases
from evals.e2e.running import run_case
from evals.harness import Harness, Setup

PACKS = Path(__file__).parents[1] / "packs"
BANK = PACKS / "calm_bank"
CASES = read_cases([BANK / "e2e_tests"])
pytestmark = pytest.mark.filterwarnings("ignore:.*rasa_sdk:UserWarning")


@pytest.fixture(scope="module")
def harness(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calm_bank")
    settings = Settings(content_dir=BANK, data_dir=folder / "data", _env_file=None)
    return Harness(make_brain(settings), settings, folder)


@pytest.fixture
def talk(harness):
    @asynccontextmanager
    async def opened(**slots):
        async with harness.open(Setup(slots=slots)) as conversation:

            async def say(words):
                record = await conversation.say(words)
                return [reply.text for reply in record.turn.replies], record

            yield say

    return opened


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_its_own_conversations_pass(harness, case):
    result = await run_case(case, harness)
    failures = [f for turn in result.turns for f in turn.failures] + list(result.failures)
    assert failures == []


def test_it_is_checked_without_errors_and_everything_unused_is_named():
    findings = check_pack(Settings(content_dir=BANK, _env_file=None))
    assert [str(f) for f in findings if f.severity == "error"] == []
    lines = [str(finding).split(":")[:2] for finding in findings]
    assert ["config.yml", "4"] in lines  # pipeline
    assert ["config.yml", "6"] in lines  # policies
    assert any("session_config" in str(finding) for finding in findings)
    assert any('"pattern_user_silence" is not run' in str(finding) for finding in findings)
    assert any('nothing runs "action_order_statement"' in str(finding) for finding in findings)


async def test_a_yes_button_that_sets_the_slot_confirms_the_read_back(talk):
    async with talk() as say:
        await say("send money to Ana")
        await say("50")
        await say("/SetSlots(account=checking)")
        await say("birthday")
        texts, _ = await say("/SetSlots(confirm_transfer=true)")
    assert texts[0] == "Sent. Reference HB50."


@pytest.mark.parametrize(
    ("payload", "question"),
    [
        ("/StartFlow(send_money)", "Who should get the money?"),
        ('/send_money{"recipient": "ben", "account": "savings"}', "How much?"),
        ("/find_branch", "In which city?"),
        ("/SetSlots(nothing=1)", "I did not get that."),
        ("/StartFlow(pattern_completed)", "I did not get that."),
        ("/unheard_of", "I did not get that."),
    ],
)
async def test_payloads_work_as_they_do_in_rasa(talk, payload, question):
    async with talk() as say:
        texts, _ = await say(payload)
    assert texts == ["Welcome to Harbour Bank. I am a virtual assistant.", question]


async def test_words_are_read_with_what_the_nlu_files_hold(talk):
    async with talk() as say:
        _, record = await say("I need to transfer 75 to Dora from my current account")
        slots = {e["slot"]: e["value"] for e in record.turn.events if e["type"] == "slot_set"}
    assert slots | {"enough_funds": True} == {
        "recipient": "Dora",
        "amount": 75,
        "account": "checking",
        "enough_funds": True,
    }


async def test_a_task_without_examples_is_found_by_its_description(talk):
    async with talk() as say:
        texts, _ = await say("show me my accounts and their balances")
    assert texts[1] == "checking: 900; savings: 12000"


async def test_a_failing_action_ends_its_task_and_claims_nothing(talk):
    async with talk() as say:
        texts, record = await say("/StartFlow(order_statement)")
    assert texts[1:] == ["Something broke on our side. Nothing was done."]
    outcomes = [e["outcome"] for e in record.turn.events if e["type"] == "action_executed"]
    assert outcomes == ["refused"]
    assert "flow_cancelled" in [e["type"] for e in record.turn.events]


def test_code_that_cannot_be_loaded_is_named_with_file_and_line(tmp_path):
    from actions.rasa_package import load_package  # noqa: PLC0415 - rasa_sdk warns when imported

    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "bad.py").write_text("import os\nraise ValueError('no')\n")
    with pytest.raises(ContentError) as caught:
        load_package(tmp_path / "actions", None)
    assert "bad.py:2: ValueError: no" in caught.value.problems[0]


def test_code_of_the_sample_bank_is_never_loaded():
    from channels.composition_foreign import package_of  # noqa: PLC0415 - as above

    assert package_of(Settings(_env_file=None)) is None
    assert package_of(Settings(content_dir=BANK, _env_file=None)) == BANK / "actions"


async def test_what_the_pack_offers_when_two_tasks_are_likely(harness):
    async with harness.open(Setup()) as conversation:
        async with conversation.assistant.conversations.hold_any(conversation.id) as held:
            decide((Clarify(options=("send_money", "block_card")),), held.log)
            top = held.log.tracker.top
        assert top.context["names"] == ["send money", "block a card"]
        assert top.context["clarification_options"] == "send money, block a card"


async def test_a_called_flow_keeps_its_slots_until_its_caller_ends(talk):
    async with talk() as say:
        await say("I lost my card")
        await say("Ana Reis")
        texts, _ = await say("yes")
        assert texts[0] == "The card of Ana Reis is blocked."
        texts, _ = await say("my card is gone")
    assert texts == ["What name is on the card?"]


async def test_cancelling_in_a_called_flow_cancels_its_caller(talk):
    async with talk() as say:
        await say("I lost my card")
        texts, record = await say("cancel")
    cancelled = [e["flow"] for e in record.turn.events if e["type"] == "flow_cancelled"]
    assert cancelled == ["ask_name", "block_card"]
    assert texts == ["I stopped block a card."]
