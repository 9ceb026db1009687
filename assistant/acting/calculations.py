"""Calculations: values from the customer and from the cited documents, one question at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from assistant.acting.context import TurnContext
from assistant.acting.telling import Telling, abstain, tell
from assistant.dialogue.stack import remember
from assistant.model.arithmetic import FormulaError
from assistant.model.calculator import Calculator, CalculatorInput, CellSource
from assistant.model.calculator_words import (
    calculation_asked,
    carries_on,
    value_answered,
    values_given,
)
from assistant.model.events import Calculated
from assistant.model.figures import Figure
from assistant.response.calculation import Value, in_bounds, shown_value, work_out
from assistant.response.cells import find_cell
from assistant.response.render import pick
from assistant.understanding.calculation import ASKED_SLOT, REACH
from assistant.understanding.normalise import normalise

_MOST_QUESTIONS: Final = 2
"""A value asked for so often without an answer is not asked for again."""

Known = dict[str, Figure]


def calculate(question: str, context: TurnContext, as_of: date) -> bool:
    """Work out what a question asks for, ask for what is missing, or say what is not known.

    Returns:
        Whether the question was about a calculation, hence has been dealt with.
    """
    calculators = context.log.release.calculators
    text = _normal(question, context)
    last = _last(context)
    if last is not None and last.missing:
        answer = context.log.tracker.slots.get(ASKED_SLOT)
        if answer is None and carries_on(calculators[last.calculator], text):
            answer = question
        if isinstance(answer, str):
            return _go_on(calculators[last.calculator], last, answer, context)
    if last is not None and not last.missing and carries_on(calculators[last.calculator], text):
        calculator = calculators[last.calculator]
        known = {**_known(last), **values_given(calculator, text)}
        words = f"{last.question} {question}"
        day = as_of if as_of != context.today() else last.as_of or as_of
        return _work_out(calculator, words, known, context, day)
    found = calculation_asked(calculators.values(), text)
    if found is None:
        return False
    return _work_out(found, question, values_given(found, text), context, as_of)


def _go_on(calculator: Calculator, last: Calculated, answer: str, context: TurnContext) -> bool:
    """Take the answer to the question for a value."""
    asked = calculator.input(last.missing)
    text = _normal(answer, context)
    others = values_given(calculator, text)
    figure = others.get(last.missing) or (None if others else value_answered(asked, text))
    known = _known(last) | others | ({last.missing: figure} if figure is not None else {})
    day = last.as_of or context.today()
    return _work_out(calculator, f"{last.question} {answer}", known, context, day)


def _work_out(
    calculator: Calculator, question: str, known: Known, context: TurnContext, as_of: date
) -> bool:
    values: dict[str, Value] = {}
    figures_known: Known = {}
    for wanted in _in_order(calculator):
        figure = known.get(wanted.name)
        if figure is not None and in_bounds(wanted, figure):
            values[wanted.name] = Value(figure)
            figures_known[wanted.name] = figure
            continue
        value = _from_documents(wanted, figures_known, question, context, as_of)
        if value is not None:
            values[wanted.name] = value
            if value.figure is not None:
                figures_known[wanted.name] = value.figure
        elif wanted.is_customers:
            return _ask(calculator, wanted, question, known, context, as_of)
        else:
            return _no_source(calculator, wanted, figures_known, question, context, as_of)
    return _tell(calculator, values, question, known, context, as_of)


def _in_order(calculator: Calculator) -> list[CalculatorInput]:
    """What the customer gives first: rows of tables are found by it."""
    return sorted(calculator.inputs, key=lambda one: one.source is not None)


def _from_documents(
    wanted: CalculatorInput, known: Known, question: str, context: TurnContext, as_of: date
) -> Value | None:
    source = wanted.source
    if source is None:
        return None
    passages = context.ports.documents.passages(source.document, as_of)
    text = _normal(question, context)
    cell = find_cell(source, wanted.kind, passages, known, text)
    return None if cell is None else Value(cell.figure, cell)


def _tell(
    calculator: Calculator,
    values: Mapping[str, Value],
    question: str,
    known: Known,
    context: TurnContext,
    as_of: date,
) -> bool:
    try:
        worked = work_out(calculator, values)
    except FormulaError:
        abstain(question, "not_computable", context)
        return True
    locale = context.log.tracker.locale
    sources = [value.cell.source for value in values.values() if value.cell is not None]
    day = None if as_of == context.today() else as_of
    facts = {**worked.facts(locale), "as_of": day.isoformat() if day else ""}
    telling = Telling(question, sources, day, worked.given(locale))
    unproved = tell("utter_calculation", facts, telling, context)
    if unproved:
        abstain(question, "not_proved", context)
        return True
    _note(calculator, question, known, "", context, as_of)
    return True


def _ask(
    calculator: Calculator,
    wanted: CalculatorInput,
    question: str,
    known: Known,
    context: TurnContext,
    as_of: date,
) -> bool:
    """One question for the first value that is missing."""
    before = [e for e in context.log.tracker.events if isinstance(e, Calculated)]
    again = [e for e in before[-_MOST_QUESTIONS:] if e.missing == wanted.name]
    if len(again) == _MOST_QUESTIONS:
        abstain(question, "value_not_given", context)
        return True
    _note(calculator, question, known, wanted.name, context, as_of)
    words = pick(wanted.ask, context.log.tracker.locale)
    remember(context.log, {"answered": False, "missing": wanted.name, "ask": words})
    return True


def _no_source(
    calculator: Calculator,
    wanted: CalculatorInput,
    known: Known,
    question: str,
    context: TurnContext,
    as_of: date,
) -> bool:
    """The documents have no such figure: say which, and who would know."""
    locale = context.log.tracker.locale
    source = wanted.source
    passages = context.ports.documents.passages(source.document, as_of) if source else ()
    row = source.row or source.tier if source else None
    figure = known.get(row or "")
    kind = calculator.input(row).kind if row else "number"
    abstain(
        question,
        "no_figure",
        context,
        {
            "missing_figure": pick(wanted.label, locale),
            "for_value": shown_value(kind, figure.number, locale) if figure else "",
            "closest_title": passages[0].title if passages else "",
            "owner": _owner(source, context, as_of),
        },
    )
    return True


def _owner(source: CellSource | None, context: TurnContext, as_of: date) -> str:
    if source is None:
        return ""
    return context.ports.documents.owner_of(source.document, as_of) or source.owner


def _note(
    calculator: Calculator,
    question: str,
    known: Known,
    missing: str,
    context: TurnContext,
    as_of: date,
) -> None:
    context.log.add(
        Calculated,
        calculator=calculator.id,
        question=question,
        inputs={name: (f.kind, f.value, f.unit) for name, f in known.items()},
        missing=missing,
        as_of=as_of,
    )


def _last(context: TurnContext) -> Calculated | None:
    """The calculation of this conversation talked about last, if not too long ago."""
    events = reversed(context.log.tracker.events)
    last = next((e for e in events if isinstance(e, Calculated)), None)
    if last is None or last.calculator not in context.log.release.calculators:
        return None
    return last if context.log.tracker.turn - last.turn <= REACH else None


def _known(last: Calculated) -> Known:
    return {
        name: Figure(kind, value, unit, 0, 0)  # type: ignore[arg-type]  # kinds as recorded
        for name, (kind, value, unit) in last.inputs.items()
    }


def _normal(words: str, context: TurnContext) -> str:
    return normalise(words, context.log.release.lexicon.rewrites).text
