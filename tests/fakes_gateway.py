"""A gateway and a means of identity that answer as told and remember what they were asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from assistant.model.assurance import Assurance
from assistant.model.ids import IdempotencyKey
from assistant.ports import (
    ActionRequest,
    ActionResult,
    CodeCheck,
    CodeTicket,
    Outlook,
    Settled,
    StepUp,
)
from tests.fakes import FixedClock

DONE = ActionResult(outcome="done")
CODE = "246810"
ATTEMPTS = 3

Answer = ActionResult | Callable[[ActionRequest], ActionResult]


@dataclass
class FakeGateway:
    """Implements the ActionGateway port.

    Attributes:
        answers: Action to its result, or to what makes one from the request.
        changes: Actions that change something; they need a confirmed digest and a key.
        levels: Action to the least assurance; below it a proof is asked for.
        codes: Actions that need a one-time code bound to exactly their arguments.
        arguments: Slots the digest of an action covers.
        requests: Everything that was asked, in order.
        effects: Idempotency keys of what was really done.
        settled: What the next `reconcile` tells.
        outlooks: Action to what can be told of it before the yes.
        twice: Actions that need a second yes.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    changes: set[str] = field(default_factory=set)
    levels: dict[str, Assurance] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    requests: list[ActionRequest] = field(default_factory=list)
    effects: list[IdempotencyKey] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    outlooks: dict[str, Outlook] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)
    known: dict[IdempotencyKey, ActionResult] = field(default_factory=dict)

    def knows(self, action):
        return action in self.answers

    def is_change(self, action):
        return action in self.changes

    def digest(self, action, slots: Mapping):
        taken = {name: slots.get(name) for name in self.arguments.get(action, ())}
        return hashlib.sha256(json.dumps([action, taken], sort_keys=True).encode()).hexdigest()

    def key(self, request):
        content = f"{request.customer_id}|{request.epoch}|{self._digest_of(request)}"
        return IdempotencyKey(hashlib.sha256(content.encode()).hexdigest()[:16])

    async def outlook(self, request):
        return self.outlooks.get(request.action, Outlook())

    async def run(self, request):
        self.requests.append(request)
        step_up = self._missing_proof(request)
        if step_up is not None:
            return ActionResult(outcome="refused", step_up=step_up)
        answer = self.answers[request.action]
        result = answer(request) if callable(answer) else answer
        if request.action not in self.changes:
            return result
        if request.confirmed_digest != self._digest_of(request):
            return ActionResult(outcome="refused", reason="reason_not_confirmed")
        if request.action in self.twice and not request.confirmed_again:
            return ActionResult(outcome="refused", reason="reason_not_confirmed", again=True)
        key = self.key(request)
        if result.outcome == "done" and key not in self.effects:
            self.effects.append(key)
        return result.model_copy(update={"idempotency_key": key})

    async def reconcile(self, conversation_id=None):
        told, self.settled = self.settled, []
        self.known |= {one.result.idempotency_key: one.result for one in told}
        return told

    async def result_of(self, key):
        return self.known.get(key)

    def asked_for(self, action):
        return [request for request in self.requests if request.action == action]

    def _digest_of(self, request):
        return self.digest(request.action, request.slots)

    def _missing_proof(self, request):
        least = self.levels.get(request.action, Assurance.VISITOR)
        if request.assurance < least:
            proofs = ("phone", "identity", "card", "code")
            level = Assurance(request.assurance + 1)
            return StepUp(proof=proofs[request.assurance], level=level)
        purpose = f"{request.action}:{self._digest_of(request)}"
        if request.action in self.codes and all(p.purpose != purpose for p in request.proofs):
            return StepUp(proof="code", level=request.assurance, purpose=purpose)
        return None


@dataclass
class FakeIdentity:
    """Implements the IdentityProofs port; one code is right, three wrong ones lock it.

    Attributes:
        people: Customer id to the factors (phone, name, id_number, card_number) they have.
        refusal: Raised instead of sending a code.
    """

    clock: FixedClock
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    refusal: Exception | None = None
    sent: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=dict)

    async def send_code(self, conversation_id, purpose, *, customer_id=None, phone=None):
        if self.refusal is not None:
            raise self.refusal
        self.sent.append((purpose, customer_id, phone))
        return CodeTicket(
            code_id=f"code_{len(self.sent)}",
            masked_phone="138****1001",
            expires_at=self.clock.now() + timedelta(minutes=5),
        )

    async def check_code(self, code_id, code, purpose):
        used = self.tries.get(code_id, 0)
        if code == CODE and used < ATTEMPTS:
            return CodeCheck(verified=True)
        self.tries[code_id] = used + 1
        return CodeCheck(verified=False, attempts_left=max(0, ATTEMPTS - used - 1), reason="wrong")

    async def match(self, factors, customer_id):
        for person, known in self.people.items():
            if customer_id in {None, person} and factors.items() <= known.items():
                return person
        return None
