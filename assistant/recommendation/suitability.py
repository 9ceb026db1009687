"""Suitability: may this customer be offered this product? Every check is kept as proof.

Sources: product risk R1–R5 against customer risk C1–C5, and the validity of the assessment:
金融机构产品适当性管理办法 (products above the customer's level must not be recommended;
an expired assessment counts as none). Age, minimum amount and editions are the product's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.model.money import Money
from assistant.model.product import Product

_RISK_FREE_CATEGORIES = frozenset({"deposit", "certificate", "loan", "credit_card"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """What the proof rests on.

    Attributes:
        age: Years.
        risk_level: 1 to 5 for C1 to C5; None without an assessment.
        risk_valid_until: Last day the assessment counts.
        amount: What the customer wants to place, None when not said.
        assets: Everything held with the bank.
    """

    age: int
    segment: str
    editions: frozenset[str]
    risk_level: int | None
    risk_valid_until: date | None
    assets: Money
    amount: Money | None = None

    def has_valid_assessment(self, today: date) -> bool:
        """Whether the risk assessment exists and has not expired."""
        return (
            self.risk_level is not None
            and self.risk_valid_until is not None
            and today <= self.risk_valid_until
        )


def check(product: Product, customer: CustomerFacts, today: date) -> dict[str, bool]:
    """Every check by name; the product may be offered only when all hold."""
    needs_assessment = product.category not in _RISK_FREE_CATEGORIES
    assessed = not needs_assessment or customer.has_valid_assessment(today)
    level_fits = not needs_assessment or (
        assessed and customer.risk_level is not None and (product.risk or 0) <= customer.risk_level
    )
    amount = customer.amount
    return {
        "on_sale": product.on_sale_from <= today
        and (product.on_sale_to is None or today <= product.on_sale_to),
        "age": product.minimum_age <= customer.age
        and (product.maximum_age is None or customer.age <= product.maximum_age),
        "edition": not product.editions or bool(product.editions & customer.editions),
        "segment": not product.segments or customer.segment in product.segments,
        "assessment_valid": assessed,
        "risk_level": level_fits,
        "minimum_amount": amount is None
        or product.minimum_amount is None
        or product.minimum_amount <= amount,
        "maximum_amount": amount is None
        or product.maximum_amount is None
        or amount <= product.maximum_amount,
    }
