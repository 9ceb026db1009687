"""A calculation worked out: values in, exact results out, and every figure of it bound.

Results are decimals; nothing passes through binary floating point. What the customer said, what a
cited sentence says and what the formula makes of them stay apart up to the reply, so that each
figure shown can be told where it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from assistant.model.arithmetic import FormulaError, to_fen
from assistant.model.calculator import Calculator, CalculatorInput, ValueKind
from assistant.model.evidence import BoundFigure, sentence_hash
from assistant.model.figures import Figure, figures, written
from assistant.model.frozen import Facts
from assistant.model.message import Locale
from assistant.response.cells import Cell, charge_in
from assistant.response.proof import Given
from assistant.response.render import pick

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_MONTHS_OF_YEAR: Final = 12
_HUNDRED: Final = Decimal(100)
_SHARE_PLACES: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Value:
    """An input with its value.

    Attributes:
        figure: As read; a charge has none until it is worked out.
        cell: Where the documents have it; None when the customer said it.
    """

    figure: Figure | None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """A calculation with all its numbers.

    Attributes:
        numbers: Inputs and steps as the formula has them: percent as a share of 1.
    """

    calculator: Calculator
    values: Mapping[str, Value]
    numbers: Mapping[str, Decimal]

    def facts(self, locale: Locale) -> Facts:
        """What the wording of a calculation shows, formatted for the language."""
        kinds = {one.name: one.kind for one in self.calculator.inputs}
        kinds |= {one.step: one.kind for one in self.calculator.results}
        shown = {
            name: shown_value(kinds.get(name, "money"), number, locale, self._currency(name))
            for name, number in self.numbers.items()
        }
        shown |= {
            name: value.cell.text
            for name, value in self.values.items()
            if value.cell is not None and kinds[name] == "charge"
        }
        return {
            "name": pick(self.calculator.name, locale),
            "formula": _filled(pick(self.calculator.formula, locale), shown),
            "rounding": pick(self.calculator.rounding, locale),
            "note": pick(self.calculator.note, locale),
            "results": [
                {"label": pick(one.label, locale), "value": shown[one.step]}
                for one in self.calculator.results
            ],
            "inputs": [
                {"label": pick(one.label, locale), "value": shown[one.name], **self._origin(one)}
                for one in self.calculator.inputs
                if one.name in shown
            ],
        }

    def given(self, locale: Locale) -> list[Given]:
        """Every figure the reply may hold, with what it rests on."""
        kinds = {one.name: one.kind for one in self.calculator.inputs}
        allowed: list[Given] = []
        for name, value in self.values.items():
            text = (
                value.cell.text
                if value.cell is not None and value.figure is None
                else (shown_value(kinds[name], self.numbers[name], locale, self._currency(name)))
            )
            allowed += [Given(one, _basis(value, name)) for one in figures(text)]
        for result in self.calculator.results:
            shown = shown_value(result.kind, self.numbers[result.step], locale)
            step = dict(self.calculator.steps)[result.step].text
            basis = BoundFigure(
                text="", figure="", basis="formula", formula=f"{self.calculator.id}: {step}"
            )
            allowed += [Given(one, basis) for one in figures(shown)]
        for texts in (self.calculator.formula, self.calculator.rounding, self.calculator.note):
            wording = BoundFigure(
                text="", figure="", basis="formula", formula=f"{self.calculator.id}: wording"
            )
            bare = _PLACEHOLDER.sub("□", pick(texts, locale))
            allowed += [Given(one, wording) for one in figures(bare)]
        return allowed

    def _origin(self, one: CalculatorInput) -> Facts:
        cell = self.values[one.name].cell
        if cell is None:
            return {"title": "", "effective_from": ""}
        citation = cell.source.citation
        return {"title": citation.title, "effective_from": citation.effective_from.isoformat()}

    def _currency(self, name: str) -> str:
        value = self.values.get(name)
        figure = value.figure if value else None
        return figure.unit if figure is not None and figure.kind == "money" else "CNY"


def work_out(calculator: Calculator, values: Mapping[str, Value]) -> Worked:
    """Work a calculation out.

    Args:
        calculator: Its steps are worked in order, each may use the ones before.
        values: One for every input.

    Raises:
        FormulaError: The values have no result.
    """
    numbers: dict[str, Decimal] = {}
    charges = [one for one in calculator.inputs if one.kind == "charge"]
    for each in calculator.inputs:
        figure = values[each.name].figure
        if figure is not None:
            numbers[each.name] = _number(each.kind, figure)
    for each in charges:
        cell = values[each.name].cell
        charge = charge_in(cell.text) if cell is not None else None
        if charge is None:
            msg = f"`{each.name}` is no charge."
            raise FormulaError(msg)
        numbers[each.name] = charge.on(numbers[each.of])
    for name, formula in calculator.steps:
        numbers[name] = formula.value(numbers)
    return Worked(calculator, values, numbers)


def in_bounds(wanted: CalculatorInput, figure: Figure) -> bool:
    """Whether a value makes sense for its input."""
    return wanted.least <= figure.number <= wanted.most and figure.number > 0


def shown_value(kind: ValueKind, number: Decimal, locale: Locale, currency: str = "CNY") -> str:
    """A number of a calculation as a person reads it, in the language."""
    is_english = locale == "en"
    match kind:
        case "percent":
            share = number * _HUNDRED
            exact = share if share.as_tuple().exponent == 0 else share.normalize()
            places = max(2, -int(exact.as_tuple().exponent)) if len(written(exact)) < 8 else 2  # noqa: PLR2004 - shown in full up to five places
            return f"{share.quantize(Decimal(1).scaleb(-places))}%"
        case "months":
            return _months(number, is_english)
        case "days":
            return f"{written(number)} days" if is_english else f"{written(number)}天"
        case "periods":
            return f"{written(number)} instalments" if is_english else f"{written(number)}期"
        case "number":
            return written(number)
        case "money" | "charge":
            amount = f"{to_fen(number):,}"
            is_coded = is_english or currency != "CNY"
            return f"{currency} {amount}" if is_coded else f"{amount}元"


def _months(number: Decimal, is_english: bool) -> str:
    years, rest = divmod(number, _MONTHS_OF_YEAR)
    if years and not rest:
        plural = "s" if years != 1 else ""
        return f"{written(years)} year{plural}" if is_english else f"{written(years)}年"
    plural = "s" if number != 1 else ""
    return f"{written(number)} month{plural}" if is_english else f"{written(number)}个月"


def _number(kind: ValueKind, figure: Figure) -> Decimal:
    return figure.number / _HUNDRED if kind == "percent" else figure.number


def _filled(text: str, shown: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: shown[match[1]], text)


def _basis(value: Value, name: str) -> BoundFigure:
    if value.cell is None:
        return BoundFigure(text="", figure="", basis="customer", formula=name)
    citation = value.cell.source.citation
    at = citation.quote.find(value.cell.text) if value.figure is None else -1
    start, end = (at, at + len(value.cell.text)) if at >= 0 else (0, 0)
    if value.figure is not None:
        inside = next((f for f in figures(citation.quote) if f.same_as(value.figure)), None)
        start, end = (inside.start, inside.end) if inside else (0, 0)
    return BoundFigure(
        text="",
        figure="",
        basis="sentence",
        document_id=citation.document_id,
        version=citation.version,
        passage_id=citation.passage_id,
        sentence_hash=sentence_hash(citation.quote),
        start=start,
        end=end,
    )
