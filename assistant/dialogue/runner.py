"""Flows to next steps: runs the active frame until somebody else has to do something.

    advance → Say | Run | NeedLevel | Wait

The runner decides and records; it never calls anything. `turn` carries out what it returns
and calls again, until it returns Wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from pydantic import JsonValue

from assistant.dialogue.log import TurnLog
from assistant.dialogue.plan import go_on_with_plan, plan_is_free
from assistant.dialogue.stack import (
    CALLED,
    change_top,
    finish_top,
    flow_of,
    go_to,
    prefill_mark,
    push,
    remember,
    skip_mark,
    turned_down_mark,
)
from assistant.errors import AssistantError
from assistant.model.assurance import Assurance
from assistant.model.events import Asked, Frame, SlotSet
from assistant.model.flow import (
    END,
    ActionStep,
    BaseStep,
    CallStep,
    CollectStep,
    LinkStep,
    NoopStep,
    SetSlotsStep,
    Step,
)
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, ResponseKey, SlotName, StepId
from assistant.model.release import Release
from assistant.ports import ActionGateway

_MAX_STEPS = 200
"""Steps one turn may take; a flow that loops without a question stops here."""


class FlowLoops(AssistantError):  # noqa: N818 - says what the flow does
    """A flow runs in a circle without asking anything."""

    code = "flow.loops"


@dataclass(frozen=True, slots=True)
class Say:
    """Say a response now and go on, or wait for the answer when it is a question.

    Attributes:
        confirms: Action whose read-back the question is.
    """

    response: ResponseKey
    facts: Facts = field(default_factory=dict)
    waits: bool = False
    confirms: ActionName | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Run an action; `then` is where the frame goes when the action is settled.

    Attributes:
        asks: The action asks the open question (`action_ask_…`); wait after it.
        validates: Slot whose value the action checks.
    """

    action: ActionName
    asks: bool = False
    validates: SlotName | None = None


@dataclass(frozen=True, slots=True)
class NeedLevel:
    """The task may not begin below this level."""

    level: Assurance


@dataclass(frozen=True, slots=True)
class Wait:
    """It is the customer's turn."""


Decision = Say | Run | NeedLevel | Wait


