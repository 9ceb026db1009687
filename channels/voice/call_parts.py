"""What a call is made of: the engines of a deployment, and times of a call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from channels.voice.patience import PatienceTimes
from channels.voice.speech import Heard, Recogniser, SpeechDetector, Synthesiser
from channels.voice.turns import TurnTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Speech of a deployment; shared by its calls.

    Attributes:
        detector: Makes one for a call at this rate.
        clauses: Text of a reply → clauses that can be spoken, in order.
        repair: Recognised text → with the bank's terms put right.
        wish: What was heard of an open request → its words; None: repaired as it is.
        voice: Of the synthesiser; "" is its own choice.
    """

    recogniser: Recogniser
    synthesiser: Synthesiser
    detector: Callable[[int], SpeechDetector]
    clauses: Callable[[str], Sequence[str]]
    repair: Callable[[str], str]
    wish: Callable[[Heard], Awaitable[str]] | None = None
    voice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTimes:
    """Times of a call.

    Attributes:
        slow_speed: Speed of our speech for customers who want it slow; 1.0 is ordinary.
    """

    turns: TurnTimes = field(default_factory=TurnTimes)
    patience: PatienceTimes = field(default_factory=PatienceTimes)
    slow_speed: float = 0.85
