"""The command line: `guitai`."""

from __future__ import annotations

from channels.cli.entry import main, run

__all__ = ["main", "run"]
