"""Imports stand at the top: one inside a function, or for the type checker only, hides a cycle.

A heavy third-party library may be imported lazily where a `noqa: PLC0415 - reason` says why.
"""

import ast
import re

import pytest

from tests.architecture.source import PACKAGES, modules, parse, place

REASON = re.compile(r"# noqa: PLC0415 - \S+")


def imported(node):
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module):
            return [module or ""]
        case _:
            return []


def is_ours(node):
    return any(name.split(".")[0] in PACKAGES for name in imported(node))


def has_reason(node, lines):
    return REASON.search(lines[node.lineno - 1]) is not None


def hidden_imports(tree, lines):
    for outer in ast.walk(tree):
        in_function = isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for_types = isinstance(outer, ast.If) and "TYPE_CHECKING" in ast.unparse(outer.test)
        for node in ast.walk(outer) if in_function or for_types else ():
            unexplained = in_function and imported(node) and not has_reason(node, lines)
            if is_ours(node) or unexplained:
                yield node


def test_imports_stand_at_the_top():
    found = {
        place(path, node)
        for path in modules()
        for node in hidden_imports(parse(path), path.read_text(encoding="utf-8").splitlines())
    }
    assert found == set()


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("def f():\n    import torch", 1),
        ("def f():\n    import torch  # noqa: PLC0415", 1),
        ("def f():\n    import torch  # noqa: PLC0415 - seconds to load", 0),
        ("def f():\n    from assistant import x  # noqa: PLC0415 - quick", 1),
        ("if TYPE_CHECKING:\n    from actions.ledger import Ledger", 1),
        ("if TYPE_CHECKING:\n    from redis import Redis", 0),
    ],
)
def test_the_rule_finds_hidden_imports(source, count):
    assert len(list(hidden_imports(ast.parse(source), source.splitlines()))) == count
