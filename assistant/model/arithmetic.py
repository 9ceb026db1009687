"""Formulas the bank writes: decimal arithmetic over named values, and nothing else.

`round(amount * rate / 12)`, `0 if paid >= free_after else amount * penalty`. Numbers are decimals
from the first character on; there is no binary floating point anywhere. Parsed when content is
loaded, so a typing mistake is found by `guitai check` and not by a customer.

`irr(amount, payment, n)` is the rate for one period at which n equal payments repay the amount,
found by bisection to 12 places.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, localcontext
from typing import Final

_PRECISION: Final = Context(prec=40)
FEN: Final = Decimal("0.01")
"""Smallest unit money is rounded to, half up."""
_LONGEST: Final = 300
_MOST_NODES: Final = 120
_LARGEST_POWER: Final = 1200
"""A loan of a hundred years has 1,200 monthly payments."""
_STEPS: Final = 60
_DIGITS: Final = re.compile(r"[\d.]+")


class FormulaError(ValueError):
    """The text is no formula, or the values give no result."""


def to_fen(number: Decimal) -> Decimal:
    """Rounded half up to the fen."""
    return number.quantize(FEN, ROUND_HALF_UP)


def _irr(amount: Decimal, payment: Decimal, n: Decimal) -> Decimal:
    low, high = Decimal(0), Decimal(1)
    for _ in range(_STEPS):
        rate = (low + high) / 2
        worth = payment * (1 - (1 + rate) ** -n) / rate
        low, high = (rate, high) if worth > amount else (low, rate)
    return ((low + high) / 2).quantize(Decimal("1e-12"))


_FUNCTIONS: Final[Mapping[str, tuple[Callable[..., Decimal], int]]] = {
    "round": (to_fen, 1),
    "min": (min, 2),
    "max": (max, 2),
    "irr": (_irr, 3),
}
_OPERATORS: Final[Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: lambda one, other: one + other,
    ast.Sub: lambda one, other: one - other,
    ast.Mult: lambda one, other: one * other,
    ast.Div: lambda one, other: one / other,
    ast.Pow: lambda one, other: _power(one, other),
}
_COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Decimal, Decimal], bool]]] = {
    ast.Lt: lambda one, other: one < other,
    ast.LtE: lambda one, other: one <= other,
    ast.Gt: lambda one, other: one > other,
    ast.GtE: lambda one, other: one >= other,
    ast.Eq: lambda one, other: one == other,
}


@dataclass(frozen=True, slots=True)
class Formula:
    """A checked formula.

    Attributes:
        names: Values it needs.
    """

    text: str
    tree: ast.expr
    names: frozenset[str]

    def value(self, names: Mapping[str, Decimal]) -> Decimal:
        """Work it out with forty digits.

        Raises:
            FormulaError: A division by nothing, or a number too large.
        """
        with localcontext(_PRECISION):
            try:
                return _value(self.tree, names)
            except DecimalException as error:
                msg = f"`{self.text}` has no result for these values."
                raise FormulaError(msg) from error


def parse_formula(text: str) -> Formula:
    """Read a formula.

    Raises:
        FormulaError: It is not arithmetic over names and decimal numbers.
    """
    if len(text) > _LONGEST:
        msg = f"longer than {_LONGEST} characters"
        raise FormulaError(msg)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        msg = f"`{text}` is not a formula"
        raise FormulaError(msg) from error
    nodes = list(ast.walk(tree))
    if len(nodes) > _MOST_NODES:
        msg = "too many parts; split it into steps"
        raise FormulaError(msg)
    _check(tree, text)
    called = {node.func.id for node in nodes if _is_call(node)}  # type: ignore[attr-defined]  # ^
    names = {node.id for node in nodes if isinstance(node, ast.Name)} - called
    return Formula(text, _exact(tree, text), frozenset(names))


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def _check(node: ast.expr, text: str) -> None:  # noqa: C901 - one case for each kind of part
    """Only what `_value` knows."""
    match node:
        case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
            parts = [left, right]
        case ast.UnaryOp(ast.USub(), operand):
            parts = [operand]
        case ast.Compare(left, [operator], [right]) if type(operator) in _COMPARISONS:
            parts = [left, right]
        case ast.IfExp(test, body, otherwise) if isinstance(test, ast.Compare):
            parts = [test, body, otherwise]
        case ast.Call(ast.Name(name), arguments, []) if (
            name in _FUNCTIONS and len(arguments) == _FUNCTIONS[name][1]
        ):
            parts = arguments
        case ast.Name():
            parts = []
        case ast.Constant(value) if _DIGITS.fullmatch(str(value)):
            parts = []
        case _:
            known = ", ".join(_FUNCTIONS)
            msg = f"`{text}` may hold only names, numbers, + - * / **, if/else and {known}"
            raise FormulaError(msg)
    for part in parts:
        _check(part, text)


class _Exact(ast.NodeTransformer):
    """Numbers as they are written: a literal never passes through binary floating point."""

    def __init__(self, text: str) -> None:
        self.text = text

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        written = ast.get_source_segment(self.text, node) or str(node.value)
        return ast.Constant(value=written.replace("_", ""))


def _exact(tree: ast.expr, text: str) -> ast.expr:
    exact: ast.expr = _Exact(text.strip()).visit(tree)
    return exact


def _value(node: ast.expr, names: Mapping[str, Decimal]) -> Decimal:
    match node:
        case ast.Constant(value):
            return Decimal(str(value))
        case ast.Name(name):
            return names[name]
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, names)
        case ast.BinOp(left, operator, right):
            return _OPERATORS[type(operator)](_value(left, names), _value(right, names))
        case ast.IfExp(ast.Compare(left, [test], [right]), body, otherwise):
            holds = _COMPARISONS[type(test)](_value(left, names), _value(right, names))
            return _value(body if holds else otherwise, names)
        case ast.Call(ast.Name(name), arguments):
            return _FUNCTIONS[name][0](*(_value(one, names) for one in arguments))
        case _:
            msg = f"{type(node).__name__} was let through"
            raise FormulaError(msg)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if abs(exponent) > _LARGEST_POWER:
        msg = f"an exponent above {_LARGEST_POWER}"
        raise FormulaError(msg)
    return base**exponent
