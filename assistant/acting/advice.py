"""Recommending products: facts from the bank, a hard gate, a ranking and the stored proof."""

from __future__ import annotations

from datetime import date

from pydantic import JsonValue

from assistant.acting.bank import outcome_facts
from assistant.acting.context import TurnContext
from assistant.acting.proofs import ask_for_proof, proofs_held
from assistant.dialogue.stack import OUTCOME_SLOTS, remember
from assistant.model.events import ActionFinished, Recommended, SlotSet
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName
from assistant.model.money import Money
from assistant.model.product import Product, Rate
from assistant.ports import ActionRequest, ActionResult
from assistant.recommendation.rank import Recommendation, find_segment, recommend
from assistant.recommendation.suitability import CustomerFacts
from assistant.response.render import pick

_PROFILE = ActionName("read_profile")
_ACTION = ActionName("recommend_product")


async def recommend_products(context: TurnContext) -> bool:
    """`recommend_product`: what suits this customer, and why each product was or was not shown."""
    result = await _profile(context)
    if result.step_up is not None:
        ask_for_proof(result.step_up, _ACTION, context)
        return True
    done = result.outcome == "done"
    facts = _advise(result, context) if done else outcome_facts(result, context)
    remember(context.log, {"facts": facts})
    outcome, reason = OUTCOME_SLOTS
    context.log.add(
        ActionFinished,
        action=_ACTION,
        outcome=result.outcome,
        frame_id=context.log.tracker.stack[-1].frame_id,
        reason=result.reason,
    )
    context.log.add(SlotSet, slot=outcome, value=result.outcome, origin="action")
    context.log.add(SlotSet, slot=reason, value=result.reason, origin="action")
    context.runner.leave_step()
    return True


async def _profile(context: TurnContext) -> ActionResult:
    tracker = context.log.tracker
    return await context.ports.actions.run(
        ActionRequest(
            action=_PROFILE,
            conversation_id=tracker.conversation_id,
            customer_id=tracker.customer_id,
            slots={},
            epoch=tracker.stack[-1].frame_id,
            assurance=context.runner.level,
            proofs=proofs_held(tracker),
            channel=tracker.channel,
            locale=tracker.locale,
            turn=tracker.turn,
        )
    )


def _advise(result: ActionResult, context: TurnContext) -> Facts:
    release, today = context.log.release, context.today()
    customer, segment_goals = _customer(result.facts, context)
    wanted = context.log.tracker.slots.get("goal")
    goals = tuple(dict.fromkeys([str(wanted)] if wanted and wanted != "any" else segment_goals))
    found = recommend(release.products, customer, goals, today)
    proof_id = context.ports.ids.new("proof")
    basis: Facts = {
        "segment": customer.segment,
        "age": customer.age,
        "risk_level": customer.risk_level,
        "risk_valid_until": customer.risk_valid_until.isoformat()
        if customer.risk_valid_until
        else None,
        "goals": [*goals],
        "amount": customer.amount.plain() if customer.amount else None,
        "as_of": today.isoformat(),
    }
    context.log.add(
        Recommended,
        proof_id=proof_id,
        products=tuple(product.id for product in found.offered),
        proof=found.proof,
        basis=basis,
    )
    return {
        "count": len(found.offered),
        "items": [_item(product, goals, context) for product in found.offered],
        "proof_id": proof_id,
        "risk_name": f"C{customer.risk_level}" if customer.risk_level else "",
        "assessment_valid": customer.has_valid_assessment(today),
        "assessment_missing": customer.risk_level is None,
        "held_back": _held_back(found),
    }


def _customer(facts: Facts, context: TurnContext) -> tuple[CustomerFacts, tuple[str, ...]]:
    assets = Money.parse(str(facts.get("assets", "0")))
    editions = _texts(facts.get("editions"))
    rule_facts: dict[str, JsonValue] = {
        "age": facts.get("age"),
        "assets": assets.plain(),
        "editions": [*editions],
    }
    segment = find_segment(context.log.release.segments, rule_facts)
    amount = context.log.tracker.slots.get("amount")
    until = facts.get("risk_valid_until")
    level = str(facts.get("risk_level") or "").removeprefix("C")
    age = facts.get("age")
    customer = CustomerFacts(
        age=age if isinstance(age, int) else 0,
        segment=segment.id if segment else "",
        editions=frozenset(editions),
        risk_level=int(level) if level.isdigit() else None,
        risk_valid_until=date.fromisoformat(str(until)) if until else None,
        assets=assets,
        amount=Money.parse(str(amount)) if amount else None,
    )
    return customer, segment.goals if segment else ()


def _item(product: Product, goals: tuple[str, ...], context: TurnContext) -> JsonValue:
    locale = context.log.tracker.locale
    reasons = [pick(product.reasons[goal], locale) for goal in goals if goal in product.reasons]
    return {
        "product_id": product.id,
        "name": product.name,
        "summary": pick(product.summary, locale),
        "reasons": [*reasons],
        "rate": _rate(product.rate),
        "risk": f"R{product.risk}" if product.risk else "",
        "disclosure": product.disclosure,
        "document_id": product.document,
    }


def _rate(rate: Rate | None) -> str:
    """The figure, never without what it is: 业绩比较基准 2.30%–2.60%."""
    if rate is None or (rate.low_bp, rate.high_bp) == (0, 0):
        return ""
    low, high = (f"{bp // 100}.{bp % 100:02d}%" for bp in (abs(rate.low_bp), abs(rate.high_bp)))
    low = f"-{low}" if rate.low_bp < 0 else low
    span = low if rate.low_bp == rate.high_bp else f"{low}–{high}"
    return f"{rate.note} {span}".strip()


def _held_back(found: Recommendation) -> int:
    """How many products only the suitability gate kept away."""
    return sum(not all(entry.checks.values()) for entry in found.proof)


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
