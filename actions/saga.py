"""A task of several changes: all of them in the end, or none.

Each part has a key and a row of its own in the ledger, so the task may be begun again from the
start at any time, by any worker: what is done is not done again. When a part is refused, those
before it are taken back, the last first. Which way it goes is in the ledger before anything is
taken back: a worker that was overtaken comes to the same decision.

A part whose end is not known leaves the task unknown. So does one that cannot be taken back;
then a colleague has to look at it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from actions.bank.port import BankApi
from actions.registry import Action, ActionContext, Circumstances, Obstacle, Part, Perform
from assistant.errors import BankUnavailable
from assistant.model.frozen import Facts
from assistant.model.ids import ActionName, SlotName
from assistant.model.outcome import HALF_DONE
from assistant.ports import ActionResult

Slots = Mapping[str, JsonValue]
ToSlots = Callable[[Slots, Sequence[Facts]], Slots]
"""Arguments of a part, from the slots of the task and the facts of the parts done before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One part of a task.

    Attributes:
        does: The change.
        slots: Its arguments.
        undoes: The change that takes it back; only the last step may go without.
        undo_slots: Arguments of that; the facts of `does` are the last of those given.
    """

    does: Action
    slots: ToSlots
    undoes: Action | None = None
    undo_slots: ToSlots = lambda slots, _: slots


def saga(
    name: str,
    arguments: tuple[SlotName, ...],
    steps: Sequence[Step],
    *,
    optional: tuple[SlotName, ...] = (),
    circumstances: Circumstances | None = None,
    obstacle: Obstacle | None = None,
) -> Action:
    """Declare a task of several changes.

    Args:
        name: Name of the action.
        arguments: Slots it needs.
        steps: In the order they are carried out.
        optional: Slots it takes when they are filled.
        circumstances: See `Action`.
        obstacle: See `Action`.

    Raises:
        ValueError: A step other than the last cannot be taken back.
    """
    if not steps or any(step.undoes is None for step in steps[:-1]):
        msg = f"{name}: every step but the last needs one that takes it back"
        raise ValueError(msg)

    async def run(_: BankApi, context: ActionContext) -> ActionResult:
        if context.perform is None:
            msg = "A task of several changes needs a ledger; nothing was sent."
            raise BankUnavailable(msg)
        return await _forward(steps, context.slots, context.perform)

    return Action(
        name=ActionName(name),
        arguments=arguments,
        is_change=True,
        run=run,
        optional=optional,
        circumstances=circumstances,
        obstacle=obstacle,
        has_parts=True,
    )


async def _forward(steps: Sequence[Step], slots: Slots, perform: Perform) -> ActionResult:
    done: list[ActionResult] = []
    for number, step in enumerate(steps):
        facts = [each.facts for each in done]
        part = Part(place=str(number), action=step.does, slots=step.slots(slots, facts))
        result = await perform(part)
        if result.outcome == "unknown":
            return ActionResult(outcome="unknown")
        if result.outcome == "refused":
            return await _back(steps, slots, done, result, perform)
        done.append(result)
    # The first part is what the customer came for: its receipt, and its facts before others.
    together: Facts = {name: value for each in reversed(done) for name, value in each.facts.items()}
    return done[0].model_copy(update={"facts": together})


async def _back(
    steps: Sequence[Step],
    slots: Slots,
    done: Sequence[ActionResult],
    refusal: ActionResult,
    perform: Perform,
) -> ActionResult:
    """Take back what was done, the last first; the refusal is the end when that went well."""
    for number in reversed(range(len(done))):
        step = steps[number]
        facts = [each.facts for each in done[: number + 1]]
        undoes = step.undoes
        if undoes is None:
            msg = f"step {number} cannot be taken back"
            raise AssertionError(msg)
        part = Part(
            place=f"{number}-undo",
            action=undoes,
            slots=step.undo_slots(slots, facts),
            is_undo=True,
        )
        undone = await perform(part)
        if undone.outcome == "unknown":
            return ActionResult(outcome="unknown")
        if undone.outcome == "refused":
            return ActionResult(outcome="unknown", reason=HALF_DONE)
    return ActionResult(outcome="refused", reason=refusal.reason)
