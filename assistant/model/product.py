"""Products, segments and customers as the recommendation sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from assistant.model.ids import DocumentId, ProductId
from assistant.model.money import Money
from assistant.model.predicate import Predicate


@dataclass(frozen=True, slots=True)
class Rate:
    """A published rate.

    Attributes:
        kind: benchmark, fixed, floating or apr.
        low_bp: Lower end, basis points.
        high_bp: Upper end, basis points.
        note: What the figure is, in the bank's words.
    """

    kind: str
    low_bp: int
    high_bp: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One thing the bank sells.

    Attributes:
        risk: 1 to 5 for R1 to R5; None where the scale does not apply.
        reasons: Goal to wording by locale, why it serves the goal.
        disclosure: Words that must accompany every mention.
    """

    id: ProductId
    name: str
    category: str
    risk: int | None
    minimum_amount: Money | None
    maximum_amount: Money | None
    rate: Rate | None
    liquidity: str
    term_days: int | None
    minimum_age: int
    maximum_age: int | None
    segments: frozenset[str]
    editions: frozenset[str]
    goals: tuple[str, ...]
    on_sale_from: date
    on_sale_to: date | None
    disclosure: str
    document: DocumentId
    summary: Mapping[str, str]
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A group of customers by published rule.

    Attributes:
        rule: Over age (years), assets (whole yuan), monthly_income (whole yuan), editions.
        goals: Goals assumed when the customer names none, most likely first.
    """

    id: str
    name: Mapping[str, str]
    rule: Predicate
    goals: tuple[str, ...]
