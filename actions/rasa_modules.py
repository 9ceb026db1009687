"""Loading a rasa-sdk action package from a folder, whatever it is called.

Rasa projects call their package `actions`, which is also the name of one of ours. The package is
therefore loaded under a name of its own, and its imports of itself (`from actions.db import …`,
wherever they stand) are rewritten to that name while its source is compiled.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

from assistant.errors import ContentError

_PREFIX: Final = "guitai_pack_"
_CODE_FAULTS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What the top level of somebody else's module may raise while it is imported."""


@dataclass(frozen=True, slots=True)
class ClassPlace:
    """An action class found without running anything."""

    action: str
    file: str
    line: int


def load_modules(where: Path) -> list[ModuleType]:
    """Import every module of a package, or one module.

    Args:
        where: A folder of modules, or a `.py` file.

    Raises:
        ContentError: A module cannot be imported; file and line where it failed.
    """
    name = f"{_PREFIX}{hashlib.sha256(str(where).encode()).hexdigest()[:12]}"
    finder = _Finder(name, where)
    if not any(isinstance(known, _Finder) and known.name == name for known in sys.meta_path):
        sys.meta_path.insert(0, finder)
    return [_import(module, where) for module in finder.names()]


def find_classes(where: Path) -> list[ClassPlace]:
    """Action classes by reading the source: each `def name(self): return "…"`."""
    found: list[ClassPlace] = []
    for path in _sources(where):
        try:
            tree = ast.parse(path.read_text(encoding="utf-8-sig"))
        except (OSError, SyntaxError, UnicodeDecodeError):
            continue  # importing it reports what is wrong
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found.extend(_named(node, path))
    return found


def _named(node: ast.ClassDef, path: Path) -> list[ClassPlace]:
    return [
        ClassPlace(str(inner.value.value), path.name, node.lineno)
        for member in node.body
        if isinstance(member, ast.FunctionDef) and member.name == "name"
        for inner in ast.walk(member)
        if isinstance(inner, ast.Return) and isinstance(inner.value, ast.Constant)
    ]


def _sources(where: Path) -> list[Path]:
    if where.is_file():
        return [where]
    found = [path for path in where.rglob("*.py") if "__pycache__" not in path.parts]
    return sorted(path for path in found if not path.name.startswith("test_"))


def _import(name: str, where: Path) -> ModuleType:
    try:
        return importlib.import_module(name)
    except _CODE_FAULTS as error:
        raise ContentError((_message(error, where),)) from error


def _message(error: BaseException, where: Path) -> str:
    """File and line of the last place inside the package, and what Python said."""
    root = where if where.is_dir() else where.parent
    line, file = 1, where
    trace = error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(root):
            line, file = trace.tb_lineno, path
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename:
        line, file = error.lineno or 1, Path(error.filename)
    return f"{file}:{line}: {type(error).__name__}: {error}; custom actions could not be loaded"


@dataclass(frozen=True, slots=True)
class _Finder(MetaPathFinder):
    """Finds the modules of one package under its own name."""

    name: str
    where: Path

    def names(self) -> list[str]:
        """Every module, parents first."""
        if self.where.is_file():
            return [self.name]
        found = {self.name}
        for path in _sources(self.where):
            parts = path.relative_to(self.where).with_suffix("").parts
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            found |= {".".join((self.name, *parts[:end])) for end in range(1, len(parts) + 1)}
        return sorted(found)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """See importlib."""
        if fullname != self.name and not fullname.startswith(f"{self.name}."):
            return None
        base = self.where.joinpath(*fullname.split(".")[1:])
        file = base if base.is_file() else base.with_suffix(".py")
        folders = [str(base)] if base.is_dir() else None
        if folders:
            file = base / "__init__.py"
        if not file.is_file():
            if folders is None:
                return None
            spec = ModuleSpec(fullname, None, is_package=True)
            spec.submodule_search_locations = folders
            return spec
        loader = _Loader(fullname, str(file), self.name, self.where.stem)
        return importlib.util.spec_from_file_location(
            fullname, file, loader=loader, submodule_search_locations=folders
        )


class _Loader(SourceFileLoader):
    """Compiles a module with its imports of its own package rewritten; keeps no bytecode."""

    def __init__(self, fullname: str, path: str, own: str, written: str) -> None:
        super().__init__(fullname, path)
        self.own, self.written = own, written

    def get_code(self, fullname: str) -> CodeType | None:
        """See importlib; bytecode compiled elsewhere has the wrong imports."""
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), filename=path)
        tree = ast.fix_missing_locations(_OwnImports(self.written, self.own).visit(tree))
        return compile(tree, path, "exec", dont_inherit=True)


class _OwnImports(ast.NodeTransformer):
    """`actions` → the name the package is loaded under."""

    def __init__(self, written: str, own: str) -> None:
        self.written, self.own = written, own

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        """`from actions.db import x`."""
        if node.level == 0 and node.module is not None:
            node.module = self._renamed(node.module)
        return node

    def visit_Import(self, node: ast.Import) -> list[ast.Import]:
        """`import actions.db` binds `actions`; `import actions.db as db` binds the module."""
        found: list[ast.Import] = []
        for alias in node.names:
            renamed = self._renamed(alias.name)
            found.append(_import_of(renamed, alias.asname if renamed != alias.name else None, node))
            if renamed == alias.name:
                found[-1].names[0].asname = alias.asname
            elif alias.asname is None:
                found.append(_import_of(self.own, self.written, node))
        return found

    def _renamed(self, name: str) -> str:
        first, dot, rest = name.partition(".")
        return f"{self.own}{dot}{rest}" if first == self.written else name


def _import_of(name: str, bound: str | None, node: ast.Import) -> ast.Import:
    return ast.copy_location(ast.Import([ast.alias(name, bound)]), node)
