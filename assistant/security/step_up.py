"""The smallest next proof, for the dialogue: one rung at a time, none that is held already."""

from __future__ import annotations

from assistant.model.assurance import Assurance
from assistant.ports import StepUp

_PROOFS = {
    Assurance.VISITOR: "phone",
    Assurance.PHONE: "identity",
    Assurance.REAL_NAME: "card",
    Assurance.BOUND_CARD: "code",
}
"""Level held → proof that leads one rung up."""


def next_proof(held: Assurance, purpose: str | None = None) -> StepUp:
    """The proof that leads from the level held to the next.

    Args:
        held: A level below FULL.
        purpose: What a one-time code would be bound to.
    """
    return StepUp(proof=_PROOFS[held], level=Assurance(held + 1), purpose=purpose)
