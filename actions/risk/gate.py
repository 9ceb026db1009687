"""From a verdict to what the gateway answers: go on, a code first, a colleague first, or no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from actions.guards import CODE_LIFE, RESERVED
from actions.risk.desk import Circumstances, RiskDesk
from assistant.model.assurance import Assurance
from assistant.model.ids import IdempotencyKey, ResponseKey
from assistant.ports import ActionRequest, ActionResult, StepUp
from assistant.ports.risk import RiskVerdict

DENIED: Final = ResponseKey("reason_risk_denied")
HELD: Final = ResponseKey("reason_risk_held")
STEP_UP_NEEDED: Final = ResponseKey("reason_step_up_needed")


@dataclass(frozen=True, slots=True)
class Assessed:
    """What was decided, and what the gateway answers instead of going on."""

    verdict: RiskVerdict | None = None
    refusal: ActionResult | None = None


async def assess(
    desk: RiskDesk,
    request: ActionRequest,
    key: IdempotencyKey,
    circumstances: Circumstances,
    review: ActionResult,
) -> Assessed:
    """Decide about one change.

    Args:
        desk: Decides.
        request: The change.
        key: Its idempotency key.
        circumstances: What the action knows about itself.
        review: The answer that sends the change to a colleague.

    Raises:
        BankRefused: The arguments make no sense to the bank.
        BankUnavailable: The bank did not say what the decision needs.
    """
    verdict = await desk.decide(request, key, circumstances)
    match verdict.decision:
        case "allow":
            return Assessed(verdict)
        case "step_up":
            digest = review.review.arguments_sha256 if review.review is not None else ""
            purpose = f"{request.action}:{digest}"
            if _passed(request, purpose, desk.clock.now()) or request.customer_id is None:
                return Assessed(verdict)
            step_up = StepUp(
                proof="code",
                level=max(request.assurance, Assurance.BOUND_CARD),
                purpose=purpose,
                target=RESERVED,
            )
            answer = ActionResult(outcome="refused", reason=STEP_UP_NEEDED, step_up=step_up)
        case "hold" if request.customer_id is not None:
            answer = review.model_copy(update={"reason": HELD})
        case _:
            answer = ActionResult(outcome="refused", reason=DENIED)
    return Assessed(verdict, answer.model_copy(update={"risk": verdict}))


def _passed(request: ActionRequest, purpose: str, now: datetime) -> bool:
    """Whether a fresh code was given for exactly this; the one the policy asked for counts."""
    return any(
        proof.purpose == purpose and proof.target == RESERVED and now - proof.at <= CODE_LIFE
        for proof in request.proofs
    )
