"""Every scenario of the sample bank, through the whole assistant, judged by the bank's state."""

from pathlib import Path

import pytest

from channels.settings import Settings
from evals.e2e.reading import read_cases
from evals.e2e.running import run_case
from evals.harness import Harness

SCENARIOS = Path(__file__).parents[2] / "evals" / "scenarios"


@pytest.fixture(scope="session")
def harness(brain, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scenarios")
    return Harness(brain, Settings(_env_file=None, data_dir=folder), folder)


@pytest.mark.parametrize("case", read_cases([SCENARIOS]), ids=lambda case: case.id)
async def test_scenario(case, harness):
    result = await run_case(case, harness)
    told = [
        f"{case.file.name}:{failure.line}: {place}: expected {failure.expected}, got {failure.got}"
        for place, failures in (
            *((f"“{turn.record.said}”", turn.failures) for turn in result.turns),
            ("afterwards", result.failures),
        )
        for failure in failures
    ]
    assert result.passed, "\n".join(told)
