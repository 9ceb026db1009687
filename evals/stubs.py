"""Actions that answer from a test file instead of the bank, as Rasa's `stub_custom_actions` do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from assistant.model.ids import ActionName, ConversationId, IdempotencyKey
from assistant.ports import (
    ActionGateway,
    ActionRequest,
    ActionResult,
    ActionSay,
    Outlook,
    Settled,
)


@dataclass(frozen=True, slots=True)
class Stub:
    """What a stubbed action answers: slots it sets and what it says."""

    slots: Mapping[str, JsonValue] = field(default_factory=dict)
    says: tuple[ActionSay, ...] = ()


@dataclass(frozen=True, slots=True)
class StubbedGateway:
    """Implements the port ActionGateway: stubbed actions answer, the others go through."""

    inner: ActionGateway
    stubs: Mapping[ActionName, Stub]

    def knows(self, action: ActionName) -> bool:
        """See the port."""
        return action in self.stubs or self.inner.knows(action)

    def is_change(self, action: ActionName) -> bool:
        """See the port; a stub changes nothing."""
        return action not in self.stubs and self.inner.is_change(action)

    def digest(self, action: ActionName, slots: Mapping[str, JsonValue]) -> str:
        """See the port."""
        return self.inner.digest(action, slots)

    def key(self, request: ActionRequest) -> IdempotencyKey:
        """See the port."""
        return self.inner.key(request)

    async def outlook(self, request: ActionRequest) -> Outlook:
        """See the port."""
        return await self.inner.outlook(request)

    async def run(self, request: ActionRequest) -> ActionResult:
        """See the port."""
        stub = self.stubs.get(request.action)
        if stub is None:
            return await self.inner.run(request)
        return ActionResult(outcome="done", slots=dict(stub.slots), says=stub.says)

    async def result_of(self, key: IdempotencyKey) -> ActionResult | None:
        """See the port."""
        return await self.inner.result_of(key)

    async def reconcile(self, conversation_id: ConversationId | None = None) -> list[Settled]:
        """See the port."""
        return await self.inner.reconcile(conversation_id)
