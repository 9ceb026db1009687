"""What a language model may choose from in one moment: a few tasks, their slots, plain commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.model.commands import Clarify, StartFlow
from assistant.model.flow import Flow
from assistant.model.ids import FlowId, SlotName
from assistant.model.release import Release, SlotDefinition
from assistant.model.tracker import Tracker
from assistant.ports import Encoder, Understood
from assistant.understanding.payloads import flow_for_intent
from assistant.understanding.slots import task_slots

MOST_FLOWS: Final = 10
"""Tasks shown to the model: enough for the right one to be among them, few enough to read."""
_HANDOFF: Final = FlowId("human_handoff")
"""A command of its own; it is never started as a task."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The choice.

    Attributes:
        flows: Tasks the customer may start now, likeliest first.
        active: Tasks on the stack, the active one first.
    """

    flows: Mapping[FlowId, Flow]
    active: Mapping[FlowId, Flow]
    release: Release

    def slots_of(self, flows: Iterable[Flow]) -> dict[SlotName, SlotDefinition]:
        """Slots of these tasks a model may fill: neither secrets nor a yes or no."""
        return {
            slot.name: slot
            for slot in task_slots(flows, self.release)
            if slot.mask != "secret" and slot.type != "bool" and slot.kind != "yes_no"
        }

    def slots(self) -> dict[SlotName, SlotDefinition]:
        """Slots of everything on offer."""
        return self.slots_of((*self.active.values(), *self.flows.values()))


class Shortlist:
    """Finds the tasks a message may be about: by the classifier, then by meaning.

    A task without training examples is found by its name and description.
    """

    def __init__(self, encoder: Encoder, release: Release) -> None:
        """Encode what the bank says each task is for; takes milliseconds a task."""
        self._encoder = encoder
        self._flows = [
            flow for flow in release.flows.values() if not flow.is_pattern and flow.id != _HANDOFF
        ]
        texts = [
            " ".join((*dict.fromkeys(flow.name.values()), flow.description)) for flow in self._flows
        ]
        self._vectors = encoder.encode(texts) if texts else []

    def offer(self, text: str, understood: Understood, tracker: Tracker, release: Release) -> Offer:
        """The choice for one message.

        Args:
            text: The normalised message.
            understood: What the local understander made of it.
            tracker: Its stack names the active tasks, its slots decide the guards.
            release: The content the vectors were made of.
        """
        active = {frame.flow: release.flows[frame.flow] for frame in reversed(tracker.stack)}
        candidates = (*_ranked(understood, release), *self._nearest(text))
        possible = dict.fromkeys(flow.id for flow in candidates if self._may_start(flow, tracker))
        flows = {flow_id: release.flows[flow_id] for flow_id in [*possible][:MOST_FLOWS]}
        return Offer(flows, active, release)

    def _may_start(self, flow: Flow, tracker: Tracker) -> bool:
        if flow.is_pattern or flow.id == _HANDOFF:
            return False
        return flow.guard is None or flow.guard.holds({"slots": {**tracker.slots}})

    def _nearest(self, text: str) -> Sequence[Flow]:
        vector = self._encoder.encode([text])[0]
        scores = [sum(a * b for a, b in zip(vector, each, strict=True)) for each in self._vectors]
        order = sorted(range(len(scores)), key=lambda place: -scores[place])
        return [self._flows[place] for place in order]


def _ranked(understood: Understood, release: Release) -> list[Flow]:
    """Tasks the local understander thought of, likeliest first."""
    named: list[FlowId] = []
    for command in understood.commands:
        if isinstance(command, StartFlow):
            named.append(command.flow)
        elif isinstance(command, Clarify):
            named.extend(command.options)
    flows = [release.flows[flow_id] for flow_id in named if flow_id in release.flows]
    for intent in sorted(understood.scores, key=lambda name: -understood.scores[name]):
        flow = flow_for_intent(intent, release)
        if flow is not None:
            flows.append(flow)
    return flows
