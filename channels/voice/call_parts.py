"""What a call is made of: the engines of a deployment, and times of a call."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from channels.voice.patience import PatienceTimes
from channels.voice.speech import (
    Guess,
    Heard,
    Recogniser,
    SecondHearing,
    SpeechDetector,
    SpeechUnavailable,
    Synthesiser,
)
from channels.voice.turns import TurnTimes

_log = logging.getLogger(__name__)

Wish = Callable[[Heard, Callable[[], Awaitable[tuple[Guess, ...]]] | None], Awaitable[str]]
"""What was heard, and how to hear it again if there is a way → the words of an open request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Speech of a deployment; shared by its calls.

    Attributes:
        detector: Makes one for a call at this rate.
        clauses: Text of a reply → clauses that can be spoken, in order.
        repair: Recognised text → with the bank's terms put right.
        wish: What was heard of an open request → its words; None: repaired as it is.
        again: Hears an open request again that was not clear; None where nothing can.
        voice: Of the synthesiser; "" is its own choice.
        warm_up: Has ready what the first words of a caller need; None where nothing is to be
            loaded.
    """

    recogniser: Recogniser
    synthesiser: Synthesiser
    detector: Callable[[int], SpeechDetector]
    clauses: Callable[[str], Sequence[str]]
    repair: Callable[[str], str]
    wish: Wish | None = None
    again: SecondHearing | None = None
    voice: str = ""
    warm_up: Callable[[], Awaitable[None]] | None = None

    async def get_ready(self) -> None:
        """Load what a call needs while it is greeted; what fails now fails again when asked."""
        if self.warm_up is None:
            return
        try:
            await self.warm_up()
        except SpeechUnavailable as error:
            _log.warning("speech is not ready: %s", error.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTimes:
    """Times of a call.

    Attributes:
        slow_speed: Speed of our speech for customers who want it slow; 1.0 is ordinary.
    """

    turns: TurnTimes = field(default_factory=TurnTimes)
    patience: PatienceTimes = field(default_factory=PatienceTimes)
    slow_speed: float = 0.85
