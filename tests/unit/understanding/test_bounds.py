"""Amounts that bound a search."""

import pytest

from assistant.understanding.normalise import normalise
from assistant.understanding.values.bounds import find_bounds


@pytest.mark.parametrize(
    ("words", "bounds"),
    [
        ("500以上的交易", [("amount_from", "500.00")]),
        ("超过一千块的支出", [("amount_from", "1000.00")]),
        ("100到200之间的", [("amount_from", "100.00"), ("amount_to", "200.00")]),
        ("不超过50元的", [("amount_to", "50.00")]),
        ("transactions over 500", [("amount_from", "500.00")]),
        ("转500给妈妈", []),
    ],
)
def test_bounds_are_told_from_amounts(words, bounds):
    found = find_bounds(normalise(words, {}).text)
    assert [(one.kind, one.value) for one in found] == bounds
