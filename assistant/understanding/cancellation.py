"""A cancellation that names the task: the active one, one that waits, one of the plan."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.model.commands import CancelFlow, Command
from assistant.model.flow import Flow
from assistant.understanding.moment import Moment
from assistant.understanding.payloads import flow_for_intent

_STOP = re.compile(
    r"不要了?|不办了?|不用了?|不弄了?|不做了?|取消|算了|先不|别办了?|别弄了?|停掉|停了|撤掉|放弃|"
    r"唔要|唔办|cancel|drop|forget about|forget|don't|do not|no need|never mind|stop"
)
_FILL = re.compile(r"那个?|这个?|的|吧|了|啊|呢|把|将|先|也|就|the|my|please|about|for|[\s,。.!！]")
_LONGEST = 16
_SHORTEST_NAME = 2


def read_named_cancel(moment: Moment) -> tuple[Command, ...]:
    """What is to be given up, when the message says which task."""
    text = moment.message.text
    if len(text) > _LONGEST * (1 + text.isascii()) or moment.asks or re.search(r"\d", text):
        return ()
    waiting = moment.tasks()
    planned = _planned(moment)
    if not (waiting or planned) or not _STOP.search(text):
        return ()
    rest = _FILL.sub("", _STOP.sub("", text))
    if len(rest) < _SHORTEST_NAME:
        return ()
    flow = _flow_named(rest, text, moment, [*waiting, *planned.values()])
    if flow is None:
        return ()
    if flow in waiting:
        return (CancelFlow(flow=flow.id),)
    return (CancelFlow(item=next(place for place, each in planned.items() if each == flow)),)


def _planned(moment: Moment) -> dict[int, Flow]:
    """Tasks of the announced list that did not begin yet, by their place from 1."""
    plan = moment.tracker.plan
    if plan is None:
        return {}
    return {
        place: moment.release.flows[item.flow]
        for place, item in enumerate(plan.items, 1)
        if place > plan.index + 1
        and not item.dropped
        and item.flow is not None
        and item.flow in moment.release.flows
    }


def _flow_named(rest: str, text: str, moment: Moment, flows: Iterable[Flow]) -> Flow | None:
    """By what the bank calls it, else by what the words are about."""
    possible = list(flows)
    for flow in possible:
        for name in (each.lower() for each in flow.name.values()):
            if name in text or rest in name:
                return flow
    for intent, probability in moment.classify(rest).ranked:
        found = flow_for_intent(intent, moment.release)
        if found is not None and found in possible and probability >= moment.thresholds.option:
            return found
    return None
