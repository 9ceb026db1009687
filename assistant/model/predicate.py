"""Conditions in flows, guards and rejections: parsed once, evaluated often, never `eval`.

The language is the one Rasa's CALM flows use: `not and or ( )`, `> >= < <= = == !=`,
`is`, `is not`, `contains`, `matches "regex"`; constants `true false null undefined empty`,
texts, numbers, sets `{'A' 'B'}`; names `slots.x` and `context.x` (and bare names for
published segment rules).

Numbers compare as exact decimals, so an amount kept as the text "1000.00" is equal to 1000.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import assert_never

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from pydantic import JsonValue

_GRAMMAR = r"""
?start: either
?either: both ("or"i both)*            -> any_of
?both: negated ("and"i negated)*       -> all_of
?negated: "not"i negated               -> negation
        | comparison
?comparison: value OPERATOR value      -> compare
           | value "is"i "not"i value  -> is_not
           | value "is"i value         -> is_same
           | value "contains"i value   -> contains
           | value "matches"i value    -> matches
           | value
?value: "(" either ")"
      | "{" value* "}"                 -> members
      | CONSTANT                       -> constant
      | STRING                         -> text
      | NUMBER                         -> number
      | NAME                           -> name
OPERATOR: ">=" | "<=" | "!=" | "==" | ">" | "<" | "="
CONSTANT.3: /(true|false|null|undefined|empty|none)(?![\w.])/i
NAME: /(?!(?:and|or|not|is|contains|matches)(?![\w.]))[^\W\d][\w]*(\.[\w]+)*/
NUMBER: /-?\d+(\.\d+)?/
STRING: /"(\\.|[^"\\])*"/ | /'(\\.|[^'\\])*'/
%ignore /\s+/
%ignore ","
"""


class PredicateError(ValueError):
    """The condition cannot be read; the message shows where and what was expected."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal value; None stands for null and undefined."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted name, e.g. `slots.amount`."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """A set of values in braces."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    item: Node


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values and one of `> >= < <= = != is is_not contains matches`."""

    left: Node
    operator: str
    right: Node


Node = Constant | Name | Members | Not | AllOf | AnyOf | Comparison


@dataclass(frozen=True, slots=True)
class Predicate:
    """One condition, ready to be asked.

    Attributes:
        source: The text as the bank wrote it.
        node: Its parsed form.
    """

    source: str
    node: Node

    def holds(self, names: Mapping[str, JsonValue]) -> bool:
        """Whether the condition is true.

        Args:
            names: Top-level names, e.g. {"slots": {...}, "context": {...}}.
        """
        return _truth(_value(self.node, names))

    def names(self) -> frozenset[tuple[str, ...]]:
        """Every dotted name the condition reads; the content check looks them up."""
        return frozenset(_names(self.node))


@v_args(inline=True)
class _Build(Transformer[Token, Node]):
    """Turns the parse tree into nodes."""

    def any_of(self, *items: Node) -> Node:
        return items[0] if len(items) == 1 else AnyOf(items)

    def all_of(self, *items: Node) -> Node:
        return items[0] if len(items) == 1 else AllOf(items)

    def negation(self, item: Node) -> Node:
        return Not(item)

    def compare(self, left: Node, operator: Token, right: Node) -> Node:
        return Comparison(left, "=" if operator == "==" else str(operator), right)

    def is_same(self, left: Node, right: Node) -> Node:
        return Comparison(left, "is", right)

    def is_not(self, left: Node, right: Node) -> Node:
        return Comparison(left, "is_not", right)

    def contains(self, left: Node, right: Node) -> Node:
        return Comparison(left, "contains", right)

    def matches(self, left: Node, right: Node) -> Node:
        return Comparison(left, "matches", right)

    def members(self, *items: Node) -> Node:
        return Members(items)

    def constant(self, token: Token) -> Node:
        word = token.lower()
        known: dict[str, JsonValue] = {"true": True, "false": False, "empty": ""}
        return Constant(known.get(word))

    def text(self, token: Token) -> Node:
        return Constant(re.sub(r"\\(.)", r"\1", str(token)[1:-1]))

    def number(self, token: Token) -> Node:
        return Constant(str(token))

    def name(self, token: Token) -> Node:
        return Name(tuple(str(token).split(".")))


_PARSER = Lark(_GRAMMAR, parser="earley", maybe_placeholders=False)
_BUILD = _Build()


def parse(source: str | bool) -> Predicate:
    """Read one condition.

    Args:
        source: The condition; YAML's own true and false are accepted too.

    Raises:
        PredicateError: It does not parse, or a `matches` pattern is not a regular expression.
    """
    text = str(source).strip()
    if not text:
        msg = "The condition is empty; write for example `slots.amount > 1000`."
        raise PredicateError(msg)
    try:
        node = _BUILD.transform(_PARSER.parse(text))
    except UnexpectedInput as error:
        column = error.column if error.column > 0 else len(text)
        msg = (
            f"Cannot read the condition `{text}` at character {column}; use slots.<name> with "
            "= != < > <= >= is contains matches, joined by and, or, not."
        )
        raise PredicateError(msg) from error
    _check_patterns(node, text)
    return Predicate(text, node)


def _check_patterns(node: Node, source: str) -> None:
    if isinstance(node, Comparison) and node.operator == "matches":
        if not isinstance(node.right, Constant):
            msg = f"`matches` needs a quoted pattern in `{source}`."
            raise PredicateError(msg)
        try:
            re.compile(str(node.right.value))
        except re.error as error:
            msg = f"The pattern in `{source}` is not a regular expression: {error}."
            raise PredicateError(msg) from error
    for child in _children(node):
        _check_patterns(child, source)


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case Not():
            return (node.item,)
        case AllOf() | AnyOf() | Members():
            return node.items
        case Comparison():
            return (node.left, node.right)
        case Constant() | Name():
            return ()
        case _:
            assert_never(node)


def _names(node: Node) -> set[tuple[str, ...]]:
    if isinstance(node, Name):
        return {node.path}
    found: set[tuple[str, ...]] = set()
    for child in _children(node):
        found |= _names(child)
    return found


def _value(node: Node, names: Mapping[str, JsonValue]) -> JsonValue:
    match node:
        case Constant():
            return node.value
        case Name():
            return _look_up(node.path, names)
        case Members():
            return [_value(item, names) for item in node.items]
        case Not():
            return not _truth(_value(node.item, names))
        case AllOf():
            return all(_truth(_value(item, names)) for item in node.items)
        case AnyOf():
            return any(_truth(_value(item, names)) for item in node.items)
        case Comparison():
            return _compare(node.operator, _value(node.left, names), _value(node.right, names))
        case _:
            assert_never(node)


def _look_up(path: tuple[str, ...], names: Mapping[str, JsonValue]) -> JsonValue:
    value: JsonValue = dict(names)
    for part in path:
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def _truth(value: JsonValue) -> bool:
    return bool(value)


def _compare(operator: str, left: JsonValue, right: JsonValue) -> bool:
    match operator:
        case "=" | "is":
            return _same(left, right)
        case "!=" | "is_not":
            return not _same(left, right)
        case "contains":
            return _contains(left, right)
        case "matches":
            return isinstance(left, str) and re.search(str(right), left) is not None
        case _:
            return _ordered(operator, left, right)


def _same(left: JsonValue, right: JsonValue) -> bool:
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return left is right
    one, other = _number(left), _number(right)
    if one is not None and other is not None:
        return one == other
    return left == right


def _contains(whole: JsonValue, part: JsonValue) -> bool:
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    if isinstance(whole, list):
        return any(_same(item, part) for item in whole)
    return False


def _ordered(operator: str, left: JsonValue, right: JsonValue) -> bool:
    one, other = _number(left), _number(right)
    if one is None or other is None:
        return False
    return {">": one > other, ">=": one >= other, "<": one < other, "<=": one <= other}[operator]


def _number(value: JsonValue) -> Decimal | None:
    """The exact number a value stands for; texts such as "1000.00" count."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
