"""A test case: a scripted customer and what must be true during and after the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue

from assistant.model.ids import ActionName
from assistant.model.message import Locale
from evals.e2e.expectations import Expectation
from evals.stubs import Stub


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message of the customer and what is expected of the turn.

    Attributes:
        said: Text, or a payload that begins with "/".
        in_order: The expectations must be met one after another.
        message_id: A given id; the same one twice is the same message twice.
        error: Code of the error the message must be refused with.
        customer: Signs in before the message, at `level`.
        review: How a colleague decides the oldest waiting review before the message.
    """

    said: str
    line: int
    expectations: tuple[Expectation, ...] = ()
    in_order: bool = False
    message_id: str | None = None
    error: str | None = None
    customer: str | None = None
    level: int | None = None
    review: str | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """Time that passes before a step, counted from 1."""

    at_step: int
    seconds: int


@dataclass(frozen=True, slots=True)
class BankFact:
    """Something the bank must say of a customer after the conversation.

    Attributes:
        path: Such as `cards[last4=6688].status`; `.count` ends a path with a length.
        customer: None means the one of the case.
    """

    path: str
    equals: JsonValue
    line: int
    customer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Afterwards:
    """What must be true when the conversation is over.

    Attributes:
        journal_count: Changes that took effect at the bank.
        journal: How often each operation took effect.
        events: Public events that must have occurred; `absent_events` must not.
        outcomes: Action to the outcomes it ended with, in their order.
        citations: Documents that must have been cited.
        max_risk: Highest risk rating (R) that may have been recommended.
        recommended: Products that must have been recommended.
        line: Where the metadata stands.
    """

    bank_state: tuple[BankFact, ...] = ()
    journal_count: int | None = None
    journal: Mapping[str, int] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    absent_events: tuple[str, ...] = ()
    outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    citations: tuple[str, ...] = ()
    max_risk: int | None = None
    recommended: tuple[str, ...] = ()
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How the conversation begins; see evals.harness.Setup."""

    customer: str | None = None
    level: int = 3
    channel: str = "web"
    locale: Locale | None = None
    clock: datetime | None = None
    faults: tuple[Mapping[str, JsonValue], ...] = ()
    advance: tuple[Advance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test case.

    Attributes:
        phenomenon: Name of the folder its file stands in.
        slots: Set after the start, from the fixtures.
    """

    name: str
    phenomenon: str
    file: Path
    line: int
    steps: tuple[Step, ...]
    start: Start = Start()
    afterwards: Afterwards = Afterwards()
    slots: Mapping[str, JsonValue] = field(default_factory=dict)
    stubs: Mapping[ActionName, Stub] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Stable name: `phenomenon/file::case`."""
        return f"{self.phenomenon}/{self.file.stem}::{self.name}"
