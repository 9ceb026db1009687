"""Tasks just offered as buttons: they are likelier meant than others that sound alike.

"还要还 6,213.40元 [还款] [账单分期]" → "那就全还了吧" is the card's bill, not a loan
"""

from __future__ import annotations

from assistant.model.commands import StartFlow
from assistant.model.events import FlowCompleted
from assistant.model.ids import FlowId
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import IntentScores
from assistant.understanding.payloads import flow_for_intent, is_payload, read_payload

_LIKELIER = 8
"""How many times likelier a task is for being near."""


def near_tasks(tracker: Tracker, release: Release) -> frozenset[FlowId]:
    """Tasks the last replies have a button for, and those that ended in the turn before."""
    ended = {
        event.flow
        for event in tracker.events
        if isinstance(event, FlowCompleted) and event.turn == tracker.turn - 1
    }
    return frozenset(ended) | frozenset(
        command.flow
        for said in tracker.last_said()
        for button in said.part.buttons
        if is_payload(button.payload)
        for command in read_payload(button.payload, release)
        if isinstance(command, StartFlow)
    )


def prefer_near(
    scores: IntentScores, near: frozenset[FlowId], release: Release, *, sure: float
) -> IntentScores:
    """The same scores, with a near task in front where the first is not sure.

    Args:
        scores: Ranked intents.
        near: From `near_tasks`.
        release: Names the flows.
        sure: Probability from which the first is taken, whatever is near.

    Returns:
        With the near task's probability as large as both together.
    """
    intent, probability = scores.ranked[0]
    first = flow_for_intent(intent, release)
    if probability >= sure or not near or first is None or first.id in near:
        return scores
    for other, chance in scores.ranked[1:]:
        flow = flow_for_intent(other, release)
        if flow is not None and flow.id in near and chance * _LIKELIER >= probability:
            rest = tuple(one for one in scores.ranked if one[0] != other)
            return IntentScores(ranked=((other, probability + chance), *rest), known=scores.known)
    return scores
