"""The one door to the bank: every action passes the same guards before it runs.

    known → assured → confirmed → reviewed → once → run

A new action is a new entry in a table, never a new path around the guards. A change without
a bank policy is not offered at all. A change is written in the ledger before the bank hears of
it; a lost answer ends as `unknown` and is settled later by asking the bank about the same key.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta, timezone

from pydantic import JsonValue

from actions.arguments import canonical, key_of, masked, sha256_of
from actions.bank.port import BankApi
from actions.catalogue import ACTIONS
from actions.foreign import NOT_OFFERED, FirstThatKnows, ForeignActions
from actions.guards import missing_code, missing_identity, missing_level, needs_review
from actions.ledger import Ledger
from actions.ledger_rows import Claim, Held, Intent
from actions.registry import Action, ActionContext
from actions.risk.desk import RiskDesk
from actions.risk.gate import Assessed, assess
from actions.settlement import Patience, Settlement
from assistant.errors import (
    BankOutcomeUnknown,
    BankRefused,
    BankUnavailable,
    StoreUnavailable,
)
from assistant.model.assurance import Assurance
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ConversationId, IdempotencyKey, ResponseKey, SlotName
from assistant.model.release import ActionPolicy, ReviewNeed
from assistant.ports import (
    ActionRequest,
    ActionResult,
    Clock,
    ReviewNeeded,
    ReviewQueue,
    Settled,
    StepUp,
)

STEP_UP_NEEDED = ResponseKey("reason_step_up_needed")
NOT_CONFIRMED = ResponseKey("reason_not_confirmed")
REVIEW_NEEDED = ResponseKey("reason_review_needed")
NOT_APPROVED = ResponseKey("reason_not_approved")
BANK_UNAVAILABLE = ResponseKey("reason_bank_unavailable")
CONFIRMED_LIFE = timedelta(minutes=15)
"""How long after the yes a change may first be sent: a crash must not send it the day after."""

_BEATS_IN_A_LEASE = 3
BANK_ZONE = timezone(timedelta(hours=8), "CST")
"""China Standard Time: the bank's days begin here. No summer time since 1991."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """Implements the ActionGateway port over a BankApi and the actions of others.

    Attributes:
        policies: What the bank wrote must hold before each action.
        reviews: Where an approval is looked up; without it nothing that needs one can run.
        remote: The bank's own rasa-sdk actions; consulted for names not in `table`.
        relations: Relation to the words for it, from the lexicon, for payees.
        risk: Decides about each change; None lets the other guards decide alone.
        secret_slots: Slots whose values never reach the ledger or a foreign server.
        bank_honours_keys: Whether the bank carries out one key once. Without that nothing is sent
            again by itself: what is unknown waits for the bank's word or a colleague.
    """

    bank: BankApi
    ledger: Ledger
    policies: Mapping[ActionName, ActionPolicy]
    clock: Clock
    reviews: ReviewQueue | None = None
    remote: ForeignActions = field(default_factory=FirstThatKnows)
    table: Mapping[ActionName, Action] = field(default_factory=lambda: ACTIONS)
    relations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    risk: RiskDesk | None = None
    secret_slots: frozenset[SlotName] = frozenset()
    patience: Patience = field(default_factory=Patience)
    bank_honours_keys: bool = True
    _sending: set[asyncio.Task[ActionResult]] = field(default_factory=set, init=False)

    def knows(self, action: ActionName) -> bool:
        """See the port."""
        return action in self.table or self.remote.knows(action)

    def is_change(self, action: ActionName) -> bool:
        """See the port. A foreign action counts as one when its policy asks for a yes."""
        known = self.table.get(action)
        if known is not None:
            return known.is_change
        policy = self.policies.get(action)
        return self.remote.is_change(action) or (policy is not None and policy.confirmed)

    def digest(self, action: ActionName, slots: Mapping[str, JsonValue]) -> str:
        """See the port."""
        return sha256_of(self._arguments(action, slots))

    def key(self, request: ActionRequest) -> IdempotencyKey:
        """See the port."""
        return key_of(request, self.digest(request.action, request.slots))

    async def run(self, request: ActionRequest) -> ActionResult:
        """See the port."""
        if not self.knows(request.action):
            return _refused(NOT_OFFERED)
        policy = self._policy(request.action)
        if policy is None:
            return _refused(NOT_OFFERED)
        try:
            refusal = await self._guard(policy, request)
            assessed = await self._assess(request) if refusal is None else Assessed()
            refusal = refusal or assessed.refusal
            if refusal is not None and not await self._is_under_way(request):
                return refusal
            if self.is_change(request.action):
                result = await self._change(request)
                return result.model_copy(update={"risk": assessed.verdict})
            return await self._ask(request, None)
        except BankRefused as answer:
            return _refused(answer.reason)
        except BankUnavailable:
            return _refused(BANK_UNAVAILABLE)

    async def _assess(self, request: ActionRequest) -> Assessed:
        """Risk, before each change that is not under way and that no colleague has released."""
        if self.risk is None or not self.is_change(request.action) or request.review is not None:
            return Assessed()
        if await self._is_under_way(request):
            return Assessed()
        digest = self.digest(request.action, request.slots)
        return await assess(
            self.risk,
            request,
            self.key(request),
            lambda: self._circumstances(request),
            self._review(None, request, digest),
        )

    async def reconcile(self, conversation_id: ConversationId | None = None) -> list[Settled]:
        """See the port. Foreign actions stay unknown: their servers cannot be asked."""
        settlement = Settlement(
            bank=self.bank,
            ledger=self.ledger,
            clock=self.clock,
            patience=self.patience,
            bank_honours_keys=self.bank_honours_keys,
        )
        return await settlement.settle(self.table, conversation_id)

    async def result_of(self, key: IdempotencyKey) -> ActionResult | None:
        """See the port."""
        result = await self.ledger.result_of(key)
        return result.model_copy(update={"idempotency_key": key}) if result else None

    def _policy(self, name: ActionName) -> ActionPolicy | None:
        """The bank's policy; reads have a default, changes have none."""
        policy = self.policies.get(name)
        if policy is not None or self.is_change(name):
            return policy
        action = self.table.get(name)
        level = Assurance.VISITOR if action is None else action.level
        return ActionPolicy(action=name, level=level)

    async def _guard(self, policy: ActionPolicy, request: ActionRequest) -> ActionResult | None:
        digest = self.digest(request.action, request.slots)
        if request.review is not None:
            return None if await self._may_pass(policy, request, digest) else _refused(NOT_APPROVED)
        purpose = f"{request.action}:{digest}"
        step_up = missing_level(policy.level, request, purpose)
        step_up = step_up or missing_identity(policy, request)
        if step_up is not None:
            return _step_up(step_up)
        if policy.confirmed and request.confirmed_digest != digest:
            return _refused(await self._obstacle(request) or NOT_CONFIRMED)
        if not policy.codes and policy.review is None:
            return None
        names = await self._names(request)
        step_up = missing_code(policy, request, names, purpose, self.clock.now())
        if step_up is not None:
            return _step_up(step_up)
        if needs_review(policy, names):
            if request.customer_id is None:  # a level of 0 has not asked who speaks
                return _step_up(StepUp(proof="phone", level=Assurance.PHONE))
            return self._review(policy.review, request, digest)
        return None

    async def _is_under_way(self, request: ActionRequest) -> bool:
        """Whether exactly this was sent before, when every guard let it pass.

        What has become of it is the truth then, although a level has decayed since.
        """
        if not self.is_change(request.action):
            return False
        return await self.ledger.was_sent(self.key(request))

    async def _obstacle(self, request: ActionRequest) -> ResponseKey | None:
        """Why the bank would refuse.

        Asked only before a yes: a change that was sent before and is tried again would find its
        own effect in the way.
        """
        action = self.table.get(request.action)
        if action is None or action.obstacle is None:
            return None
        return await action.obstacle(self.bank, self._context(request, None))

    def _review(self, need: ReviewNeed | None, request: ActionRequest, digest: str) -> ActionResult:
        arguments = self._arguments(request.action, request.slots)
        needed = ReviewNeeded(
            arguments={
                name: value
                for name, value in arguments.items()
                if SlotName(name) not in self.secret_slots
            },
            arguments_sha256=digest,
            four_eyes=need is not None and need.four_eyes,
            checklist=() if need is None else need.checklist,
        )
        return ActionResult(outcome="refused", reason=REVIEW_NEEDED, review=needed)

    async def _may_pass(self, policy: ActionPolicy, request: ActionRequest, digest: str) -> bool:
        """Whether an approval opens this: only what the bank lets a colleague decide."""
        if not await self._is_approved(request, digest):
            return False
        if self.risk is not None and await self.risk.has_held(self.key(request)):
            return True
        if policy.review is None:
            return False
        return policy.review.condition is None or needs_review(policy, await self._names(request))

    async def _is_approved(self, request: ActionRequest, digest: str) -> bool:
        """Whether a colleague approved exactly this, for this customer."""
        if self.reviews is None or request.review is None:
            return False
        review = await self.reviews.find(request.review)
        return (
            review is not None
            and review.approved is True
            and review.request.action == request.action
            and review.request.customer_id == request.customer_id
            and review.request.conversation_id == request.conversation_id
            and review.request.epoch == request.epoch
            and review.request.arguments_sha256 == digest
        )

    async def _names(self, request: ActionRequest) -> dict[str, JsonValue]:
        """What conditions of codes may read; arguments in canonical form, as they are sent."""
        facts = await self._circumstances(request)
        slots = {**request.slots, **self._arguments(request.action, request.slots)}
        return {"slots": slots, "facts": facts}

    async def _circumstances(self, request: ActionRequest) -> Facts:
        """What the action knows about itself, such as whether the payee is new."""
        action = self.table.get(request.action)
        if action is None or action.circumstances is None:
            return {}
        return await action.circumstances(self.bank, self._context(request, None))

    async def _change(self, request: ActionRequest) -> ActionResult:
        arguments = self._arguments(request.action, request.slots)
        digest = sha256_of(arguments)
        key = key_of(request, digest)
        intent = Intent(
            key=key,
            conversation_id=request.conversation_id,
            customer_id=request.customer_id,
            action=request.action,
            epoch=request.epoch,
            arguments=masked(arguments, self.secret_slots),
            arguments_sha256=digest,
            is_resendable=request.action in self.table and self.bank_honours_keys,
            deadline=request.confirmed_at and request.confirmed_at + CONFIRMED_LIFE,
        )
        claim = await self._claim(intent)
        if isinstance(claim, ActionResult):
            return claim
        # A cancelled turn takes back words, never an action: the sending goes on to its end.
        sending = asyncio.create_task(self._send(claim, request))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        return await asyncio.shield(sending)

    async def _claim(self, intent: Intent) -> Claim | ActionResult:
        """Wait a little for a worker that is sending the same intent, then give up honestly."""
        for _ in range(self.patience.polls):
            held = await self.ledger.begin(intent)
            if not isinstance(held, Held):
                return held
            await asyncio.sleep(self.patience.poll_s)
        return ActionResult(outcome="unknown", idempotency_key=intent.key)

    async def _send(self, claim: Claim, request: ActionRequest) -> ActionResult:
        try:
            async with self._heartbeat(claim):
                result = await self._ask(request, claim.key)
        except BankRefused as answer:
            result = _refused(answer.reason)
        except BankUnavailable:
            if not claim.was_sent:
                return await self._give_back(claim)
            # Nothing was sent now, but an earlier attempt may have arrived.
            result = ActionResult(outcome="unknown")
        except BankOutcomeUnknown:
            result = ActionResult(outcome="unknown")
        result = result.model_copy(update={"idempotency_key": claim.key})
        return await self._record(claim, result)

    @asynccontextmanager
    async def _heartbeat(self, claim: Claim) -> AsyncIterator[None]:
        """Renew the lease while the bank is being waited for, however long it takes."""
        beating = asyncio.create_task(self._beat(claim))
        try:
            yield
        finally:
            beating.cancel()

    async def _beat(self, claim: Claim) -> None:
        is_ours = True
        while is_ours:
            await asyncio.sleep(self.ledger.lease_s / _BEATS_IN_A_LEASE)
            with suppress(StoreUnavailable):  # the next beat may get through
                is_ours = await self.ledger.renew(claim)

    async def _give_back(self, claim: Claim) -> ActionResult:
        """Nothing was sent: the same intent may be tried again at once."""
        with suppress(StoreUnavailable):  # the row then waits for its lease instead
            await self.ledger.release(claim)
        return _refused(BANK_UNAVAILABLE, claim.key)

    async def _record(self, claim: Claim, result: ActionResult) -> ActionResult:
        """Store the end; when another worker has taken over, its stored end is the truth."""
        try:
            if await self.ledger.finish(claim, result):
                return result
            return await self.ledger.result_of(claim.key) or result
        except StoreUnavailable:
            # The bank has answered and the customer may hear it. The row stays `sending`;
            # reconciliation asks the bank again and gets the same answer under the key.
            return result

    async def _ask(self, request: ActionRequest, key: IdempotencyKey | None) -> ActionResult:
        action = self.table.get(request.action)
        if action is not None:
            return await action.run(self.bank, self._context(request, key))
        return await self.remote.run(
            request, is_change=key is not None, secret_slots=self.secret_slots
        )

    def _context(self, request: ActionRequest, key: IdempotencyKey | None) -> ActionContext:
        return ActionContext(
            customer_id=request.customer_id,
            slots={**request.slots, **self._arguments(request.action, request.slots)},
            today=self.clock.now().astimezone(BANK_ZONE).date(),
            key=key,
            locale=request.locale,
            said=request.text,
            relations=self.relations,
        )

    def _arguments(self, name: ActionName, slots: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        action = self.table.get(name)
        if action is not None:
            return canonical((*action.arguments, *action.optional), slots)
        declared = self.remote.arguments(name)
        names = declared or tuple(sorted(SlotName(slot) for slot in slots))
        return canonical((slot for slot in names if slot not in self.secret_slots), slots)


def _refused(reason: ResponseKey, key: IdempotencyKey | None = None) -> ActionResult:
    return ActionResult(outcome="refused", reason=reason, idempotency_key=key)


def _step_up(step_up: StepUp) -> ActionResult:
    return ActionResult(outcome="refused", reason=STEP_UP_NEEDED, step_up=step_up)
