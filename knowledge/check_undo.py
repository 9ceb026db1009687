"""Whether every change says how it can be taken back, by a task that exists."""

from __future__ import annotations

from collections.abc import Callable

from assistant.model.ids import ActionName
from knowledge.content_problems import Place, Problems, did_you_mean
from knowledge.loader import Pack


def check_undo(pack: Pack, is_change: Callable[[ActionName], bool], problems: Problems) -> None:
    """Report changes without an undo, and undos that lead nowhere.

    Args:
        pack: As read.
        is_change: Whether an action changes something.
        problems: Where errors are reported.
    """
    flows = pack.release.flows
    for action, policy in pack.release.policies.items():
        file, _, line = policy.source.rpartition(":")
        place = Place(file, int(line) if line.isdigit() else 1, f"actions.{action}")
        if is_change(action) and not policy.undo:
            problems.error(
                place,
                "undo is missing; write undo: {by: a_flow}, {by: colleague} or {never: true}",
            )
        for rule in policy.undo:
            if rule.task is not None and rule.task not in flows:
                hint = did_you_mean(rule.task, flows)
                problems.error(place, f'undo: there is no flow "{rule.task}"{hint}')
        if policy.asked_twice is not None and all(rule.way != "never" for rule in policy.undo):
            problems.error(
                place, "ask_twice is for what cannot be taken back; no undo here says never: true"
            )
