"""Money is whole minor units, never a float: no annotation, conversion or literal."""

import ast
import re

import pytest

from tests.architecture.source import nodes, place

MONEY = {"amount", "money", "balance", "price", "fee", "limit"}
MONEY |= {f"{word}s" for word in MONEY}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def is_money(name):
    return bool(MONEY & {word.lower() for word in WORD.findall(name)})


def names_in(node):
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.keyword(arg=str(name)) | ast.Constant(value=str(name)) if name.isidentifier():
                yield name


def mentions_money(node):
    return node is not None and any(is_money(name) for name in names_in(node))


def makes_float(node):
    return node is not None and any(
        (isinstance(inner, ast.Name) and inner.id == "float")
        or (isinstance(inner, ast.Constant) and isinstance(inner.value, float))
        for inner in ast.walk(node)
    )


def is_float_money(node):
    match node:
        case ast.arg(arg=name, annotation=annotation):
            return is_money(name) and makes_float(annotation)
        case (
            ast.FunctionDef(name=name, returns=returns)
            | ast.AsyncFunctionDef(name=name, returns=returns)
        ):
            return is_money(name) and makes_float(returns)
        case ast.AnnAssign(target=target, annotation=annotation, value=value):
            return mentions_money(target) and (makes_float(annotation) or makes_float(value))
        case ast.Assign(targets=targets, value=value):
            return any(mentions_money(target) for target in targets) and makes_float(value)
        case ast.keyword(arg=str(name), value=value):
            return is_money(name) and makes_float(value)
        case ast.Call(func=ast.Name(id="float"), args=args):
            return any(mentions_money(arg) for arg in args)
        case _:
            return False


def test_no_money_is_a_float():
    assert [place(path, node) for path, node in nodes() if is_float_money(node)] == []


@pytest.mark.parametrize(
    "source",
    [
        "amount: float = 0",
        "def transfer(fee: float | None): ...",
        "def read_balance() -> float: ...",
        "x = float(slots['amount'])",
        "x = float(row.price)",
        "self.daily_limit = 0.5",
        "pay(amount=25.5)",
        "prices: dict[str, float]",
    ],
)
def test_the_rule_finds_float_money(source):
    assert any(is_float_money(node) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["feedback: float", "limit: int = 5", "score = float(x)", "amount = Decimal('0.5')"]
)
def test_the_rule_leaves_the_rest_alone(source):
    assert not any(is_float_money(node) for node in ast.walk(ast.parse(source)))
