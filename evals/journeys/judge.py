"""What a journey must not show, held against the bank's books and the log.

`unfinished` and `lost`: the task is not done, or was told as done and is not in the books.
`doubled`: it is there twice. `told wrongly`: done and not told, or other values than wanted.
`asked twice`: a value given or a yes said was asked for again. `two speakers`: words of one
channel were told in another. `split`: more than one conversation has the task.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from assistant.model.events import (
    ActionFinished,
    Asked,
    Confirmed,
    Event,
    FlowStarted,
    Said,
    SignedIn,
    SlotSet,
    StepUpPassed,
    StepUpRequested,
)
from assistant.model.hearers import places
from evals.journeys.journey import ACCOUNT, BALANCE, CUSTOMER, Journey

KINDS: Final = (
    "unfinished",
    "lost",
    "doubled",
    "told wrongly",
    "asked twice",
    "two speakers",
    "split",
)
_ASK_TWICE: Final = frozenset({"confirm_again", "task_number"})
"""Questions that may come again: a second yes is wanted, a number did not fit."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not happen and did."""

    kind: str
    detail: str


async def judge(journey: Journey) -> list[Finding]:
    """Everything found in one journey."""
    logs = [
        [stored.event for stored in await journey.site.store.load(identifier)]
        for identifier in dict.fromkeys(journey.conversations)
    ]
    entries = [
        entry
        for entry in await journey.site.journal()
        if entry["operation"] == journey.goal.operation
    ]
    moved = await _moved(journey)
    found = [*_books(journey, entries, logs, moved), *_split(journey, logs)]
    for log in logs:
        found += [Finding("asked twice", detail) for detail in asked_twice(log)]
        found += _told(journey, log)
    return found


def _books(
    journey: Journey,
    entries: Sequence[dict[str, Any]],
    logs: Sequence[Sequence[Event]],
    moved: Decimal,
) -> Iterable[Finding]:
    deeds = [
        event
        for log in logs
        for event in log
        if isinstance(event, ActionFinished) and event.action == journey.goal.operation
    ]
    done = [event for event in deeds if event.outcome == "done"]
    if not entries:
        yield Finding("lost" if done else "unfinished", f"{len(deeds)} deeds, none in the books")
    if len(entries) > 1:
        yield Finding("doubled", f"{len(entries)} in the books")
    if entries and not done:
        yield Finding("told wrongly", "done, and the log does not say so")
    wanted = journey.goal.amount or 0
    if len(entries) == 1 and moved != wanted:
        yield Finding("told wrongly", f"{moved} yuan moved, {wanted} wanted")


async def _moved(journey: Journey) -> Decimal:
    """Yuan that have left the account since the first day."""
    state = await journey.site.state(CUSTOMER)
    account = next(each for each in state["accounts"] if each["last4"] == ACCOUNT)
    return BALANCE - Decimal(account["balance"]["amount"])


def _split(journey: Journey, logs: Sequence[Sequence[Event]]) -> Iterable[Finding]:
    having = [
        log
        for log in logs
        if any(isinstance(e, FlowStarted) and e.flow == journey.goal.operation for e in log)
    ]
    if len(having) > 1:
        yield Finding("split", f"{len(having)} conversations have the task")


def asked_twice(log: Sequence[Event]) -> Iterable[str]:
    """Questions whose answer was known: values, the yes, proofs of one session."""
    given: set[str] = set()
    passed: set[str] = set()
    for event in log:
        match event:
            case SlotSet(origin="customer") if not event.slot.startswith(("step_up_", "one_time")):
                given.add(event.slot)
            case Confirmed(again=False):
                given.add(f"confirm_{event.action}")
            case SignedIn():
                passed.clear()
            case FlowStarted():
                given.clear()  # another task, or the same one for another time
            case StepUpPassed():
                passed.add(f"{event.proof}:{event.purpose}")
            case StepUpRequested() | Asked():
                yield from _again(event, given, passed)
            case _:
                pass


def _again(event: StepUpRequested | Asked, given: set[str], passed: set[str]) -> Iterable[str]:
    if isinstance(event, StepUpRequested):
        if f"{event.proof}:{event.purpose}" in passed:
            yield f"proof {event.proof}"
    elif event.slot in given and event.slot not in _ASK_TWICE:
        yield str(event.slot)


def _told(journey: Journey, log: Sequence[Event]) -> Iterable[Finding]:
    """What was done is told where it was spoken about, as often as it was said, nowhere else."""
    heard: dict[str, str] = defaultdict(str)
    for door in journey.doors:
        heard[door.place] += "\n".join(door.heard)
    receipts = {e.receipt_id for e in log if isinstance(e, ActionFinished) and e.receipt_id}
    said: Counter[tuple[str, str]] = Counter()
    for _, event, place in places((None, each) for each in log):
        if isinstance(event, Said) and any(one in event.part.text for one in receipts):
            said[event.part.text.split("。", maxsplit=1)[0], place] += 1
    for words in {words for words, _ in said}:
        for place in heard:
            here, due = heard[place].count(words), said[words, place]
            if here < due:
                yield Finding("told wrongly", f"a receipt did not reach {place}")
            if here > due:
                yield Finding("two speakers", f"{here} times told in {place}, {due} times said")
