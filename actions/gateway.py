"""The one door to the bank: every action passes the same guards before it runs.

    known → assured → confirmed → reviewed → once → run

A new action is a new entry in a table, never a new path around the guards. A change without
a bank policy is not offered at all. A change is written in the ledger before the bank hears of
it; a lost answer ends as `unknown` and is settled later by asking the bank about the same key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from pydantic import JsonValue

from actions.arguments import canonical, key_of, masked, sha256_of
from actions.bank.port import BankApi
from actions.catalogue import ACTIONS
from actions.foreign import NOT_OFFERED, FirstThatKnows, ForeignActions
from actions.guards import (
    is_approval,
    missing_code,
    missing_identity,
    missing_level,
    needs_review,
    needs_second_yes,
)
from actions.ledger import Ledger
from actions.ledger_rows import Intent, Unsettled
from actions.parts import Parts
from actions.registry import Action, ActionContext
from actions.risk.desk import RiskDesk
from actions.risk.gate import Assessed, assess
from actions.sending import BANK_UNAVAILABLE, Sending
from actions.settlement import Patience, Settlement
from assistant.errors import BankRefused, BankUnavailable
from assistant.model.assurance import Assurance
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ConversationId, IdempotencyKey, ResponseKey, SlotName
from assistant.model.release import ActionPolicy, ReviewNeed
from assistant.model.risk import RiskPolicy
from assistant.ports import (
    ActionRequest,
    ActionResult,
    Clock,
    Outlook,
    ReviewNeeded,
    ReviewQueue,
    Settled,
    StepUp,
)

STEP_UP_NEEDED = ResponseKey("reason_step_up_needed")
NOT_CONFIRMED = ResponseKey("reason_not_confirmed")
REVIEW_NEEDED = ResponseKey("reason_review_needed")
NOT_APPROVED = ResponseKey("reason_not_approved")
CONFIRMED_LIFE = timedelta(minutes=15)
"""How long after the yes a change may first be sent: a crash must not send it the day after."""

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

    async def outlook(self, request: ActionRequest) -> Outlook:
        """See the port."""
        try:
            facts = await self._circumstances(request)
            return Outlook(facts=facts, obstacle=await self._obstacle(request))
        except BankRefused as answer:
            return Outlook(obstacle=answer.reason)
        except BankUnavailable:
            return Outlook()

    async def run(self, request: ActionRequest) -> ActionResult:
        """See the port."""
        if not self.knows(request.action):
            return _refused(NOT_OFFERED)
        policy = self._policy(request.action)
        if policy is None:
            return _refused(NOT_OFFERED)
        try:
            if await self._is_under_way(request):
                return await self._change(request)
            refusal = await self._guard(policy, request)
            assessed = await self._assess(request) if refusal is None else Assessed()
            refusal = refusal or assessed.refusal
            if refusal is not None:
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
        """Risk, before each change that no colleague has released."""
        if self.risk is None or not self.is_change(request.action) or request.review is not None:
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
            carry_on=self._carry_on,
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
        if not policy.codes and policy.review is None and policy.asked_twice is None:
            return None
        return await self._guard_by_facts(policy, request, digest)

    async def _guard_by_facts(
        self, policy: ActionPolicy, request: ActionRequest, digest: str
    ) -> ActionResult | None:
        """What is asked for depends on what is to be done: how much, to whom."""
        names = await self._names(request)
        if needs_second_yes(policy, request, names):
            return ActionResult(outcome="refused", reason=NOT_CONFIRMED, again=True)
        purpose = f"{request.action}:{digest}"
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

        What has become of it is the truth then, although a level has decayed since. It is asked
        before the guards: one that the bank leaves without an answer must not refuse it either.
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
        return is_approval(await self.reviews.find(request.review), request, digest)

    async def _names(self, request: ActionRequest) -> dict[str, JsonValue]:
        """What conditions of codes may read; arguments in canonical form, as they are sent."""
        facts: Facts = {**await self._circumstances(request)}
        facts["scam_heard"] = (
            request.scam >= (self.risk.policy if self.risk else RiskPolicy()).alert_at
        )
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
        action = self.table.get(request.action)
        if action is None:
            return await self._sender().change(intent, None, lambda key: self._ask(request, key))
        return await self._carry_out(
            action, intent, self._context(request, key), deadline=intent.deadline
        )

    async def _carry_on(self, change: Unsettled, action: Action) -> ActionResult:
        """Go on with a task of several changes from its row, as its own worker would have."""
        intent = Intent(
            key=change.key,
            conversation_id=change.conversation_id,
            customer_id=change.customer_id,
            action=change.action,
            epoch=change.epoch,
            arguments=change.arguments,
            arguments_sha256=sha256_of(change.arguments),
            is_resendable=self.bank_honours_keys,
        )
        context = ActionContext(
            customer_id=change.customer_id,
            slots=change.arguments,
            today=self.clock.now().astimezone(BANK_ZONE).date(),
            key=change.key,
            relations=self.relations,
        )
        deadline = change.begun_at + CONFIRMED_LIFE
        return await self._carry_out(action, intent, context, deadline=deadline)

    async def _carry_out(
        self, action: Action, intent: Intent, context: ActionContext, *, deadline: datetime | None
    ) -> ActionResult:
        sender = self._sender()
        if action.has_parts:
            parts = Parts(
                sending=sender, bank=self.bank, task=intent, context=context, deadline=deadline
            )
            context = replace(context, perform=parts.perform)
        return await sender.change(intent, action, lambda _: action.run(self.bank, context))

    def _sender(self) -> Sending:
        return Sending(
            bank=self.bank, ledger=self.ledger, patience=self.patience, running=self._sending
        )

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


def _refused(reason: ResponseKey) -> ActionResult:
    return ActionResult(outcome="refused", reason=reason)


def _step_up(step_up: StepUp) -> ActionResult:
    return ActionResult(outcome="refused", reason=STEP_UP_NEEDED, step_up=step_up)
