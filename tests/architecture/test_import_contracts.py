"""Imports go the way the architecture says; the contracts are in pyproject.toml."""

import subprocess
import sys

from tests.architecture.source import ROOT


def test_import_contracts_are_kept():
    linted = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports; "
            "sys.exit(lint_imports(no_cache=True))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr
