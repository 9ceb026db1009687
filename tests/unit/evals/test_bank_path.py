"""A path leads to one value of the bank's state, or says where it ends."""

import pytest

from evals.e2e.bank_path import NoSuchPath, value_at

STATE = {
    "phone": "13800001001",
    "cards": [
        {"last4": "6688", "status": "locked", "limit": {"amount": "50000.00"}},
        {"last4": "3021", "status": "active"},
    ],
    "orders": [],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("phone", "13800001001"),
        ("cards[last4=6688].status", "locked"),
        ("cards[1].last4", "3021"),
        ("cards[last4=6688].limit.amount", "50000.00"),
        ("cards.count", 2),
        ("orders.count", 0),
    ],
)
def test_a_path_leads_to_its_value(path, value):
    assert value_at(STATE, path) == value


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("fone", "no `fone` in phone, cards, orders"),
        ("cards[last4=9999].status", "no element [last4=9999] among 2"),
        ("cards[5]", "no element [5] among 2"),
        ("phone.number", "no `number` in str"),
        ("cards[", "is not a key"),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_ends(path, said):
    with pytest.raises(NoSuchPath) as caught:
        value_at(STATE, path)
    assert said in str(caught.value)
