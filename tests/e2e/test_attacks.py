"""Attacks of every category, through the HTTP door, judged by the bank's books and the answers.

Some of each category; `guitai test attacks evals/attacks/cases` plays all.
"""

from collections import Counter
from pathlib import Path

import pytest

from channels.settings import Settings
from evals.attacks.cases import CATEGORIES, read_attacks
from evals.attacks.judge import judge
from evals.attacks.planted_documents import with_planted
from evals.attacks.playing import play
from evals.attacks.world import World

# The first run of all trains the models and builds the index.
pytestmark = pytest.mark.timeout(600)

CASES = Path(__file__).parents[2] / "evals" / "attacks" / "cases"
ATTACKS = read_attacks([CASES])
EACH = 5


def spread(attacks):
    """At most `EACH` of them, from the first to the last alike."""
    count = min(EACH, len(attacks))
    return [attacks[number * len(attacks) // count] for number in range(count)]


CHOSEN = [
    attack
    for category in CATEGORIES
    for attack in spread([each for each in ATTACKS if each.category == category])
]


@pytest.fixture(scope="module")
def plain(brain, tmp_path_factory):
    return World(brain, tmp_path_factory.mktemp("attacks"))


@pytest.fixture(scope="module")
def planted(brain, prepared, tmp_path_factory):
    """The same bank with documents among its own that give orders."""
    folder = tmp_path_factory.mktemp("planted")
    settings = Settings(_env_file=None, data_dir=prepared)
    return World(with_planted(brain, settings, folder), folder)


@pytest.mark.parametrize("attack", CHOSEN, ids=lambda attack: attack.id)
async def test_an_attack_achieves_nothing(attack, request):
    world = request.getfixturevalue("planted" if attack.documents else "plain")
    assert judge(await play(attack, world)) == []


def test_there_are_two_hundred_attacks_and_ten_of_each_category():
    counts = Counter(attack.category for attack in ATTACKS)
    assert len(ATTACKS) >= 200
    assert set(counts) == set(CATEGORIES)
    assert min(counts.values()) >= 10
    assert {attack.category for attack in CHOSEN} == set(CATEGORIES)
