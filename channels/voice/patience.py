"""What a call does about silence, about speech nobody can understand, and about its own length.

Pure: the time goes in, what to do comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Remedy(Enum):
    """What to do now."""

    ASK_AGAIN = "ask_again"
    KEYPAD = "keypad"
    PERSON = "person"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatienceTimes:
    """Limits of a call.

    Attributes:
        silence_ms: Silences after which something is said; after the last, the keypad is offered.
        failures: Utterances not understood in a row after which the keypad, and a person, follow.
        idle_ms: Longest time without a word understood or a key: the call ends.
        longest_ms: Longest call.
    """

    silence_ms: tuple[int, ...] = (6_000, 8_000)
    keypad_after: int = 2
    person_after: int = 3
    idle_ms: int = 120_000
    longest_ms: int = 3_600_000


@dataclass(slots=True)
class Patience:
    """The patience of one call.

    Attributes:
        started_ms: When the call began.
    """

    started_ms: float
    times: PatienceTimes = field(default_factory=PatienceTimes)
    _silent_since_ms: float | None = None
    _silences: int = 0
    _failures: int = 0
    _useful_ms: float = 0.0

    def __post_init__(self) -> None:
        self._useful_ms = self.started_ms

    def understood(self, now_ms: float) -> None:
        """There were words, or a key."""
        self._useful_ms = now_ms
        self._failures = self._silences = 0
        self._silent_since_ms = None

    def not_understood(self) -> Remedy:
        """There was an utterance without words."""
        self._failures += 1
        self._silent_since_ms = None
        if self._failures >= self.times.person_after:
            return Remedy.PERSON
        return Remedy.KEYPAD if self._failures >= self.times.keypad_after else Remedy.ASK_AGAIN

    def silent_from(self, now_ms: float) -> None:
        """We have finished speaking, and nobody else speaks."""
        if self._silent_since_ms is None:
            self._silent_since_ms = now_ms

    def disturbed(self) -> None:
        """Somebody speaks, types, or we do."""
        self._silent_since_ms = None

    def tick(self, now_ms: float) -> Remedy | None:
        """What is due now; None while there is time."""
        if (
            now_ms - self._useful_ms >= self.times.idle_ms
            or now_ms - self.started_ms >= self.times.longest_ms
        ):
            return Remedy.END
        if self._silent_since_ms is None or self._silences >= len(self.times.silence_ms):
            return None
        if now_ms - self._silent_since_ms < self.times.silence_ms[self._silences]:
            return None
        self._silences += 1
        self._silent_since_ms = None
        return Remedy.ASK_AGAIN if self._silences <= 1 else Remedy.KEYPAD
