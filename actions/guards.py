"""What must hold before an action runs: pure rules over a request and a policy.

The engine asks for the smallest proof that is missing, one at a time; each function here
answers with that proof, or None when nothing is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import JsonValue

from assistant.model.assurance import Assurance
from assistant.model.release import ActionPolicy
from assistant.model.undo import rule_for
from assistant.ports import ActionRequest, Review, StepUp

CODE_LIFE: Final = timedelta(minutes=5)
"""A one-time code counts for five minutes. Source: CAPABILITIES, "OTP"."""

RESERVED: Final = "reserved"


def missing_level(level: Assurance, request: ActionRequest, purpose: str) -> StepUp | None:
    """The next step of the ladder, when the request stands below the level.

    Args:
        level: Least assurance of the action.
        request: Its assurance has already decayed to what holds now.
        purpose: What a one-time code on the last step is bound to.
    """
    if level == Assurance.VISITOR:
        return None
    if request.customer_id is None:
        # A proven phone that belongs to no customer we know opens nothing of a customer's.
        return _phone() if request.assurance == Assurance.VISITOR else _identity()
    if request.assurance >= level:
        return None
    match request.assurance:
        case Assurance.VISITOR:
            return _phone()
        case Assurance.PHONE:
            return _identity()
        case Assurance.REAL_NAME:
            return StepUp(proof="card", level=Assurance.BOUND_CARD)
        case _:
            return StepUp(proof="code", level=Assurance.FULL, purpose=purpose, target=RESERVED)


def missing_identity(policy: ActionPolicy, request: ActionRequest) -> StepUp | None:
    """Name and ID number, when the policy wants them matched and they were not."""
    if policy.identified and request.assurance < Assurance.REAL_NAME:
        return _identity()
    return None


def needs_review(policy: ActionPolicy, names: Mapping[str, JsonValue]) -> bool:
    """Whether a colleague has to approve.

    Args:
        policy: Says when.
        names: What its condition may read: {"slots": …, "facts": …}.
    """
    need = policy.review
    return need is not None and (need.condition is None or need.condition.holds(names))


def is_approval(review: Review | None, request: ActionRequest, digest: str) -> bool:
    """Whether a colleague approved exactly this request, for this customer."""
    return (
        review is not None
        and review.approved is True
        and review.request.action == request.action
        and review.request.customer_id == request.customer_id
        and review.request.conversation_id == request.conversation_id
        and review.request.epoch == request.epoch
        and review.request.arguments_sha256 == digest
    )


def needs_second_yes(
    policy: ActionPolicy, request: ActionRequest, names: Mapping[str, JsonValue]
) -> bool:
    """Whether the customer has to be asked again: only for what cannot be taken back.

    Args:
        policy: Says when.
        request: Carries whether its yes was the second.
        names: What conditions may read: {"slots": …, "facts": …}.
    """
    if policy.asked_twice is None or request.confirmed_again:
        return False
    way = rule_for(policy.undo, names)
    return (way is None or way.way == "never") and policy.asked_twice.holds(names)


def missing_code(
    policy: ActionPolicy,
    request: ActionRequest,
    names: Mapping[str, JsonValue],
    purpose: str,
    now: datetime,
) -> StepUp | None:
    """The first one-time code the policy asks for and the customer has not passed.

    Args:
        policy: Which codes, to which numbers, when.
        request: Its proofs are the codes already passed.
        names: What conditions may read: {"slots": …, "facts": …}.
        now: The present instant, UTC.
        purpose: Action and digest; a code passed for anything else does not count.
    """
    for rule in policy.codes:
        if rule.condition is not None and not rule.condition.holds(names):
            continue
        if not _passed(request, purpose, rule.target, now):
            return StepUp(
                proof="code", level=request.assurance, purpose=purpose, target=rule.target
            )
    return None


def _passed(request: ActionRequest, purpose: str, target: str, now: datetime) -> bool:
    return any(
        proof.purpose == purpose and proof.target == target and now - proof.at <= CODE_LIFE
        for proof in request.proofs
    )


def _phone() -> StepUp:
    return StepUp(proof="phone", level=Assurance.PHONE)


def _identity() -> StepUp:
    return StepUp(proof="identity", level=Assurance.REAL_NAME)
