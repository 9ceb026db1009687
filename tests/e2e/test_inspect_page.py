"""docs/understanding-inspect.md shows the commands that are chosen today; scores may move."""

from pathlib import Path

import pytest

from channels.composition_understanding import local_of
from evals.inspect_page import COMMANDS, SENTENCES, commands_row, trace_of

# The first run of all trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

PAGE = Path(__file__).parents[2] / "docs" / "understanding-inspect.md"


async def test_the_page_shows_the_commands_of_today(brain, clock):
    text = PAGE.read_text(encoding="utf-8")
    owner = local_of(brain.understander(clock))
    traces = [await trace_of(sentence, owner, brain.release) for sentence in SENTENCES]
    written = [line for line in text.splitlines() if line.startswith(COMMANDS)]
    assert written == [commands_row(trace) for trace in traces]
    assert all(f". {sentence.text}\n" in text for sentence in SENTENCES)
