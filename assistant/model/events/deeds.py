"""What was asked of the bank and what was told from its documents and products."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from assistant.model.events.base import BaseEvent
from assistant.model.evidence import BoundFigure
from assistant.model.frozen import Facts, Frozen
from assistant.model.ids import (
    ActionName,
    FrameId,
    IdempotencyKey,
    PassageId,
    ProductId,
    ReceiptId,
    ResponseKey,
)
from assistant.model.outcome import Outcome
from assistant.model.undo import Undo


class ActionFinished(BaseEvent):
    """A bank action ended, one way or the other.

    Attributes:
        outcome: "unknown" means the bank did not answer; the money may or may not have
            moved, so nobody may retry it without the same idempotency key.
        receipt_id: The bank's reference of what was done.
        reconciled: True when an earlier `unknown` was settled by asking the bank again.
        undo: How it can be taken back, as the customer was told; None for what changed nothing.
    """

    shown: ClassVar[bool] = True
    type: Literal["action_executed"] = "action_executed"
    action: ActionName
    outcome: Outcome
    frame_id: FrameId | None = None
    reason: ResponseKey | None = None
    receipt_id: ReceiptId | None = None
    idempotency_key: IdempotencyKey | None = None
    facts: Facts = {}
    reconciled: bool = False
    undo: Undo | None = None


class Answered(BaseEvent):
    """A question was answered from documents.

    Attributes:
        passages: Ids of the passages the answer rests on.
        as_of: Day whose terms were asked for, when it was another than the day of asking.
        proof: Every figure of the reply with what it rests on.
        approved: Id of the approved answer that was given, "" for none.
    """

    shown: ClassVar[bool] = True
    type: Literal["answered"] = "answered"
    question: str
    passages: tuple[PassageId, ...]
    as_of: date | None = None
    proof: tuple[BoundFigure, ...] = ()
    approved: str = ""


class Calculated(BaseEvent):
    """A calculation was worked out, or waits for a value.

    Attributes:
        question: All words of the customer it was read from.
        inputs: Name to kind, exact value and unit of what the customer gave.
        missing: Input that was asked for; "" when the result was told.
        as_of: Day whose rates count.
    """

    type: Literal["calculated"] = "calculated"
    calculator: str
    question: str
    inputs: dict[str, tuple[str, str, str]]
    missing: str = ""
    as_of: date | None = None


class Abstained(BaseEvent):
    """No document carries an answer, and we said so."""

    shown: ClassVar[bool] = True
    type: Literal["abstained"] = "abstained"
    question: str
    reason: str


class ProofEntry(Frozen):
    """Why one product was or was not offered.

    Attributes:
        offered: Whether it was shown.
        checks: Name of each suitability check to whether it held.
        score: Rank score in thousandths; None when a check failed.
    """

    product_id: ProductId
    offered: bool
    checks: dict[str, bool]
    score: int | None = None
    reasons: tuple[str, ...] = ()


class Recommended(BaseEvent):
    """Products were offered, with the proof of their suitability.

    Attributes:
        basis: The facts the proof rests on: segment, risk level and date, age, goals, amount.
    """

    shown: ClassVar[bool] = True
    type: Literal["recommended"] = "recommended"
    proof_id: str
    products: tuple[ProductId, ...]
    proof: tuple[ProofEntry, ...]
    basis: Facts
