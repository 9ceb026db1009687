"""What words give a calculation: whether they ask for one, and the values they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from assistant.model.calculator import Calculator, CalculatorInput, ValueKind
from assistant.model.figures import Figure, figures

_WORK_OUT: Final = re.compile(
    r"算一?下|算算|帮.{0,2}算|计算|测算|试算|\bcalculat|\bwork out\b|\bestimate\b"
)
_ASKS: Final = re.compile(
    r"多少|几块|几元|怎么算|[吗呢？?]|how much|what (?:is|are|would|will|do)|\bhow\b"
)
_INTEREST: Final = re.compile(
    r"多少(?:钱的?)?利息|利息(?:是|有|能有|能拿|拿|给)?(?:多少(?!个?点)|几块|几元)"
    r"|how much interest\b|what interest (?:will|would|do|can) i"
)
"""Asks for an amount of interest, not for a rate; without the principal there is none."""
_ON: Final = re.compile(
    r"^(?:那么?|如果|要是|假如|换成|改成|换|改|再|还有|按|and|if|then|what about|how about|or|but)"
    r"|呢\W*$|\?\s*$|？\s*$"
)
_FILLER: Final = re.compile(
    r"那么|如果|要是|假如|换成|改成|的话|是多少|有多少|多少钱|多少|利息|期限|期数|金额|利率|存期|贷款|定期"
    r"|what about|how about|for|then|and|if|the|of|it|is|was|at|in|instead|or|i|yuan|rmb"
    r"|[那换改再还有按存贷分借的呢吗呀啊就是年期]|[\W_]"
)
_LONGEST_REST: Final = 2
"""Characters a follow-up may hold besides its values and words like 那…呢."""
_EACH_MONTH: Final = re.compile(
    r"一个月(?=[要得应该]{0,2}(?:还|供|交|付|存|多少|扣))|\bone month\b(?= pay)"
)
_SMALLEST_AMOUNT: Final = 10
"""A bare number below this is no amount of money."""
_NEAR: Final = 6
_KINDS: Final[Mapping[ValueKind, tuple[str, ...]]] = {
    "money": ("money", "count"),
    "percent": ("percent",),
    "months": ("months",),
    "days": ("days",),
    "periods": ("count", "months"),
    "number": ("count",),
    "charge": (),
}


def calculation_asked(calculators: Iterable[Calculator], text: str) -> Calculator | None:
    """The calculation a normalised message asks for: its words, a question, a value to go on.

    The amount of money makes it this customer's own question. Without it an outright "work it
    out" counts, and interest asked for over a time ("存三年多少利息"): the amount is then asked
    for. "定期利息多少" and "三年定期几个点" ask for the rate.
    """
    for calculator in calculators:
        if not calculator.starts(text):
            continue
        works_out = _WORK_OUT.search(text)
        given = values_given(calculator, text)
        if works_out or (_ASKS.search(text) and _has_customers_value(calculator, given)):
            return calculator
        if given and _INTEREST.search(text):
            return calculator
    return None


def _has_customers_value(calculator: Calculator, given: Mapping[str, Figure]) -> bool:
    """Whether the value that makes it this customer's own question is there: an amount."""
    main = next((one for one in calculator.inputs if one.kind == "money"), None)
    return main.name in given if main is not None else bool(given)


def carries_on(calculator: Calculator, text: str) -> bool:
    """Whether a message only changes values of the calculation told last: 那三年呢, 换成10万."""
    found = values_given(calculator, text)
    if not found or not _ON.search(text):
        return False
    rest = text
    for figure in sorted(found.values(), key=lambda one: -one.start):
        rest = rest[: figure.start] + rest[figure.end :]
    return len(_FILLER.sub("", rest)) <= _LONGEST_REST


def values_given(calculator: Calculator, text: str) -> dict[str, Figure]:
    """Which input gets which figure of the text; an input named by a word beside it goes first."""
    free = list(figures(_without_names(calculator, text)))
    given: dict[str, Figure] = {}
    for each in sorted(calculator.inputs, key=lambda one: not one.words):
        figure = next(
            (
                one
                for kind in _KINDS[each.kind]
                for one in free
                if one.kind == kind and _fits(each, one, text)
            ),
            None,
        )
        if figure is not None:
            given[each.name] = figure
            free.remove(figure)
    return given


def _without_names(calculator: Calculator, text: str) -> str:
    """The text without names that hold a figure.

    七天通知存款 says nothing of seven days, and 一个月还多少 nothing of one month.
    """
    text = _EACH_MONTH.sub(lambda match: "□" * len(match[0]), text)
    for word in (word for group in calculator.when for word in group if figures(word)):
        text = text.replace(word, "□" * len(word))
    return text


def value_answered(asked: CalculatorInput, text: str) -> Figure | None:
    """The value of an answer to the question for it; here a bare number will do."""
    found = [one for one in figures(text) if one.kind in (*_KINDS[asked.kind], "count")]
    return next((one for one in found if _is_of_kind(asked, one, bare=True)), None)


def is_value_of(asked: CalculatorInput, text: str) -> bool:
    """Whether a message is nothing but an answer to the question for a value."""
    figure = value_answered(asked, text)
    if figure is None:
        return False
    rest = f"{text[: figure.start]}{text[figure.end :]}"
    return len(_FILLER.sub("", rest)) <= _LONGEST_REST


def _fits(wanted: CalculatorInput, figure: Figure, text: str) -> bool:
    if not _is_of_kind(wanted, figure, bare=False):
        return False
    around = text[max(0, figure.start - _NEAR) : figure.end + _NEAR]
    return not wanted.words or any(word in around for word in wanted.words)


def _is_of_kind(wanted: CalculatorInput, figure: Figure, *, bare: bool) -> bool:
    if figure.kind == "money":
        is_own = figure.unit == wanted.currency or (not wanted.currency and figure.unit != "CNY")
        return wanted.kind == "money" and is_own
    if figure.kind == "count":
        if wanted.kind == "money":
            least = 0 if bare else _SMALLEST_AMOUNT
            return not figure.unit and figure.number >= least and wanted.currency == "CNY"
        if wanted.kind == "periods":
            return figure.unit == "期" or (bare and not figure.unit)
        return (wanted.kind == "number" or bare) and not figure.unit
    return figure.kind in _KINDS[wanted.kind]
