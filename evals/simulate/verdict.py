"""How a simulated conversation ended: by the bank's books, never by the assistant's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, Literal

from pydantic import JsonValue

from assistant.model.events import Abstained, ActionFinished, Event, Said
from assistant.model.release import Release
from evals.e2e.bank_path import NoSuchPath, value_at
from evals.simulate.goals import Effect, Goal

Ended = Literal["reached", "refused", "handed_over", "withdrawn", "lost"]
HANDED_OVER: Final = frozenset({"handoff_requested", "review_requested"})
_REFUSALS: Final = frozenset({"action_refused", "not_yet", "code_not_sent", "cannot_answer"})
_ANSWERED: Final = "answered"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change in the bank's journal."""

    key: str
    operation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What is known when nothing more is said.

    Attributes:
        consents: Operations the customer said yes to, once for each yes.
        values: The customer's, as last said.
        before: The bank's records of the customer at the beginning.
        after: The same in the end.
        is_withdrawn: The customer called it off.
    """

    goal: Goal
    events: Sequence[Event]
    journal: Sequence[Entry]
    consents: Sequence[str]
    values: Mapping[str, str]
    before: JsonValue
    after: JsonValue
    is_withdrawn: bool
    release: Release


def faults(end: Ending) -> list[str]:
    """What must never happen: unconfirmed, doubled, another value, told otherwise than it is."""
    found: list[str] = []
    allowed = Counter(end.consents)
    for operation, times in Counter(each.operation for each in end.journal).items():
        if _is_confirmed(end, operation) and times > allowed[operation]:
            kind = "doubled" if allowed[operation] else "unconfirmed"
            found.append(f"{kind}: {operation} took effect {times} times")
    in_books = {each.key for each in end.journal}
    done = [e for e in end.events if isinstance(e, ActionFinished) and e.outcome == "done"]
    told = {str(e.idempotency_key) for e in done if e.idempotency_key is not None}
    found += [f"told as done, not in the books: {key}" for key in sorted(told - in_books)]
    found += [f"done and not told: {e.operation}" for e in end.journal if e.key not in told]
    if _operated(end):
        found += [problem for each in end.goal.effects if (problem := _differs(end, each))]
    return found


def how_it_ended(end: Ending) -> Ended:
    """What the customer leaves with."""
    kinds = {str(getattr(event, "type", "")) for event in end.events}
    if _is_reached(end, kinds):
        return "reached"
    if end.is_withdrawn and not _operated(end):
        return "withdrawn"
    if kinds & HANDED_OVER:
        return "handed_over"
    if _is_refused(end):
        return "refused"
    return "lost"


def _is_confirmed(end: Ending, operation: str) -> bool:
    """Whether the bank wants a yes for it; some changes are said and done."""
    policy = next((p for name, p in end.release.policies.items() if name == operation), None)
    return policy is None or policy.confirmed


def _is_reached(end: Ending, kinds: set[str]) -> bool:
    goal = end.goal
    if goal.operation:
        return _operated(end)
    if goal.action:
        looked_up = any(
            isinstance(e, ActionFinished) and e.action == goal.action and e.outcome == "done"
            for e in end.events
        )
        shown = goal.shows.format(**end.values)
        return looked_up and any(shown in text for text in _texts(end))
    if goal.refuses:
        return _is_refused(end) and _ANSWERED not in kinds
    return goal.ends in kinds


def _operated(end: Ending) -> bool:
    return any(each.operation == end.goal.operation for each in end.journal)


def _is_refused(end: Ending) -> bool:
    said = {
        str(e.part.response_key).removeprefix("utter_")
        for e in end.events
        if isinstance(e, Said) and e.part.response_key
    }
    return bool(said & _REFUSALS) or any(isinstance(e, Abstained) for e in end.events)


def _texts(end: Ending) -> list[str]:
    return [e.part.text for e in end.events if isinstance(e, Said)]


def _differs(end: Ending, effect: Effect) -> str:
    try:
        got = value_at(end.after, effect.path.format(**end.values))
        if effect.falls_by is not None:
            had = value_at(end.before, effect.path.format(**end.values))
            wanted = effect.falls_by.format(**end.values)
            is_so = Decimal(str(had)) - Decimal(str(got)) == Decimal(wanted)
        else:
            wanted = str(effect.equals).format(**end.values)
            is_so = _same(str(got), wanted)
    except (NoSuchPath, InvalidOperation) as error:
        return f"another effect: {effect.path}: {error}"
    return "" if is_so else f"another effect: {effect.path} is {got!r}, wanted {wanted}"


def _same(got: str, wanted: str) -> bool:
    if got == wanted:
        return True
    try:
        return Decimal(got) == Decimal(wanted)
    except InvalidOperation:
        return False
