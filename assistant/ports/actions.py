"""Asking the bank, through one door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from assistant.model.assurance import Assurance
from assistant.model.frozen import Facts, Frozen
from assistant.model.ids import (
    ActionName,
    ConversationId,
    CustomerId,
    FrameId,
    IdempotencyKey,
    ReceiptId,
    ResponseKey,
    ReviewId,
)
from assistant.model.message import Button, Locale
from assistant.model.outcome import Outcome
from assistant.ports.risk import RiskVerdict


class StepUp(Frozen):
    """The smallest next proof that would let an action run.

    Attributes:
        proof: `phone`, `identity`, `card`, `code`.
        level: Level it leads to.
        purpose: What the code is bound to.
        target: `reserved`, or the slot holding the number the code goes to.
    """

    proof: str
    level: Assurance
    purpose: str | None = None
    target: str = "reserved"


class Proof(Frozen):
    """A one-time code that was passed.

    Attributes:
        at: When, UTC; fresh for five minutes (CAPABILITIES).
    """

    purpose: str | None
    target: str
    at: datetime


class ReviewNeeded(Frozen):
    """A colleague has to see the customer before the action may run.

    Attributes:
        arguments: What the action would be run with, in canonical form.
        arguments_sha256: Digest of them: what was confirmed is what the colleague decides about.
    """

    arguments: dict[str, JsonValue]
    arguments_sha256: str
    four_eyes: bool = False
    checklist: tuple[str, ...] = ()


class ActionRequest(Frozen):
    """One request to the bank.

    Attributes:
        slots: Every slot of the conversation; actions take from it what they declare.
        epoch: The frame that asks: started again, it is a new intent.
        confirmed_digest: Digest of the arguments the customer said yes to.
        confirmed_at: When, UTC.
        confirmed_again: That yes was the second, given in a later turn than the first.
        customer_id: From the session, never from the message or a model.
        assurance: Level after decay.
        review: A colleague's approval of exactly this; it stands for level, codes and yes,
            which were settled when it was asked for.
        scam: What the conversation sounds like, thousandths; see ports.risk.
    """

    action: ActionName
    conversation_id: ConversationId
    customer_id: CustomerId | None
    slots: dict[str, JsonValue]
    epoch: FrameId
    assurance: Assurance
    proofs: tuple[Proof, ...] = ()
    confirmed_digest: str | None = None
    confirmed_at: datetime | None = None
    confirmed_again: bool = False
    channel: str = "web"
    locale: Locale = "zh-Hans"
    text: str = ""
    turn: int = 0
    review: ReviewId | None = None
    scam: int = 0


class ActionSay(Frozen):
    """Something an action wants said.

    Attributes:
        text: Ready words, only from foreign action servers.
    """

    response_key: ResponseKey | None = None
    text: str | None = None
    buttons: tuple[Button, ...] = ()
    facts: Facts = {}
    custom: Facts = {}


class ActionResult(Frozen):
    """How it ended.

    Attributes:
        reason: Approved wording for a refusal; code never writes words a customer reads.
        facts: Values for the placeholders of responses and `slots.…` of this flow.
        slots: Slots to set; None clears.
        says: Replies the action asks for, in order.
        step_up: Set when a proof is missing; nothing was asked of the bank.
        review: Set when only a colleague's approval is missing; nothing was asked of the bank.
        locale: Language to go on in.
        skip: There is nothing to choose from, so the question need not be asked.
        risk: What was decided about a change before the bank heard of it.
        again: Only a second yes is missing; nothing was asked of the bank.
    """

    outcome: Outcome
    reason: ResponseKey | None = None
    facts: Facts = {}
    slots: dict[str, JsonValue] = {}
    says: tuple[ActionSay, ...] = ()
    step_up: StepUp | None = None
    review: ReviewNeeded | None = None
    locale: Locale | None = None
    skip: bool = False
    receipt_id: ReceiptId | None = None
    idempotency_key: IdempotencyKey | None = None
    risk: RiskVerdict | None = None
    again: bool = False


class Outlook(Frozen):
    """What can be told about a change before the customer says yes to it.

    Attributes:
        facts: What the action knows about itself, such as that the bank will delay it.
        obstacle: Why the bank would refuse it; None when it would not, as far as can be told.
    """

    facts: Facts = {}
    obstacle: ResponseKey | None = None


class Settled(Frozen):
    """An action that had ended `unknown` and is now known."""

    conversation_id: ConversationId
    action: ActionName
    epoch: FrameId
    result: ActionResult


class ActionGateway(Protocol):
    """Runs bank actions. Never raises for a business refusal: that is a result."""

    def knows(self, action: ActionName) -> bool:
        """Whether there is such an action here."""
        ...

    def is_change(self, action: ActionName) -> bool:
        """Whether it changes money or data, as opposed to reading."""
        ...

    def digest(self, action: ActionName, slots: Mapping[str, JsonValue]) -> str:
        """SHA-256 over the canonical arguments the action would take from these slots."""
        ...

    def key(self, request: ActionRequest) -> IdempotencyKey:
        """Same customer, action, arguments and epoch: the same key, hence the same effect."""
        ...

    async def outlook(self, request: ActionRequest) -> Outlook:
        """Look ahead before the customer is asked for a yes; a bank that is silent tells none."""
        ...

    async def run(self, request: ActionRequest) -> ActionResult:
        """Carry out one request, at most once for each key."""
        ...

    async def reconcile(self, conversation_id: ConversationId | None = None) -> list[Settled]:
        """Ask the bank about actions still unknown, of one conversation or of all."""
        ...

    async def result_of(self, key: IdempotencyKey) -> ActionResult | None:
        """How a change ended, as far as it is known here; None while it is not."""
        ...
