"""Ranking of suitable products, with the reasons and the proof of every decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import JsonValue

from assistant.model.events import ProofEntry
from assistant.model.product import Product, Segment
from assistant.recommendation.suitability import CustomerFacts, check

_SHOWN = 3
"""Products shown at a time: more is a catalogue, not advice."""

_GOAL_POINTS = 600
_SEGMENT_ORDER_POINTS = 100
_GENTLE_RISK_POINTS = 60
_RISK_STEP_POINTS = 15
"""Weights, in thousandths: the stated goal decides, then the segment's habits, then caution."""

_SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to show and why.

    Attributes:
        offered: At most three, best first.
        proof: One entry for each product of the catalogue.
    """

    offered: tuple[Product, ...]
    proof: tuple[ProofEntry, ...]
    goals: tuple[str, ...]


def find_segment(segments: Sequence[Segment], facts: dict[str, JsonValue]) -> Segment | None:
    """The first segment whose published rule holds."""
    return next((segment for segment in segments if segment.rule.holds(facts)), None)


def recommend(
    products: Sequence[Product],
    customer: CustomerFacts,
    goals: Sequence[str],
    today: date,
) -> Recommendation:
    """Gate every product by suitability, rank what is left.

    Args:
        products: The catalogue.
        customer: Facts from the bank, never from the conversation alone.
        goals: The stated goal first, then those the segment assumes.
        today: The bank's day.
    """
    scored: list[tuple[int, Product]] = []
    entries: dict[str, ProofEntry] = {}
    for product in products:
        checks = check(product, customer, today)
        suitable = all(checks.values())
        score = _score(product, customer, goals) if suitable else None
        wanted = suitable and score is not None and score > 0
        if wanted and score is not None:
            scored.append((score, product))
        entries[product.id] = ProofEntry(
            product_id=product.id,
            offered=False,
            checks=checks,
            score=score,
            reasons=tuple(goal for goal in goals if goal in product.goals),
        )
    scored.sort(key=lambda pair: (-pair[0], pair[1].id))
    offered = tuple(product for _, product in scored[:_SHOWN])
    for product in offered:
        entries[product.id] = entries[product.id].model_copy(update={"offered": True})
    return Recommendation(offered, tuple(entries.values()), tuple(goals))


def _score(product: Product, customer: CustomerFacts, goals: Sequence[str]) -> int:
    """Points in thousandths; 0 when the product serves none of the goals."""
    points = 0
    for place, goal in enumerate(goals):
        if goal in product.goals:
            points += _GOAL_POINTS // (place + 1) if place == 0 else _SEGMENT_ORDER_POINTS // place
    if points == 0:
        return 0
    # Whoever asks for safety means the least risk there is; everybody else their own level.
    wanted = 0 if goals[0] == _SAFETY else customer.risk_level or 0
    points += _GENTLE_RISK_POINTS - _RISK_STEP_POINTS * abs(wanted - (product.risk or 0))
    return points
