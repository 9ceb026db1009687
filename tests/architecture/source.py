"""The project's own source, parsed: what the rules in this folder are checked on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("assistant", "knowledge", "actions", "channels", "evals")


def modules() -> list[Path]:
    """Every Python module of the product, migrations included."""
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if "node_modules" not in path.parts)


@cache
def parse(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, node: ast.AST) -> str:
    """Where in the source, as `folder/file.py:12`."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    """Every syntax node of every module."""
    for path in modules():
        for node in ast.walk(parse(path)):
            yield path, node
