"""The fault table of the reliability page names tests that exist, and leaves no row out."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
ROW = re.compile(r"^\| (\d+) \|(.+)\|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
ROWS = 34


def rows():
    return [(int(number), text) for number, text in ROW.findall(PAGE.read_text("utf-8"))]


def functions(path):
    tree = ast.parse(path.read_text("utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_fault_has_its_row_in_order():
    assert [number for number, _ in rows()] == list(range(1, ROWS + 1))


def test_every_named_test_exists():
    named = NAMED.findall(PAGE.read_text("utf-8"))
    assert named
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or (name and name not in functions(ROOT / path))
    ]
    assert missing == []


def test_a_row_without_a_test_says_so_plainly():
    silent = [
        number for number, text in rows() if not NAMED.search(text) and "not tested" not in text
    ]
    assert silent == []
