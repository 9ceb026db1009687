"""Figures misheard on the telephone: nothing takes effect but what the caller meant."""

from __future__ import annotations

import pytest

from evals.journeys.misheard import run

# The first run of all trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

MISHEARD = 4
"""A call of seed 1 whose amount is misheard as another amount that could be sent."""


async def test_who_listens_to_the_read_back_gets_what_they_meant(brain):
    count = await run(brain, calls=2, seed=1, first=MISHEARD)
    assert (dict(count.ends), count.failures) == ({"right": 2}, [])
    assert count.misheard
    assert count.corrected


async def test_the_judge_sees_who_does_not_listen(brain):
    """The negative control: a yes to whatever is read."""
    count = await run(brain, calls=1, seed=1, first=MISHEARD, listens=False)
    assert dict(count.ends) == {"wrong": 1}
