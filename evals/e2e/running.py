"""Running test cases: each conversation against a fresh bank, every turn judged."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from assistant.model.events import Event, StackChanged
from evals.clock import BANK_DAY, SteppedClock
from evals.e2e.afterwards import check_afterwards
from evals.e2e.cases import Case, Step
from evals.e2e.expectations import Failure, judge
from evals.e2e.observed import observe
from evals.harness import (
    BANK_TIMEOUT_S,
    FAULT_TIMEOUT_S,
    Conversation,
    Harness,
    Setup,
    TurnRecord,
)

_A_LONG_TIME_MS = 3000
"""Delay of a planned time-out: longer than the assistant waits, shorter than a real one."""


@dataclass(frozen=True, slots=True)
class JudgedTurn:
    """A turn and what was wrong with it."""

    record: TurnRecord
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How a case ended.

    Attributes:
        failures: Of the conversation as a whole; those of turns stand with the turns.
        steps: (flow, step) pairs the conversation stood at.
        ms: Time of all turns, milliseconds.
    """

    case: Case
    turns: tuple[JudgedTurn, ...]
    failures: tuple[Failure, ...]
    steps: frozenset[tuple[str, str]] = frozenset()
    ms: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.failures and not any(turn.failures for turn in self.turns)


@dataclass(slots=True)
class _Run:
    """One case being run."""

    case: Case
    conversation: Conversation
    turns: list[JudgedTurn] = field(default_factory=list)

    async def steps(self) -> None:
        for number, step in enumerate(self.case.steps, start=1):
            for pause in self.case.start.advance:
                if pause.at_step == number:
                    self.conversation.advance(pause.seconds)
            self.turns.append(await self._turn(step))

    async def _turn(self, step: Step) -> JudgedTurn:
        if step.customer is not None or step.level is not None:
            customer = step.customer or self.case.start.customer or ""
            level = self.case.start.level if step.level is None else step.level
            self.conversation.signs_in(customer, level)
        if step.review is not None:
            try:
                await self.conversation.decide_review(approved=step.review == "approve")
            except LookupError as error:
                failure = Failure(step.line, f"review: {step.review}", str(error))
                return JudgedTurn(TurnRecord(said=step.said, turn=None, events=()), (failure,))
        before = _last_stack(await self.conversation.events())
        record = await self.conversation.say(step.said, message_id=step.message_id)
        if record.error != step.error:
            expected = f"error {step.error}" if step.error else "an answer"
            return JudgedTurn(
                record, (Failure(step.line, expected, f"error {record.error or 'none'}"),)
            )
        stack = before.stack if before else ()
        failures = judge(step.expectations, observe(record.events, stack), in_order=step.in_order)
        return JudgedTurn(record, tuple(failures))


async def run_case(case: Case, harness: Harness) -> CaseResult:
    """Hold one conversation and judge it."""
    async with harness.open(_setup(case)) as conversation:
        run = _Run(case, conversation)
        await run.steps()
        records = [turn.record for turn in run.turns]
        return CaseResult(
            case=case,
            turns=tuple(run.turns),
            failures=tuple(await check_afterwards(case, conversation, records)),
            steps=frozenset(await conversation.steps()),
            ms=sum(record.ms for record in records),
        )


@asynccontextmanager
async def running(
    cases: Iterable[Case], harness: Harness, *, fail_fast: bool = False
) -> AsyncIterator[AsyncIterator[CaseResult]]:
    """Results one after another, in the order of the cases.

    Args:
        cases: What to run.
        harness: Where.
        fail_fast: Stop after the first case that fails.
    """
    results = _results(cases, harness, fail_fast=fail_fast)
    try:
        yield results
    finally:
        await results.aclose()


async def _results(
    cases: Iterable[Case], harness: Harness, *, fail_fast: bool
) -> AsyncGenerator[CaseResult, None]:
    for case in cases:
        result = await run_case(case, harness)
        yield result
        if fail_fast and not result.passed:
            return


def _setup(case: Case) -> Setup:
    start = case.start
    faults = tuple(
        {"delay_ms": _A_LONG_TIME_MS, **fault}
        if str(fault.get("kind", "")).startswith("timeout")
        else fault
        for fault in start.faults
    )
    waits = any("timeout" in str(fault.get("kind", "")) for fault in faults)
    return Setup(
        customer=start.customer,
        level=start.level,
        channel=start.channel,
        locale=start.locale,
        clock=SteppedClock(start.clock or BANK_DAY),
        faults=faults,
        slots=case.slots,
        stubs=case.stubs,
        bank_timeout_s=FAULT_TIMEOUT_S if waits else BANK_TIMEOUT_S,
    )


def _last_stack(events: list[Event]) -> StackChanged | None:
    return next((event for event in reversed(events) if isinstance(event, StackChanged)), None)
