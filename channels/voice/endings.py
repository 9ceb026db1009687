"""How the last calls ended, for a gateway whose protocol cannot say it.

Asterisk's chan_websocket sees the same hang-up whether a person is to go on with a call or nobody
is; its dialplan asks the process that had the call.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from channels.voice.leaving import Ending

_MOST: Final = 10_000
"""Calls remembered; a dialplan asks at once."""


@dataclass(slots=True)
class Endings:
    """Calls of this process by the gateway's name of them."""

    _known: OrderedDict[str, Ending] = field(default_factory=OrderedDict)

    def note(self, name: str, ending: Ending) -> None:
        """Remember how a call ends."""
        self._known[name] = ending
        self._known.move_to_end(name)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)

    def of(self, name: str) -> Ending:
        """How a call ended; one of which nothing is known is a person's, for we may have failed."""
        return self._known.get(name, "person")
