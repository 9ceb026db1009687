"""Steps: Rasa's nested lists flattened to steps that name their successors.

Ids: an explicit `id`, else `{index}_{type}_{name}` as Rasa generates them, so that tests of
a foreign pack find the same ids. The index counts every step in the order written, nested
ones included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from assistant.model.flow import (
    END,
    ActionStep,
    BaseStep,
    Branch,
    CallStep,
    LinkStep,
    NoopStep,
    SetSlotsStep,
    Step,
)
from assistant.model.ids import ActionName, FlowId, StepId
from assistant.model.predicate import Predicate
from knowledge.content_collect import COLLECT_KEYS, collect_step
from knowledge.content_names import Known, Names, check_action, condition, slot_values
from knowledge.content_problems import did_you_mean
from knowledge.content_reading import Reader
from knowledge.content_yaml import Part, as_json

_SHARED: Final = ("id", "next", "metadata", "description")
_KEYS: Final = {
    "collect": COLLECT_KEYS,
    "action": (),
    "set_slots": (),
    "link": (),
    "call": (),
    "noop": (),
}
_KEPT: Final = ("description", "silence_timeout", "dtmf")
"""Keys that stay as they are, for the voice channel and for understanding."""
_UNSUPPORTED: Final = {
    "mcp_server": "write an action and call it with `action:`",
    "mapping": "write an action and call it with `action:`",
    "exit_if": "autonomous agents are not run; write a flow and call it",
    "generation_prompt": "write a response and say it with `action: utter_…`",
    "intent": "starting by intent belongs into `nlu_trigger` of the flow",
}
_RESERVED_IDS: Final = ("END", "CONTINUE", "START")


@dataclass(slots=True)
class Flattener:
    """Flattens the steps of one flow.

    Attributes:
        steps: Result, in the order written.
        parts: Where each step stands.
        resets: Parts of the deprecated `reset_after_flow_ends`.
    """

    reader: Reader
    known: Known
    steps: dict[StepId, Step] = field(default_factory=dict)
    parts: dict[StepId, Part] = field(default_factory=dict)
    resets: list[Part] = field(default_factory=list)
    _ids: dict[str, StepId] = field(default_factory=dict)
    _targets: list[tuple[StepId, Part]] = field(default_factory=list)

    def flatten(self, part: Part) -> StepId:
        """Read the steps of a flow and return the id of the first."""
        items = self.reader.elements(part, "steps")
        if not items:
            self.reader.error(part, "a flow needs at least one step")
            return END
        self._number(items)
        first = self._sequence(items, is_root=True)
        written = list(dict.fromkeys(self._ids.values()))
        self.steps = {key: self.steps[key] for key in written if key in self.steps}
        for target, place in self._targets:
            if target != END and target not in self.steps:
                hint = did_you_mean(target, [*self.steps, END])
                self.reader.error(place, f'there is no step "{target}" in this flow{hint}')
        return first

    def _number(self, items: list[Part]) -> None:
        """Give each step its id, nested ones included."""
        for item in items:
            kind = _kind(item)
            written = item.child("id")
            step_id = written.text if written is not None else None
            if written is not None:
                self._check_id(written)
            step_id = step_id or f"{len(self._ids)}_{_postfix(item, kind)}"
            if step_id in self._ids.values():
                self.reader.error(written or item, f'a second step has the id "{step_id}"')
            self._ids[item.path] = StepId(step_id)
            for nested in _nested(item.child("next")):
                self._number(nested)

    def _check_id(self, part: Part) -> None:
        name = self.reader.name(part, "id")
        if name in _RESERVED_IDS:
            self.reader.error(part, f'the id "{name}" is reserved; choose another')

    def _sequence(self, items: list[Part], *, is_root: bool) -> StepId:
        for index, item in enumerate(items):
            last = index == len(items) - 1
            following = END if last else self._ids[items[index + 1].path]
            step = self._step(item, following, may_fall=not last or is_root)
            if isinstance(step, LinkStep) and not last:
                self.reader.error(item, "link must be the last step of its list")
            if step is not None:
                self.steps.setdefault(step.id, step)
                self.parts.setdefault(step.id, item)
        return self._ids[items[0].path]

    def _step(self, item: Part, following: StepId, *, may_fall: bool) -> Step | None:
        if not item.is_mapping:
            self.reader.error(item, "a step must be a mapping, for example `- collect: card`")
            return None
        kinds = [key for key in _KEYS if item.child(key) is not None]
        if len(kinds) != 1:
            self._report_kind(item, kinds)
            return None
        kind = kinds[0]
        keys = self.reader.known(item, "a step", (kind, *_SHARED, *_KEYS[kind]), _UNSUPPORTED)
        ways = self._ways(item, kind, following, may_fall=may_fall)
        return self._build(item, kind, keys, ways)

    def _report_kind(self, item: Part, kinds: list[str]) -> None:
        if kinds:
            self.reader.error(item, f"a step does one thing; this one has {' and '.join(kinds)}")
            return
        allowed = (*_KEYS, *_SHARED, *_KEYS["collect"])
        for key, _ in item.children():
            hint = did_you_mean(key, _KEYS)
            if key not in allowed and hint.startswith("; did"):
                place = item.key_place(key)
                self.reader.problems.error(place, f'unknown key "{key}"{hint}')
                return
        self.reader.error(item, f"the step has none of {', '.join(_KEYS)}")

    def _ways(
        self, item: Part, kind: str, following: StepId, *, may_fall: bool
    ) -> tuple[Branch, ...]:
        part = item.child("next")
        if kind == "link":
            if part is not None:
                self.reader.error(part, "a link ends the flow and has no next; remove it")
            return ()
        if part is not None:
            return self._next(part, following)
        if kind == "noop":
            self.reader.error(item, "a noop needs next")
        elif not may_fall:
            self.reader.error(item, "the last step of a branch needs next: END or a step id")
        return (Branch(None, following),)

    def _next(self, part: Part, following: StepId) -> tuple[Branch, ...]:
        if not part.is_list:
            return (Branch(None, self._target(part)),)
        items = list(part.elements())
        if not items:
            self.reader.error(part, "next is an empty list; write END or a step id")
            return (Branch(None, following),)
        if not any(_is_branch(item) for item in items):
            return (Branch(None, self._sequence(items, is_root=False)),)
        return self._branches(part, items)

    def _branches(self, part: Part, items: list[Part]) -> tuple[Branch, ...]:
        found: list[Branch] = []
        for index, item in enumerate(items):
            keys = self.reader.known(item, "a branch", ("if", "then", "else"))
            otherwise = keys.get("else")
            if otherwise is not None:
                if "if" in keys or "then" in keys or index != len(items) - 1:
                    self.reader.error(item, "else stands alone, as the last branch")
                found.append(Branch(None, self._goal(otherwise)))
                continue
            condition = self._condition(keys.get("if"))
            if "if" not in keys or "then" not in keys:
                self.reader.error(item, "a branch needs `if` and `then`, or only `else`")
            elif condition is not None:
                found.append(Branch(condition, self._goal(keys["then"])))
            else:
                self._goal(keys["then"])
        if all(branch.condition is not None for branch in found):
            self.reader.error(part, "the branches have no else; add `- else: END` or a step id")
        return tuple(found)

    def _goal(self, part: Part) -> StepId:
        """Where `then` or `else` leads: a step id, END or a list of steps."""
        if not part.is_list:
            return self._target(part)
        items = list(part.elements())
        if not items or any(_is_branch(item) for item in items):
            self.reader.error(part, "must be a step id, END or a list of steps")
            return END
        return self._sequence(items, is_root=False)

    def _target(self, part: Part) -> StepId:
        name = self.reader.text(part, "the next step")
        if name is None:
            return END
        self._targets.append((StepId(name), part))
        return StepId(name)

    def _condition(self, part: Part | None) -> Predicate | None:
        return condition(Names(self.reader, self.known), part)

    def _build(
        self, item: Part, kind: str, keys: Mapping[str, Part], ways: tuple[Branch, ...]
    ) -> Step | None:
        step_id, part = self._ids[item.path], keys[kind]
        kept: dict[str, JsonValue] = {key: as_json(keys[key]) for key in _KEPT if key in keys}
        metadata = kept | self.reader.free_mapping(keys.get("metadata"), "metadata")
        if kind == "collect":
            if "reset_after_flow_ends" in keys:
                self.resets.append(keys["reset_after_flow_ends"])
            base = BaseStep(id=step_id, next=ways, metadata=metadata)
            return collect_step(Names(self.reader, self.known), keys, base)
        if kind == "set_slots":
            values = slot_values(self.reader, part, self.known)
            return SetSlotsStep(id=step_id, next=ways, metadata=metadata, values=values)
        if kind == "noop":
            self.reader.flag(part, "noop", default=True)
            return NoopStep(id=step_id, next=ways, metadata=metadata)
        name = self.reader.name(part, kind)
        if name is None:
            return None
        if kind == "action":
            check_action(self.reader, part, name, self.known)
            return ActionStep(id=step_id, next=ways, metadata=metadata, action=ActionName(name))
        maker = LinkStep if kind == "link" else CallStep
        return maker(id=step_id, next=ways, metadata=metadata, flow=FlowId(name))


def _kind(item: Part) -> str:
    return next((key for key in _KEYS if item.child(key) is not None), "noop")


def _postfix(item: Part, kind: str) -> str:
    part = item.child(kind)
    name = (part.text or "") if part is not None else ""
    if kind in ("noop", "set_slots"):
        return kind
    return name if kind == "action" else f"{kind}_{name}"


def _is_branch(item: Part) -> bool:
    keys = {key for key, _ in item.children()}
    return bool(keys & {"if", "then", "else"}) and not keys & set(_KEYS)


def _nested(part: Part | None) -> list[list[Part]]:
    """The step lists inside a `next`."""
    if part is None or not part.is_list:
        return []
    items = list(part.elements())
    if not any(_is_branch(item) for item in items):
        return [items]
    goals = [item.child(key) for item in items for key in ("then", "else")]
    return [list(goal.elements()) for goal in goals if goal is not None and goal.is_list]
