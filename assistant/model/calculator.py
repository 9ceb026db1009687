"""Calculations the bank offers, all of it content: nothing here knows a product.

What starts one, what it needs, where rates stand in the documents, how it is worked out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.model.arithmetic import Formula
from assistant.model.ids import DocumentId

ValueKind = Literal["money", "percent", "months", "days", "periods", "number", "charge"]
"""What a value is: yuan, hundredths, months, days, instalments, a plain number, a price list's
entry such as "2元" or "金额的0.03%，最高50元"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSource:
    """Where a value stands in the bank's documents.

    Attributes:
        document: The version valid on the day asked for is read.
        words: Groups of words; the sentence, its section or the head of its table holds one of
            each.
        row: Input whose value the row (or sentence) has to name, e.g. the term.
        tier: Input whose value has to lie within the range the row begins with.
        column: Words of the column's heading; without any the only fitting cell is taken.
        named: Names that mean the same (美元, USD), a group each; the question has to use one,
            and whatever it names has to stand in the row, its section or its head too.
        owner: Department to name while the bank has no such document.
    """

    document: DocumentId
    words: tuple[tuple[str, ...], ...] = ()
    row: str | None = None
    tier: str | None = None
    column: tuple[str, ...] = ()
    named: tuple[tuple[str, ...], ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculatorInput:
    """One value a calculation needs.

    Attributes:
        label: What it is called, by locale.
        ask: The one question for it, by locale; empty when it is not the customer's to give.
        source: Where the bank's documents have it; used when the customer gives none.
        words: Words beside which the customer gives it, where two inputs are of one kind.
        currency: Of money; "" takes any foreign one.
        of: For a charge, the input it is charged on.
        least: Least value that makes sense.
        most: Greatest one.
    """

    name: str
    kind: ValueKind
    label: Mapping[str, str]
    ask: Mapping[str, str] = field(default_factory=dict)
    source: CellSource | None = None
    words: tuple[str, ...] = ()
    currency: str = "CNY"
    of: str = ""
    least: int = 0
    most: int = 10**12

    @property
    def is_customers(self) -> bool:
        """Whether the customer may be asked for it."""
        return bool(self.ask)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculatorResult:
    """One value told: its step, its name by locale, its kind."""

    step: str
    label: Mapping[str, str]
    kind: ValueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculator:
    """One calculation.

    Attributes:
        when: Groups of words; a question that holds one of each may ask for it.
        unless: Words that mean something else.
        formula: Shown to the customer, by locale; `{name}` stands for inputs and steps.
        rounding: How results are rounded, said to the customer, by locale.
        note: What else has to be said, by locale.
        source: File and line.
    """

    id: str
    name: Mapping[str, str]
    when: tuple[tuple[str, ...], ...]
    unless: tuple[str, ...] = ()
    inputs: tuple[CalculatorInput, ...] = ()
    steps: tuple[tuple[str, Formula], ...] = ()
    results: tuple[CalculatorResult, ...] = ()
    formula: Mapping[str, str] = field(default_factory=dict)
    rounding: Mapping[str, str] = field(default_factory=dict)
    note: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    def input(self, name: str) -> CalculatorInput:
        """The input of this name.

        Raises:
            KeyError: There is none.
        """
        found = next((one for one in self.inputs if one.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def starts(self, text: str) -> bool:
        """Whether the words of a normalised question are those of this calculation."""
        return all(any(word in text for word in group) for group in self.when) and not any(
            word in text for word in self.unless
        )
