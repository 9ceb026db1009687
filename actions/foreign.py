"""Actions that are not ours: the bank's own rasa-sdk code, in this process or behind a webhook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from assistant.model.ids import ActionName, ResponseKey, SlotName
from assistant.ports import ActionRequest, ActionResult

NOT_OFFERED = ResponseKey("reason_not_offered")


class ForeignActions(Protocol):
    """Something that runs actions the table of the gateway does not have."""

    def knows(self, action: ActionName) -> bool:
        """Whether it has this action."""
        ...

    def is_change(self, action: ActionName) -> bool:
        """Whether the deployment declared it a change of money or data."""
        ...

    def arguments(self, action: ActionName) -> tuple[SlotName, ...]:
        """Declared arguments; empty means all slots."""
        ...

    async def run(
        self, request: ActionRequest, *, is_change: bool, secret_slots: frozenset[SlotName]
    ) -> ActionResult:
        """Run one action.

        Raises:
            BankUnavailable: Nothing happened, or a read was not answered.
            BankOutcomeUnknown: A change was begun and not answered.
        """
        ...


@dataclass(frozen=True, slots=True)
class FirstThatKnows:
    """Several sources of actions; the first that has one runs it."""

    sources: tuple[ForeignActions, ...] = ()

    def knows(self, action: ActionName) -> bool:
        """See the protocol."""
        return self._source(action) is not None

    def is_change(self, action: ActionName) -> bool:
        """See the protocol."""
        source = self._source(action)
        return source is not None and source.is_change(action)

    def arguments(self, action: ActionName) -> tuple[SlotName, ...]:
        """See the protocol."""
        source = self._source(action)
        return () if source is None else source.arguments(action)

    async def run(
        self, request: ActionRequest, *, is_change: bool, secret_slots: frozenset[SlotName]
    ) -> ActionResult:
        """See the protocol."""
        source = self._source(request.action)
        if source is None:
            return ActionResult(outcome="refused", reason=NOT_OFFERED)
        return await source.run(request, is_change=is_change, secret_slots=secret_slots)

    def _source(self, action: ActionName) -> ForeignActions | None:
        return next((source for source in self.sources if source.knows(action)), None)
