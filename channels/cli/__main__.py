"""`python -m channels.cli`: the same as `guitai`."""

from __future__ import annotations

from channels.cli.entry import run

run()
