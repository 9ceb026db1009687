"""Simulated customers: the same seed, the same transcripts; the bank's books judge."""

import json

import pytest

from channels.settings import Settings
from evals.simulate.people import simulate_people
from evals.simulate.people_report import write_people

pytestmark = pytest.mark.timeout(300)
SEED = 3
PEOPLE = 6


async def test_the_same_seed_gives_the_same_transcripts_to_the_byte(brain, tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path)
    for name in ("first", "second"):
        write_people(tmp_path / name, await simulate_people(brain, settings, PEOPLE, SEED), SEED)
    for file in ("people.md", "people.jsonl"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
    lines = (tmp_path / "first" / "people.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert [each["number"] for each in told] == list(range(PEOPLE))
    assert all(each["faults"] == [] for each in told)
    assert any(each["ended"] == "reached" for each in told)


async def test_a_later_episode_can_be_run_alone(brain, tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path)
    whole = await simulate_people(brain, settings, 2, SEED)
    assert await simulate_people(brain, settings, 1, SEED, first=1) == whole[1:]
