"""How a call ends: our last words are heard out, then the protocol's goodbye is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from channels.voice.mouth import Mouth
from channels.voice.wire import Message, Wire

_LAST_WORDS_MS: Final = 1_500.0
"""How long a far end that never tells what it played is waited for."""


Ending = Literal["person", "ended"]
"""Who goes on with the call: a person, or nobody."""


def untold(_: Ending) -> None:
    """Nobody asks how the call ends."""


@dataclass(slots=True)
class Leaving:
    """The end of one call.

    Attributes:
        decided: Told how the call ends, before the far end learns of it.
    """

    wire: Wire
    mouth: Mouth
    decided: Callable[[Ending], None] = untold
    _messages: list[Message] | None = None
    _silent_ms: float = 0.0

    @property
    def is_near(self) -> bool:
        """Whether it is decided."""
        return self._messages is not None

    def hand_over(self, ticket: str) -> None:
        """A person goes on with the call."""
        self.decided("person")
        self._messages = self.wire.hand_over(ticket)

    def hang_up(self) -> None:
        """Nobody does."""
        self.decided("ended")
        self._messages = self.wire.hang_up()

    def goodbye(self, now_ms: float) -> list[Message] | None:
        """What is sent last, once our last words were heard; None while there is time."""
        if self._messages is None:
            return None
        if self.mouth.is_speaking(now_ms):
            self._silent_ms = now_ms
        is_over = self.mouth.heard_out() or now_ms - self._silent_ms >= _LAST_WORDS_MS
        return self._messages if is_over else None
