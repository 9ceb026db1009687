"""Exit codes: what a script may rely on."""

from __future__ import annotations

from typing import Final

OK: Final = 0
FINDINGS: Final = 1
"""It worked and something is wrong with what was looked at, or the bank did not play along."""
USAGE: Final = 2
"""The command or the settings are wrong; nothing was done."""
STOPPED: Final = 130
"""Interrupted from the keyboard: 128 and the number of SIGINT."""
