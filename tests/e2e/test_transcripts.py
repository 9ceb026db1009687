"""The transcripts of the documentation are what happens today: same events, same books."""

from pathlib import Path

import pytest

from channels.settings import Settings
from evals.harness import Harness
from evals.transcripts import BOOKS, EVENTS, SCRIPTS, events_of, talk

# The first run of all trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

DOCS = Path(__file__).parents[2] / "docs" / "transcripts"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
async def test_a_written_transcript_is_what_happens(script, brain, prepared, tmp_path):
    lines = (DOCS / f"{script.name}.md").read_text(encoding="utf-8").splitlines()
    harness = Harness(brain, Settings(_env_file=None, data_dir=prepared), tmp_path)
    told = await talk(script, harness)
    assert [line.removeprefix(EVENTS) for line in lines if line.startswith(EVENTS)] == [
        events_of(turn) for turn in told.turns
    ]
    assert [line.removeprefix(BOOKS) for line in lines if line.startswith(BOOKS)] == told.books


def test_the_three_deep_transcript_shows_what_it_says():
    """Two corrections, one transfer of the last amount, and one card locked."""
    text = (DOCS / "three-deep.md").read_text(encoding="utf-8")
    assert text.count("slot_corrected") == 2
    assert text.count("flow_resumed") >= 2
    books = [line.removeprefix(BOOKS) for line in text.splitlines() if line.startswith(BOOKS)]
    assert books == [
        "effect lock_card",
        "effect transfer_money",
        "account 6688 holds 12030.55",
        "account 3021 holds 500.00",
        "card 6688 is active",
        "card 3021 is locked",
    ]
