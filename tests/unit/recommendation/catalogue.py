"""A small catalogue and a customer, for the tests of suitability and ranking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assistant.model.money import Money
from assistant.model.product import Product
from assistant.recommendation.suitability import CustomerFacts

TODAY = date(2026, 11, 22)


def product(product_id="p", **changes):
    """A wealth product for everybody, at risk R1."""
    made = Product(
        id=product_id,
        name=product_id,
        category="wealth",
        risk=1,
        minimum_amount=None,
        maximum_amount=None,
        rate=None,
        liquidity="at_maturity",
        term_days=90,
        minimum_age=0,
        maximum_age=None,
        segments=frozenset(),
        editions=frozenset(),
        goals=("growth",),
        on_sale_from=date(2026, 1, 1),
        on_sale_to=None,
        disclosure="理财非存款。",
        document="d",
        summary={"zh-Hans": "稳健"},
    )
    return replace(made, **changes)


def customer(**changes):
    """C5, assessed until today, 40 years old."""
    made = CustomerFacts(
        age=40,
        segment="锐进",
        editions=frozenset(),
        risk_level=5,
        risk_valid_until=TODAY,
        assets=Money.parse("10000"),
    )
    return replace(made, **changes)
