"""What a test expects of a turn: each expectation finds what meets it, or nothing."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from evals.e2e.observed import Kind, Observation, bare


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation(ABC):
    """Base of all expectations.

    Attributes:
        line: Where it stands in its file.
        shown: As it was written, for reports.
        forbids: It must not happen.
    """

    line: int
    shown: str
    forbids: bool = False

    @property
    @abstractmethod
    def kind(self) -> Kind:
        """The kind of observation it speaks of."""

    @abstractmethod
    def fits(self, seen: Observation) -> bool:
        """Whether one observation of that kind is meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartsFlow(Expectation):
    """A flow began; with several ids any of them counts, see `All`."""

    flow_ids: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """See the base."""
        return "flow_started"

    def fits(self, seen: Observation) -> bool:
        """See the base."""
        return seen.name in self.flow_ids


@dataclass(frozen=True, slots=True, kw_only=True)
class EndsFlow(Expectation):
    """A flow was completed or cancelled, at a given step if one is named."""

    how: Literal["flow_completed", "flow_cancelled"]
    flow_id: str
    step_id: str | None = None

    @property
    def kind(self) -> Kind:
        """See the base."""
        return self.how

    def fits(self, seen: Observation) -> bool:
        """See the base."""
        return seen.name == self.flow_id and self.step_id in {None, seen.step}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarifies(Expectation):
    """The customer was asked which of these flows was meant."""

    flow_ids: tuple[str, ...]
    operator: Literal["all", "any"] = "all"

    @property
    def kind(self) -> Kind:
        """See the base."""
        return "clarification"

    def fits(self, seen: Observation) -> bool:
        """See the base."""
        options = set(seen.value) if isinstance(seen.value, list) else set()
        wanted = set(self.flow_ids)
        return wanted <= options if self.operator == "all" else bool(wanted & options)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsAction(Expectation):
    """An action ran; `utter_…` means that the response was said."""

    action: str

    @property
    def kind(self) -> Kind:
        """See the base."""
        return "utterance" if self.action.startswith("utter_") else "action"

    def fits(self, seen: Observation) -> bool:
        """See the base."""
        return seen.name == (bare(self.action) if self.kind == "utterance" else self.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetsSlot(Expectation):
    """A slot was set, to a given value if one is named."""

    name: str
    value: JsonValue = None
    any_value: bool = True

    @property
    def kind(self) -> Kind:
        """See the base."""
        return "slot"

    def fits(self, seen: Observation) -> bool:
        """See the base."""
        return seen.name == self.name and (self.any_value or same(seen.value, self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Utters(Expectation):
    """Something was said: by this response, with these words, with these buttons."""

    utter_name: str | None = None
    pattern: re.Pattern[str] | None = None
    text: str | None = None
    buttons: tuple[tuple[str | None, str | None], ...] = ()

    @property
    def kind(self) -> Kind:
        """See the base."""
        return "utterance"

    def fits(self, seen: Observation) -> bool:
        """See the base."""
        return (
            self.utter_name in {None, seen.name}
            and (self.pattern is None or self.pattern.search(seen.text) is not None)
            and (self.text is None or _words(self.text) == _words(seen.text))
            and all(_has_button(seen, title, payload) for title, payload in self.buttons)
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """An expectation that was not met.

    Attributes:
        line: Where the expectation stands in its file.
        got: What happened instead.
    """

    line: int
    expected: str
    got: str


def judge(
    expectations: Sequence[Expectation], seen: Sequence[Observation], *, in_order: bool = False
) -> list[Failure]:
    """The expectations of one turn that were not met.

    Args:
        expectations: In the order written.
        seen: Observations of the turn, oldest first.
        in_order: What meets an expectation must come after what met the one before.
    """
    return list(_failures(expectations, seen, in_order=in_order))


def same(got: JsonValue, wanted: JsonValue) -> bool:
    """Whether a value is the one a file means: YAML writes `6688` where a slot holds "6688"."""
    if got is None or wanted is None:
        return got is wanted
    if isinstance(got, bool) or isinstance(wanted, bool):
        return str(got).lower() == str(wanted).lower()
    if isinstance(got, str) or isinstance(wanted, str):
        return str(got) == str(wanted)
    return got == wanted


def _failures(
    expectations: Sequence[Expectation], seen: Sequence[Observation], *, in_order: bool
) -> Iterator[Failure]:
    start = 0
    for expected in expectations:
        first = start if in_order and not expected.forbids else 0
        place = _place(expected, seen, first)
        if expected.forbids:
            if place is not None:
                yield Failure(expected.line, expected.shown, str(seen[place]))
        elif place is None:
            yield Failure(expected.line, expected.shown, _instead(expected, seen, first))
        else:
            start = place + 1


def _place(expected: Expectation, seen: Sequence[Observation], first: int) -> int | None:
    for place in range(first, len(seen)):
        if seen[place].kind == expected.kind and expected.fits(seen[place]):
            return place
    return None


def _instead(expected: Expectation, seen: Sequence[Observation], first: int) -> str:
    if _place(expected, seen, 0) is not None and first > 0:
        return "it happened, but not in this order"
    others = [str(one) for one in seen if one.kind == expected.kind]
    return "; ".join(others) or f"no {expected.kind.replace('_', ' ')} in this turn"


def _has_button(seen: Observation, title: str | None, payload: str | None) -> bool:
    return any(
        title in {None, button.title} and payload in {None, button.payload}
        for button in seen.buttons
    )


def _words(text: str) -> str:
    return " ".join(text.split())
