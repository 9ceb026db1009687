"""What customers are told when things break, held against the bank's journal. Real code, seeded."""

import json
import os
import subprocess
import sys

import pytest

from assistant.errors import SettingsError
from channels.bootstrap import load_release
from channels.settings import sample_pack
from evals.simulate.plan import NEEDS_KEY, Fault, plan
from evals.simulate.runs import Run, negative_control
from evals.simulate.told import Story
from evals.simulate.worker import payload_brain
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