@dataclass(slots=True)
class Runner:
    """Runs frames of one turn.

    Attributes:
        level: Assurance of the customer now, after decay.
        steps: Steps taken in this turn.
    """

    log: TurnLog
    actions: ActionGateway
    level: Assurance
    steps: int = 0

    @property
    def release(self) -> Release:
        """The content in force."""
        return self.log.release

    def advance(self) -> Decision:
        """Find what has to happen next.

        Raises:
            FlowLoops: More than the allowed steps without a question.
        """
        while True:
            self.steps += 1
            if self.steps > _MAX_STEPS:
                msg = f"Flow `{self.log.tracker.stack[-1].flow}` loops without asking anything."
                raise FlowLoops(msg)
            if plan_is_free(self.log):
                go_on_with_plan(self.log)
            frame = self.log.tracker.top
            if frame is None:
                return Wait()
            decision = self._frame(frame)
            if decision is not None:
                return decision

    def leave_step(self) -> None:
        """Go where the current step of the active frame leads."""
        frame = self.log.tracker.stack[-1]
        if frame.step is not None and frame.step != END:
            self._next(frame, flow_of(self.log, frame).steps[frame.step])

    def names(self, frame: Frame) -> Mapping[str, JsonValue]:
        """What conditions of a frame may read."""
        slots: dict[str, JsonValue] = {**self.log.tracker.slots}
        facts = frame.context.get("facts")
        return {
            "slots": slots,
            "context": {**frame.context},
            "facts": facts if isinstance(facts, dict) else {},
        }

    def _frame(self, frame: Frame) -> Decision | None:
        flow = flow_of(self.log, frame)
        if frame.step is None:
            if flow.start_level > self.level:
                return NeedLevel(flow.start_level)
            go_to(self.log, flow.first)
            return None
        if frame.step == END:
            finish_top(self.log)
            return Wait() if flow.ends_turn else None
        step = flow.steps.get(frame.step)
        if step is None:  # the flow changed under a running conversation: start it over
            go_to(self.log, flow.first)
            return None
        return self._step(frame, step)

    def _step(self, frame: Frame, step: Step) -> Decision | None:
        match step:  # every kind of step, once
            case CollectStep():
                return self._collect(frame, step)
            case ActionStep():
                return self._action(frame, step)
            case SetSlotsStep():
                self._set_slots(step)
                self._next(frame, step)
            case NoopStep():
                self._next(frame, step)
            case LinkStep():
                self._link(step)
            case CallStep():
                self._call(frame, step)
            case _:
                assert_never(step)
        return None

    def _set_slots(self, step: SetSlotsStep) -> None:
        for slot, value in step.values.items():
            if self.log.tracker.slots.get(slot) != value:
                self.log.add(SlotSet, slot=slot, value=value, origin="flow")

    def _link(self, step: LinkStep) -> None:
        go_to(self.log, END)
        finish_top(self.log, is_linked=True)
        is_pattern = self.release.flows[step.flow].is_pattern
        push(self.log, step.flow, "pattern" if is_pattern else "flow")

    def _call(self, frame: Frame, step: CallStep) -> None:
        """Call the flow, or go on when it has returned: conditions may read what it filled."""
        if frame.context.get(CALLED) == step.id:
            remember(self.log, {CALLED: None})
            self._next(self.log.tracker.stack[-1], step)
            return
        remember(self.log, {CALLED: step.id})
        push(self.log, step.flow, "call")

    def _action(self, frame: Frame, step: ActionStep) -> Decision:
        if step.action.startswith("utter_"):
            facts: Facts = {**frame.context}
            self._next(frame, step)
            return Say(ResponseKey(step.action), facts)
        if step.action == "action_listen":
            self._next(frame, step)
            return Wait()
        return Run(step.action)

    def _collect(self, frame: Frame, step: CollectStep) -> Decision | None:
        value = self.log.tracker.slots.get(step.slot)
        if value is None and frame.context.get(skip_mark(step.slot)):
            self._next(frame, step)
            return None
        if value is None:
            return self._ask(frame, step)
        names = self.names(frame)
        for rejection in step.rejections:
            if rejection.condition.holds(names):
                self.log.add(SlotSet, slot=step.slot, value=None, origin="flow")
                return Say(rejection.utter, {**frame.context, "rejected": value})
        validator = ActionName(f"validate_{step.slot}")
        if self.actions.knows(validator) and frame.context.get(_checked(step.slot)) != value:
            return Run(validator, validates=step.slot)
        self._next(frame, step)
        return None

    def _ask(self, frame: Frame, step: CollectStep) -> Decision:
        prefill = ActionName(f"prefill_{step.slot}")
        if self.actions.knows(prefill):
            hints = self._hints(frame)
            if frame.context.get(turned_down_mark(step.slot)):
                remember(
                    self.log, {prefill_mark(step.slot): hints, turned_down_mark(step.slot): None}
                )
            elif frame.context.get(prefill_mark(step.slot)) != hints:
                remember(self.log, {prefill_mark(step.slot): hints})
                return Run(prefill)
        confirms = self._confirms(step)
        digest = self.actions.digest(confirms, self.log.tracker.slots) if confirms else None
        self.log.add(
            Asked, slot=step.slot, frame_id=frame.frame_id, confirms=confirms, digest=digest
        )
        if step.utter.startswith("action_"):
            return Run(ActionName(step.utter), asks=True)
        return Say(step.utter, {**frame.context}, waits=True, confirms=confirms)

    def _hints(self, frame: Frame) -> list[JsonValue]:
        """What a prefill may go by besides the bank's records; it is tried again when it changes.

        Never empty, so that it also says that the prefill was tried.
        """
        slots = self.log.tracker.slots
        names = flow_of(self.log, frame).optional_slots()
        return ["tried", *(slots.get(name) for name in names)]

    def _confirms(self, step: CollectStep) -> ActionName | None:
        """The action this question is the read-back of, named by `metadata.confirms`."""
        named = step.metadata.get("confirms")
        if isinstance(named, str):
            return ActionName(named)
        guess = ActionName(step.slot.removeprefix("confirm_"))
        return guess if step.slot.startswith("confirm_") and self.actions.knows(guess) else None

    def _next(self, frame: Frame, step: BaseStep) -> None:
        names = self.names(frame)
        target = END
        for branch in step.next:
            if branch.condition is None or branch.condition.holds(names):
                target = branch.target
                break
        if target == END:
            change_top(self.log, context={**frame.context, "last_step": step.id})
        go_to(self.log, StepId(target))


def mark_checked(log: TurnLog, slot: SlotName) -> None:
    """Note that the validator accepted the present value."""
    remember(log, {_checked(slot): log.tracker.slots.get(slot)})


def _checked(slot: SlotName) -> str:
    return f"checked_{slot}"
