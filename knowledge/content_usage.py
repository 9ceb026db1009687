"""What a pack holds that nothing uses, and tasks no words can start."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from typing import Final

from assistant.model.flow import ActionStep, CallStep, CollectStep, Flow, LinkStep, SetSlotsStep
from assistant.model.ids import ActionName, FlowId, SlotName
from assistant.model.predicate import Predicate
from assistant.model.release import Release
from knowledge.content_examples import without_examples
from knowledge.content_problems import Problems, did_you_mean
from knowledge.content_rasa import SESSION_START
from knowledge.loader import Pack

_WORD: Final = re.compile(r"[^\W\d]\w*")
_SAID_BY_CODE: Final = (
    *("utter_ask_", "utter_reason_", "reason_"),
    *("utter_summary_", "utter_undo_", "utter_again_", "utter_wake_"),
    *("utter_label_", "utter_known_"),
)
"""Responses that code names by rule: questions of `action_ask_…`, reasons of a refusal, what was
done and how to put it right, what a waiting task knows."""
_OPENED_BY_ENGINE: Final = frozenset({SESSION_START, FlowId("pattern_scam_warning")})
"""Patterns the engine opens where a pack has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What the engine and the actions behind a pack use of it by name.

    Attributes:
        said: Responses they name, hence never "unused".
        read: Slots the actions take or fill, hence never "unused".
        is_change: Whether an action changes something, so that its policy has to say how it can be
            taken back; None does not look.
        runs: Whether an action the domain lists can be run; None does not look.
    """

    said: Set[str] = frozenset()
    read: Set[str] = frozenset()
    is_change: Callable[[ActionName], bool] | None = None
    runs: Callable[[ActionName], bool] | None = None


def check_usage(pack: Pack, code: Code, problems: Problems) -> None:
    """Warn of responses and slots without use, and of flows no example starts.

    Args:
        pack: As read, free of errors or not.
        code: What is used beside the pack itself.
        problems: Where warnings are reported.
    """
    used = _used_responses(pack.release) | _said_about_risk(pack.release) | code.said
    for key, place in pack.responses.places.items():
        if key not in used and not key.startswith(_SAID_BY_CODE):
            problems.warn(place, f'no flow says "{key}"; remove it if no action says it either')
    slots = _used_slots(pack.release) | code.read
    for name, place in pack.domain.places.items():
        slot = pack.domain.slots.get(SlotName(name))
        is_filled = slot is not None and bool(slot.entities or slot.intents)
        if name not in slots and not is_filled:
            problems.warn(
                place, f'no flow or response uses the slot "{name}"; remove it if no action does'
            )
    _check_triggers(pack, problems)
    _check_patterns(pack, problems)
    if code.runs is not None:
        _check_actions(pack, code.runs, problems)


def _said_about_risk(release: Release) -> set[str]:
    """Wordings for the kinds of scam the pack knows and the categories its rules tell."""
    if not release.risk.scam.patterns:
        return set()
    kinds = {"named", "unknown", *(pattern.id for pattern in release.risk.scam.patterns)}
    categories = {f"category_{name}" for name in release.risk.categories.values()}
    return {f"utter_scam_{kind}" for kind in kinds} | {
        f"utter_risk_{name}" for name in ("hold", *categories)
    }


def _used_responses(release: Release) -> set[str]:
    used: set[str] = {rule.replace_with for rule in release.review_rules}
    for flow in release.flows.values():
        for step in flow.steps.values():
            if isinstance(step, ActionStep):
                used.add(step.action)
            elif isinstance(step, CollectStep):
                used |= {step.utter, *(item.utter for item in step.rejections)}
    return used


def _used_slots(release: Release) -> set[str]:
    used: set[str] = set()
    for flow in release.flows.values():
        used |= _slots_of(flow)
    for variants in release.responses.values():
        for variant in variants:
            used |= set(variant.conditions)
            for text in variant.text.values():
                used |= set(_WORD.findall(text))
    for policy in release.policies.values():
        read = [code.condition for code in policy.codes]
        read += [way.condition for way in policy.undo]
        read += [policy.asked_twice, policy.review.condition if policy.review else None]
        conditions = [condition for condition in read if condition is not None]
        used |= _read_by(conditions) | {code.target for code in policy.codes}
    return used


def _slots_of(flow: Flow) -> set[str]:
    used = {*map(str, flow.persisted_slots), *map(str, flow.optional_slots())}
    conditions = [flow.guard] if flow.guard is not None else []
    for step in flow.steps.values():
        conditions += [way.condition for way in step.next if way.condition is not None]
        if isinstance(step, CollectStep):
            used.add(step.slot)
            conditions += [item.condition for item in step.rejections]
        elif isinstance(step, SetSlotsStep):
            used |= set(step.values)
    return used | _read_by(conditions)


def _read_by(conditions: Iterable[Predicate]) -> set[str]:
    return {name[-1] for condition in conditions for name in condition.names()}


def _check_triggers(pack: Pack, problems: Problems) -> None:
    """Each task needs examples under a trigger's intent, or under its own id."""
    intents = pack.training.intents()
    steps = [step for source in pack.flows.values() for step in source.flow.steps.values()]
    joined = {step.flow for step in steps if isinstance(step, LinkStep | CallStep)}
    for source in pack.flows.values():
        flow = source.flow
        named = {trigger.intent for trigger in flow.nlu_triggers}
        for intent in sorted(named - intents - pack.domain.intents):
            hint = did_you_mean(intent, intents | pack.domain.intents)
            problems.warn(source.part.key_place("nlu_trigger"), f'no intent "{intent}"{hint}')
    for flow_id in without_examples(pack.flows, intents):
        if flow_id not in joined:
            problems.warn(
                pack.flows[flow_id].place,
                f'no training example starts flow "{flow_id}"; its name and description stand in',
            )


def _check_patterns(pack: Pack, problems: Problems) -> None:
    """Patterns of the pack that neither the engine nor another flow starts."""
    steps = [step for source in pack.flows.values() for step in source.flow.steps.values()]
    joined = {step.flow for step in steps if isinstance(step, LinkStep | CallStep)}
    for flow_id, source in pack.flows.items():
        if source.flow.is_pattern and flow_id not in pack.patterns | joined | _OPENED_BY_ENGINE:
            hint = did_you_mean(flow_id, {*pack.patterns, *_OPENED_BY_ENGINE})
            problems.warn(source.place, f'nothing starts "{flow_id}"{hint}')


def _check_actions(pack: Pack, runs: Callable[[ActionName], bool], problems: Problems) -> None:
    """Actions the domain lists and nothing can run."""
    for action, place in pack.domain.actions.items():
        if not runs(action):
            problems.warn(
                place,
                f'nothing runs "{action}": no class in `actions/` has this name and '
                "GUITAI_ACTION_ENDPOINT is not set",
            )
