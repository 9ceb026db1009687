"""Checks on a finished conversation: what the bank says counts, not what was said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from pydantic import JsonValue

from assistant.model.events import ActionFinished, Event, Recommended, Said
from assistant.model.release import Release
from evals.e2e.bank_path import NoSuchPath, value_at
from evals.e2e.cases import Afterwards, Case
from evals.e2e.expectations import Failure, same
from evals.harness import Conversation, TurnRecord


async def check_afterwards(
    case: Case, conversation: Conversation, turns: Sequence[TurnRecord]
) -> list[Failure]:
    """What is not as the case says it must be."""
    wanted = case.afterwards
    events = await conversation.events()
    public = [str(e["type"]) for record in turns if record.turn for e in record.turn.events]
    journal = await conversation.journal()
    failures = chain(
        await _bank(case, conversation),
        _journal(wanted, journal),
        _events(wanted, public),
        _outcomes(wanted, events),
        _citations(wanted, events),
        _products(wanted, events, conversation.release),
    )
    return list(failures)


async def _bank(case: Case, conversation: Conversation) -> list[Failure]:
    failures: list[Failure] = []
    states: dict[str, JsonValue] = {}
    for fact in case.afterwards.bank_state:
        customer = fact.customer or case.start.customer
        shown = f"bank: {fact.path} = {fact.equals!r}"
        if customer is None:
            failures.append(Failure(fact.line, shown, "a visitor; name the customer"))
            continue
        if customer not in states:
            states[customer] = await conversation.bank_state(customer)
        try:
            got = value_at(states[customer], fact.path)
        except NoSuchPath as error:
            failures.append(Failure(fact.line, shown, str(error)))
        else:
            if not same(got, fact.equals):
                failures.append(Failure(fact.line, shown, repr(got)))
    return failures


def _journal(wanted: Afterwards, journal: Sequence[str]) -> Iterator[Failure]:
    got = ", ".join(journal) or "nothing"
    if wanted.journal_count is not None and wanted.journal_count != len(journal):
        shown = f"journal: {wanted.journal_count} changes took effect"
        yield Failure(wanted.line, shown, f"{len(journal)}: {got}")
    counts = Counter(journal)
    for operation, times in wanted.journal.items():
        if counts[operation] != times:
            shown = f"journal: {operation} took effect {times} times"
            yield Failure(wanted.line, shown, f"{counts[operation]} times; all: {got}")


def _events(wanted: Afterwards, public: Sequence[str]) -> Iterator[Failure]:
    seen = ", ".join(dict.fromkeys(public)) or "none"
    for name in wanted.events:
        if name not in public:
            yield Failure(wanted.line, f"event: {name}", seen)
    for name in wanted.absent_events:
        if name in public:
            yield Failure(wanted.line, f"no event: {name}", seen)


def _outcomes(wanted: Afterwards, events: Sequence[Event]) -> Iterator[Failure]:
    ended: Mapping[str, list[str]] = {action: [] for action in wanted.outcomes}
    for event in events:
        if isinstance(event, ActionFinished) and event.action in ended:
            ended[event.action].append(event.outcome)
    for action, outcomes in wanted.outcomes.items():
        if tuple(ended[action]) != outcomes:
            got = ", ".join(ended[action]) or "never ran"
            yield Failure(wanted.line, f"outcome: {action} {', '.join(outcomes)}", got)


def _citations(wanted: Afterwards, events: Sequence[Event]) -> Iterator[Failure]:
    cited = {c.document_id for e in events if isinstance(e, Said) for c in e.part.citations}
    for document in wanted.citations:
        if document not in cited:
            got = ", ".join(sorted(cited)) or "nothing was cited"
            yield Failure(wanted.line, f"cites: {document}", got)


def _products(wanted: Afterwards, events: Sequence[Event], release: Release) -> Iterator[Failure]:
    if wanted.max_risk is None and not wanted.recommended:
        return
    offered = [p for e in events if isinstance(e, Recommended) for p in e.products]
    risks = {product.id: product.risk or 0 for product in release.products}
    shown = ", ".join(f"{one} (R{risks.get(one, 0)})" for one in offered) or "nothing was offered"
    for product in wanted.recommended:
        if product not in offered:
            yield Failure(wanted.line, f"recommends: {product}", shown)
    limit = wanted.max_risk
    if limit is not None and any(risks.get(one, 0) > limit for one in offered):
        yield Failure(wanted.line, f"recommends nothing above R{limit}", shown)
