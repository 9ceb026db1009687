"""When something is valid, and when the bank knew it: two axes, each asked for by itself."""

from datetime import date

import pytest

from knowledge.indexing import build_index
from tests.shelf import RATES, TODAY, PairEncoder

FIRST = RATES.format(version="2026-05-01", end="null", rate="1.40%")
CORRECTED = FIRST.replace("version: 2026-05-01", "version: 2026-05-01-corrected").replace(
    "1.40%", "1.45%"
)


@pytest.fixture
def knowledge(tmp_path):
    """A rate that was published wrongly and corrected three weeks later."""
    folder = tmp_path / "pack" / "documents"
    folder.mkdir(parents=True)
    wrong = FIRST.replace("kind: rates", "kind: rates\nknown_to: 2026-05-20")
    right = CORRECTED.replace("kind: rates", "kind: rates\nknown_from: 2026-05-21")
    (folder / "rates.wrong.md").write_text(wrong, encoding="utf-8")
    (folder / "rates.right.md").write_text(right, encoding="utf-8")
    encoder = PairEncoder()
    return build_index(folder.parent, tmp_path / "data", encoder).knowledge(encoder)


@pytest.mark.parametrize(
    ("valid", "known", "rate"),
    [
        (TODAY, None, "1.45%"),
        (date(2026, 5, 10), date(2026, 5, 10), "1.40%"),
        (date(2026, 5, 10), date(2026, 5, 21), "1.45%"),
        (date(2026, 5, 10), TODAY, "1.45%"),
        (date(2026, 5, 20), None, "1.40%"),
        (date(2026, 5, 21), None, "1.45%"),
    ],
)
async def test_the_answer_is_what_the_bank_held_right_on_the_day(knowledge, valid, known, rate):
    hits = await knowledge.search("三年年利率", as_of=valid, known_on=known)
    assert hits
    assert all(rate in hit.text for hit in hits if "三年" in hit.text)


async def test_before_anything_was_said_nothing_is_found(knowledge):
    assert await knowledge.search("三年年利率", as_of=date(2026, 4, 30)) == []
    known_then = await knowledge.search("三年年利率", as_of=TODAY, known_on=date(2026, 4, 30))
    assert known_then == []
