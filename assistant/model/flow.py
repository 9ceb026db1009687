"""Flows: tasks the bank wrote, flattened to steps that name their successors.

The loader turns Rasa's nested YAML into these; nothing here knows about files. Inline step
lists get generated ids, so that each step can be named in a trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from assistant.model.assurance import Assurance
from assistant.model.ids import ActionName, FlowId, ResponseKey, SlotName, StepId
from assistant.model.predicate import Predicate

END: Final = StepId("END")
PATTERN_PREFIX: Final = "pattern_"


@dataclass(frozen=True, slots=True)
class Branch:
    """One way on.

    Attributes:
        condition: None means always (`else`, or a plain `next`).
        target: Id of the next step, or END.
    """

    condition: Predicate | None
    target: StepId


@dataclass(frozen=True, slots=True)
class Rejection:
    """A value is not accepted while `condition` holds; `utter` says why."""

    condition: Predicate
    utter: ResponseKey


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseStep:
    """What every step has.

    Attributes:
        next: Tried in order; the first whose condition holds is taken.
        metadata: Whatever of ours Rasa does not have.
    """

    id: StepId
    next: tuple[Branch, ...]
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectStep(BaseStep):
    """Ask for a slot and wait until it is validly filled.

    Attributes:
        utter: Response or `action_ask_…` that asks.
        ask_before_filling: Clear the slot on entry and always ask; for confirmations.
        force_slot_filling: Take the whole message as the value; only a wish for a person,
            a cancellation or a question gets past.
    """

    slot: SlotName
    utter: ResponseKey
    ask_before_filling: bool = False
    force_slot_filling: bool = False
    reset_after_flow_ends: bool = True
    rejections: tuple[Rejection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStep(BaseStep):
    """Run an action, or say a response (`utter_…`), without waiting."""

    action: ActionName


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSlotsStep(BaseStep):
    """Set or clear slots."""

    values: Mapping[SlotName, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStep(BaseStep):
    """End this flow and start another."""

    flow: FlowId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep(BaseStep):
    """Run another flow as if it were part of this one."""

    flow: FlowId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoopStep(BaseStep):
    """A pure branch."""


Step = CollectStep | ActionStep | SetSlotsStep | LinkStep | CallStep | NoopStep


@dataclass(frozen=True, slots=True)
class NluTrigger:
    """An intent that starts the flow when the classifier is at least this sure."""

    intent: str
    confidence_threshold: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A task.

    Attributes:
        name: What the customer is told it is called, by locale; `zh-Hans` is always there.
        first: Id of the first step.
        guard: Must hold before the customer may start it; links and calls pass.
        start_level: Assurance asked for before the first question (private choices follow).
        source: File and line it was read from.
    """

    id: FlowId
    name: Mapping[str, str]
    description: str
    steps: Mapping[StepId, Step]
    first: StepId
    guard: Predicate | None = None
    nlu_triggers: tuple[NluTrigger, ...] = ()
    persisted_slots: frozenset[SlotName] = frozenset()
    run_pattern_completed: bool = True
    start_level: Assurance = Assurance.VISITOR
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    source: str = ""

    @property
    def is_pattern(self) -> bool:
        """Whether this is one of the engine's repair patterns."""
        return self.id.startswith(PATTERN_PREFIX)

    @property
    def ends_turn(self) -> bool:
        """Whether nothing else is said after it: a task that waited stays quiet meanwhile."""
        return self.metadata.get("ends_turn") is True

    def collects(self) -> tuple[CollectStep, ...]:
        """The questions of the flow, in the order written."""
        return tuple(step for step in self.steps.values() if isinstance(step, CollectStep))

    def optional_slots(self) -> tuple[SlotName, ...]:
        """Slots the task can use and never asks for (`metadata.optional_slots`)."""
        names = self.metadata.get("optional_slots")
        return tuple(SlotName(str(name)) for name in names) if isinstance(names, list) else ()

    def own_slots(self) -> frozenset[SlotName]:
        """Slots the flow's own steps fill; they are reset when it ends unless persisted."""
        names = {step.slot for step in self.collects() if step.reset_after_flow_ends}
        names |= set(self.optional_slots())
        for step in self.steps.values():
            if isinstance(step, SetSlotsStep):
                names |= set(step.values)
        return frozenset(names) - self.persisted_slots
