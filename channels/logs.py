"""What the process writes about itself: no personal data, so no words of an exception."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import Final

from assistant.model.personal import hide_personal

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(message)s"
_OURS: Final = ("assistant", "knowledge", "actions", "channels", "evals", "guitai")

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class QuietFormatter(logging.Formatter):
    """Shows where a defect happened and of what type it was, never what it said.

    Whatever a library writes, identity, card and mobile numbers give way to placeholders.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without personal numbers."""
        return hide_personal(super().format(record))

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the standard library's name
        """The places, innermost last, and the type."""
        kind, _, trace = ei
        places = "".join(traceback.format_tb(trace)) if trace else ""
        return f"{places}{kind.__name__ if kind else ''}"


def configure(level: str = "INFO") -> None:
    """Send log lines to stderr; libraries speak up from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(QuietFormatter(_FORMAT))
    # Some libraries set a level of their own; the handler keeps them to ours.
    handler.setLevel(level)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
