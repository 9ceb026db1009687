"""Where flows lead: targets that exist, circles without a question, steps nobody reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from assistant.model.flow import (
    END,
    PATTERN_PREFIX,
    ActionStep,
    CallStep,
    CollectStep,
    Flow,
    LinkStep,
    Step,
)
from assistant.model.ids import FlowId, StepId
from knowledge.content_flows import FlowSource
from knowledge.content_problems import Problems, did_you_mean

_LINKABLE_PATTERN: Final = "pattern_human_handoff"
_NEVER_LINKED: Final = "pattern_internal_error"
_LISTEN: Final = "action_listen"
_Id = TypeVar("_Id", bound=str)


def check_graph(sources: Mapping[FlowId, FlowSource], problems: Problems) -> None:
    """Check every flow and how flows link and call each other."""
    called = _called(sources)
    for source in sources.values():
        for step_id, step in source.flow.steps.items():
            if isinstance(step, LinkStep | CallStep):
                _check_target(source, step_id, step, sources, problems)
            if isinstance(step, LinkStep) and source.flow.id in called:
                place = source.steps[step_id].place
                problems.error(place, "a flow that is called may not link; use call or END")
        _check_reach(source, problems)
        _check_circles(source, problems)
    _check_between(sources, problems)


def _called(sources: Mapping[FlowId, FlowSource]) -> set[FlowId]:
    steps = [step for source in sources.values() for step in source.flow.steps.values()]
    return {step.flow for step in steps if isinstance(step, CallStep)}


def _check_target(
    source: FlowSource,
    step_id: StepId,
    step: LinkStep | CallStep,
    sources: Mapping[FlowId, FlowSource],
    problems: Problems,
) -> None:
    place = source.steps[step_id].place
    if step.flow not in sources:
        hint = did_you_mean(step.flow, sources)
        problems.missing(place, f'there is no flow "{step.flow}"{hint}')
    if isinstance(step, CallStep):
        if source.flow.is_pattern:
            problems.error(place, "a pattern may not call a flow; use link")
        if step.flow.startswith(PATTERN_PREFIX):
            problems.error(place, "a pattern cannot be called; use link")
    elif source.flow.is_pattern:
        if step.flow == _NEVER_LINKED:
            problems.error(place, f"{_NEVER_LINKED} cannot be linked")
    elif step.flow.startswith(PATTERN_PREFIX) and step.flow != _LINKABLE_PATTERN:
        problems.error(place, f"of the patterns only {_LINKABLE_PATTERN} can be linked from a flow")


def _check_reach(source: FlowSource, problems: Problems) -> None:
    flow = source.flow
    seen: set[StepId] = set()
    waiting = [flow.first]
    while waiting:
        step_id = waiting.pop()
        if step_id in seen or step_id not in flow.steps:
            continue
        seen.add(step_id)
        waiting.extend(branch.target for branch in flow.steps[step_id].next)
    for step_id in flow.steps.keys() - seen:
        problems.warn(source.steps[step_id].place, f'no way leads to step "{step_id}"')


def _check_circles(source: FlowSource, problems: Problems) -> None:
    """A circle of steps that never waits for the customer would run for ever."""
    edges = {
        step_id: [] if _waits(step) else [branch.target for branch in step.next]
        for step_id, step in source.flow.steps.items()
    }
    for step_id in _on_circles(edges):
        problems.error(
            source.steps[step_id].place,
            f'step "{step_id}" leads back to itself without asking anything; add a collect',
        )


def _check_between(sources: Mapping[FlowId, FlowSource], problems: Problems) -> None:
    calls = {flow_id: _targets(source.flow, CallStep) for flow_id, source in sources.items()}
    for flow_id in _on_circles(calls):
        problems.error(sources[flow_id].place, f'flow "{flow_id}" ends up calling itself')
    links = {flow_id: _unasked_links(source.flow) for flow_id, source in sources.items()}
    for flow_id in _on_circles(links):
        problems.error(
            sources[flow_id].place,
            f'flow "{flow_id}" links back to itself without asking anything; add a collect',
        )


def _targets(flow: Flow, kind: type[CallStep]) -> list[FlowId]:
    return [step.flow for step in flow.steps.values() if isinstance(step, kind)]


def _unasked_links(flow: Flow) -> list[FlowId]:
    """Flows this one links to on a way that never waits for the customer."""
    found: list[FlowId] = []
    seen: set[StepId] = set()
    waiting = [flow.first]
    while waiting:
        step_id = waiting.pop()
        step = flow.steps.get(step_id)
        if step is None or step_id in seen or _waits(step):
            continue
        seen.add(step_id)
        if isinstance(step, LinkStep):
            found.append(step.flow)
        waiting.extend(branch.target for branch in step.next if branch.target != END)
    return found


def _waits(step: Step) -> bool:
    is_listening = isinstance(step, ActionStep) and step.action == _LISTEN
    return isinstance(step, CollectStep) or is_listening


def _on_circles(edges: Mapping[_Id, Iterable[_Id]]) -> list[_Id]:
    """One node of each circle: nodes left after peeling off all that lead nowhere."""
    left = {
        node: {target for target in targets if target in edges} for node, targets in edges.items()
    }
    while True:
        ends = {node for node, targets in left.items() if not targets}
        if not ends:
            break
        left = {node: targets - ends for node, targets in left.items() if node not in ends}
    found: list[_Id] = []
    covered: set[_Id] = set()
    for node in left:
        reached = _reached(node, left)
        if node in reached and node not in covered:
            found.append(node)
            covered |= reached
    return found


def _reached(start: _Id, edges: Mapping[_Id, set[_Id]]) -> set[_Id]:
    seen: set[_Id] = set()
    waiting = list(edges[start])
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(edges[node])
    return seen
