"""What customers are told when things break, held against the bank's journal. Real code, seeded."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.errors import SettingsError
from assistant.model.assurance import Assurance
from assistant.model.events import (
    ActionFinished,
    Asked,
    MessageReceived,
    RiskDecided,
    Said,
    StepUpRequested,
)
from assistant.model.message import ReplyPart
from channels.bootstrap import load_release
from channels.settings import sample_pack
from evals.simulate.episode import begin
from evals.simulate.plan import NEEDS_KEY, Fault, plan
from evals.simulate.runs import Run, negative_control
from evals.simulate.told import Story, asked_needlessly, is_confirmed, outcomes
from evals.simulate.worker import payload_brain
from evals.simulate.world import open_world
from tests.e2e.postgres import POSTGRES_URL

pytestmark = pytest.mark.timeout(300)
SEED = 20261122


@pytest.fixture(scope="module")
def brain():
    return payload_brain(load_release(sample_pack()))


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name.lower())
async def test_nothing_is_lost_doubled_or_told_wrongly(brain, fault):
    report = await Run(seed=SEED, episodes=2, only=fault).run(brain)
    assert report.failures == []
    assert report.total == 2


async def test_nothing_is_lost_doubled_or_told_wrongly_on_postgresql(brain):
    for fault in (Fault.KILL_AFTER, Fault.CRASH, Fault.LEASE, Fault.LOCKED, Fault.FULL):
        run = Run(seed=SEED, episodes=1, only=fault, database=POSTGRES_URL)
        try:
            report = await run.run(brain)
        except SettingsError as error:
            pytest.skip(str(error))
        assert report.failures == []


async def test_a_lookup_that_fails_is_told_with_a_record_and_pays_nothing(brain, tmp_path):
    """The bank is silent at each lookup in turn: before the read-back, and after the yes."""
    folder = tmp_path / "world"
    folder.mkdir()
    refused = set()
    async with open_world(folder, brain) as world:
        for lookup in range(1, 19):
            before = len(world.books.effects())
            episode = await begin(world, replace(plan(SEED, 5000, Fault.NONE), lookup=lookup))
            assert await episode.run() == []
            stored = await (await world.alive()).assistant.conversations.store.load(
                episode.conversation
            )
            events = [each.event for each in stored]
            [ended] = [e.outcome for e in events if isinstance(e, ActionFinished)]
            assert (ended == "done") == (len(world.books.effects()) == before + 1)
            if ended == "refused":
                refused.add(is_confirmed(events, "yes"))
    assert refused == {True, False}


@pytest.mark.parametrize("fault", [Fault.KILL_AFTER, Fault.LEASE, Fault.LOST_AFTER])
async def test_a_lookup_that_fails_when_it_is_taken_up_again_refuses_nothing(
    brain, tmp_path, fault
):
    folder = tmp_path / "world"
    folder.mkdir()
    async with open_world(folder, brain) as world:
        for lookup in range(9, 18, 2):
            planned = plan(SEED, 5000, fault)
            episode = await begin(world, replace(planned, lookup=lookup, commits_first=True))
            assert await episode.run() == []


def test_processes_killed_at_the_banks_commit_leave_one_effect_and_the_truth(tmp_path):
    """By the command, because a process that has run episodes before must not be forked."""
    command = ["simulate", "--faults", "--episodes", "1", "--kill", "3", "--no-control", "--json"]
    ended = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "channels.cli", *command],
        env={**os.environ, "GUITAI_DATA_DIR": str(tmp_path)},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = json.loads(ended.stdout)["kills"]
    assert (report["kills"], report["episodes"], report["failures"]) == (3, 3, [])


async def test_a_bank_that_honours_no_keys_is_caught_doubling(brain):
    report = await negative_control(brain, SEED, None, each=2)
    assert report.count("doubled") > 0
    assert report.count("told wrongly") + report.count("lost") > 0
    assert report.total == 2 * len(NEEDS_KEY)


def test_the_same_seed_gives_the_same_plans():
    assert [plan(7, n) for n in range(50)] == [plan(7, n) for n in range(50)]
    assert [plan(7, n) for n in range(50)] != [plan(8, n) for n in range(50)]


@pytest.mark.parametrize(
    ("heard", "effects", "kinds"),
    [
        ([("done", 1)], 1, set()),
        ([("unknown", 1), ("done", 1)], 1, set()),
        ([("refused", 0)], 0, set()),
        ([("done", 0)], 0, {"told wrongly"}),
        ([("done", 1)], 2, {"doubled"}),
        ([("unknown", 1)], 1, {"lost"}),
        ([("refused", 0)], 1, {"told wrongly", "lost"}),
        ([], 1, {"lost"}),
        ([], 0, {"lost"}),
    ],
)
def test_the_judge_finds_what_must_not_happen(heard, effects, kinds):
    found = Story(heard).judge(effects, is_confirmed=True)
    assert {each.kind for each in found} == kinds


def test_the_judge_wants_a_record_behind_each_refusal():
    told = _event(Said, part=ReplyPart(text="没有办成", response_key="action_refused"))
    looked_up = _event(ActionFinished, action="action_ask_payee", outcome="refused")
    refused = _event(ActionFinished, action="transfer_money", outcome="refused")
    assert outcomes([told]) == ([], ["refused"])
    assert outcomes([looked_up, told]) == ([], [])
    assert outcomes([looked_up, told, told]) == ([], ["refused"])
    assert outcomes([refused, told]) == (["refused"], ["refused"])


def test_a_yes_counts_only_while_the_read_back_is_open():
    yes = _event(MessageReceived, message_id="yes0", text="", channel="web")
    read_back = _event(Asked, slot="confirm_transfer_money", confirms="transfer_money")
    other = _event(Asked, slot="amount")
    assert is_confirmed([read_back, yes], "yes")
    assert not is_confirmed([yes, read_back], "yes")
    assert not is_confirmed([read_back, other, yes], "yes")
    assert not is_confirmed([read_back], "yes")
    crossing = yes.model_copy(update={"message_id": "yes1", "unseen": True})
    assert not is_confirmed([yes, read_back, crossing], "yes")
    assert is_confirmed([read_back, crossing], "yes")  # whatever the engine says of it


@pytest.mark.parametrize(
    ("codes", "is_found"),
    [((), True), (("engine_slow",), True), (("store_unavailable",), False)],
)
def test_a_code_is_waited_for_only_with_a_ground(codes, is_found):
    decided = _event(RiskDecided, decision="step_up", reason_codes=codes)
    asked = _event(StepUpRequested, proof="code", level=Assurance.FULL, purpose="p")
    grounds = frozenset({"store_unavailable"})
    assert bool(asked_needlessly([decided, asked], grounds)) is is_found
    assert asked_needlessly([decided], grounds) == []


def _event(kind, **values):
    return kind(turn=1, release="none", at=datetime(2026, 11, 22, tzinfo=UTC), **values)
