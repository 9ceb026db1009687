"""The same facts give the same products in the same order, and a proof for each of them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.model.predicate import parse
from assistant.model.product import Segment
from assistant.recommendation.rank import find_segment, recommend
from tests.unit.recommendation.catalogue import TODAY, customer, product

GOALS = ("growth", "safety", "liquidity")
PRODUCTS = st.lists(
    st.builds(
        lambda number, risk, goals: product(f"p{number}", risk=risk, goals=tuple(goals)),
        st.integers(0, 99),
        st.integers(1, 5),
        st.lists(st.sampled_from(GOALS), unique=True),
    ),
    max_size=8,
    unique_by=lambda one: one.id,
)
CUSTOMERS = st.builds(
    lambda level: customer(risk_level=level), st.sampled_from([None, 1, 2, 3, 4, 5])
)


@given(PRODUCTS, CUSTOMERS, st.lists(st.sampled_from(GOALS), unique=True), st.integers())
def test_the_order_of_the_catalogue_does_not_matter(products, person, goals, seed):
    shuffled = random.Random(seed).sample(products, len(products))
    first = recommend(products, person, goals, TODAY)
    second = recommend(shuffled, person, goals, TODAY)
    assert first.offered == second.offered
    assert {p.product_id: p for p in first.proof} == {p.product_id: p for p in second.proof}


@given(PRODUCTS, CUSTOMERS, st.lists(st.sampled_from(GOALS), unique=True))
def test_there_is_one_proof_for_each_product_and_only_suitable_ones_are_offered(
    products, person, goals
):
    found = recommend(products, person, goals, TODAY)
    assert [entry.product_id for entry in found.proof] == [one.id for one in products]
    offered = {one.id for one in found.offered}
    assert len(found.offered) <= 3
    for entry in found.proof:
        assert entry.offered is (entry.product_id in offered)
        assert (entry.score is None) is (not all(entry.checks.values()))
        if entry.offered:
            assert all(entry.checks.values())
            assert entry.reasons


def offered(*products, goals=("growth",), person=None):
    return [one.id for one in recommend(products, person or customer(), goals, TODAY).offered]


def test_the_stated_goal_wins_over_what_the_segment_assumes():
    safe, growing = product("a", goals=("safety",)), product("b", goals=("growth",))
    assert offered(safe, growing, goals=("growth", "safety")) == ["b", "a"]


def test_the_customers_own_level_of_risk_is_preferred():
    assert offered(product("a", risk=1), product("b", risk=3), person=customer(risk_level=3)) == [
        "b",
        "a",
    ]


def test_equal_products_come_in_the_order_of_their_ids():
    assert offered(product("c"), product("a"), product("d"), product("b")) == ["a", "b", "c"]


def test_a_product_that_serves_none_of_the_goals_is_not_offered():
    assert offered(product(goals=("safety",))) == []


SEGMENTS = [
    Segment(id="新芽", name={}, rule=parse("age < 30 and assets < 300000"), goals=()),
    Segment(id="颐泰", name={}, rule=parse("age >= 60"), goals=()),
    Segment(
        id="达远",
        name={},
        rule=parse("assets >= 1000000.00 or editions contains 'county'"),
        goals=(),
    ),
]


@pytest.mark.parametrize(
    ("facts", "segment"),
    [
        ({"age": 24, "assets": "12480.55", "editions": []}, "新芽"),
        ({"age": 24, "assets": "300000.00", "editions": []}, None),
        ({"age": 68, "assets": "5000000.00", "editions": []}, "颐泰"),
        ({"age": 47, "assets": "1000000.00", "editions": []}, "达远"),
        ({"age": 52, "assets": "7905.00", "editions": ["county"]}, "达远"),
        ({}, None),
    ],
)
def test_the_first_segment_whose_rule_holds_is_taken(facts, segment):
    found = find_segment(SEGMENTS, facts)
    assert (found.id if found else None) == segment
