"""No product above the customer's level, none without a valid assessment; every check is kept."""

from datetime import date, timedelta

import pytest

from assistant.model.money import Money
from assistant.recommendation.suitability import check
from tests.unit.recommendation.catalogue import TODAY, customer, product

LEVELS = range(1, 6)
YUAN = Money.parse


def failing(one, person):
    return {name for name, held in check(one, person, TODAY).items() if not held}


@pytest.mark.parametrize("risk", LEVELS)
@pytest.mark.parametrize("level", LEVELS)
def test_a_product_may_be_offered_up_to_the_customers_own_level(risk, level):
    suits = failing(product(risk=risk), customer(risk_level=level)) == set()
    assert suits is (risk <= level)


@pytest.mark.parametrize("risk", LEVELS)
def test_an_expired_assessment_counts_as_none(risk):
    expired = customer(risk_valid_until=TODAY - timedelta(days=1))
    assert failing(product(risk=risk), expired) == {"assessment_valid", "risk_level"}
    assert failing(product(risk=risk), customer(risk_valid_until=TODAY)) == set()


@pytest.mark.parametrize("risk", LEVELS)
@pytest.mark.parametrize(
    "missing", [{"risk_level": None}, {"risk_valid_until": None}], ids=["level", "day"]
)
def test_without_an_assessment_nothing_with_a_risk_is_offered(risk, missing):
    assert failing(product(risk=risk), customer(**missing)) == {"assessment_valid", "risk_level"}


@pytest.mark.parametrize("category", ["deposit", "certificate", "loan", "credit_card"])
def test_what_carries_no_investment_risk_needs_no_assessment(category):
    nobody = customer(risk_level=None, risk_valid_until=None)
    assert failing(product(category=category, risk=3), nobody) == set()


def test_an_investment_without_a_published_risk_needs_an_assessment_too():
    nobody = customer(risk_level=None, risk_valid_until=None)
    unrated = product(category="insurance", risk=None)
    assert failing(unrated, nobody) == {"assessment_valid", "risk_level"}


@pytest.mark.parametrize(
    ("changes", "person", "failed"),
    [
        ({"minimum_age": 41}, {}, {"age"}),
        ({"minimum_age": 40, "maximum_age": 40}, {}, set()),
        ({"maximum_age": 39}, {}, {"age"}),
        ({"editions": frozenset({"private"})}, {}, {"edition"}),
        ({"editions": frozenset({"private"})}, {"editions": frozenset({"private"})}, set()),
        ({"segments": frozenset({"达远"})}, {}, {"segment"}),
        ({"segments": frozenset({"锐进"})}, {}, set()),
        ({"on_sale_from": date(2026, 11, 23)}, {}, {"on_sale"}),
        ({"on_sale_to": date(2026, 11, 21)}, {}, {"on_sale"}),
        ({"on_sale_from": TODAY, "on_sale_to": TODAY}, {}, set()),
        ({"minimum_amount": YUAN("100")}, {"amount": YUAN("99.99")}, {"minimum_amount"}),
        ({"minimum_amount": YUAN("100")}, {"amount": YUAN("100")}, set()),
        ({"maximum_amount": YUAN("100")}, {"amount": YUAN("100.01")}, {"maximum_amount"}),
        ({"minimum_amount": YUAN("100")}, {"amount": None}, set()),
    ],
)
def test_each_check_fails_for_its_own_reason(changes, person, failed):
    assert failing(product(**changes), customer(**person)) == failed


def test_every_check_is_in_the_proof_whether_it_held_or_not():
    names = set(check(product(), customer(), TODAY))
    assert names == set(check(product(risk=5), customer(risk_level=None), TODAY))
    assert len(names) == 8
