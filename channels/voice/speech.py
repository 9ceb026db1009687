"""What a call needs of speech engines: three ports and the values they exchange.

Audio between a leg and an engine is always PCM: signed 16-bit little-endian samples of one
channel, at a rate that is said with it. Only adapters below `channels.voice.engines` know a
model or a vendor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.errors import AssistantError


class SpeechUnavailable(AssistantError):  # noqa: N818 - describes the engine
    """No words and no sound can be had now.

    Attributes:
        reason: A stable code: `not_installed`, `not_reached`, `overloaded`, `too_late`, `crashed`,
            `refused`. A call answers each the same way: keypad, then a person.
    """

    code = "voice.speech_unavailable"
    retryable = True

    def __init__(self, *, reason: str) -> None:
        """Keep why."""
        super().__init__(f"speech: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser made of one utterance.

    Attributes:
        text: Best reading, Simplified Chinese, unrepaired; "" when nothing was understood.
        score: Mean log probability of a token, at most 0; 0 from recognisers without scores.
        no_speech: Probability that nobody spoke, 0 to 1.
        others: Further readings, likeliest first, without the best one.
    """

    text: str
    score: float = 0.0
    no_speech: float = 0.0
    others: tuple[str, ...] = ()

    @property
    def understood(self) -> bool:
        """Whether there are words to go on with."""
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Guess:
    """One text of a second hearing.

    Attributes:
        text: Simplified Chinese.
        weight: How likely it is beside the other texts of the same hearing; together 1.
    """

    text: str
    weight: float


class Recogniser(Protocol):
    """Turns one utterance into words."""

    async def recognise(self, pcm: bytes, rate: int, expected: Sequence[str] = ()) -> Heard:
        """The words of one utterance.

        Args:
            pcm: The utterance, at most 30 s.
            rate: Samples per second, 8,000 or more.
            expected: Words the open step makes likely (own payees only once signed in), best
                first; they bias recognition, never restrict it.

        Returns:
            What was heard; `understood` is false for silence, noise and what is no speech.

        Raises:
            SpeechUnavailable: No answer within the deadline, or none to be had.
        """
        ...


class SecondHearing(Protocol):
    """Hears an utterance again when its words were not clear, led by what customers say.

    Only for open requests: it hears the bank's words where it can.
    """

    async def __call__(
        self, pcm: bytes, rate: int, expected: Sequence[str] = ()
    ) -> tuple[Guess, ...]:
        """What may have been said, likeliest first; see `Recogniser.recognise`.

        Raises:
            SpeechUnavailable: No answer within the deadline, or none to be had.
        """
        ...


class Synthesiser(Protocol):
    """Turns one clause into sound."""

    async def speak(self, clause: str, *, rate: int, voice: str = "", speed: float = 1.0) -> bytes:
        """The sound of one clause.

        Args:
            clause: Words as `speakable.clauses` gives them: no digit, no Latin letter.
            rate: Samples per second wanted.
            voice: A voice of this engine; "" is its own choice.
            speed: 1.0 is ordinary; below is slower, for elders.

        Returns:
            PCM of the whole clause, silence at both ends cut short.

        Raises:
            SpeechUnavailable: No sound within the deadline, or none to be had.
            ValueError: The clause has something in it that cannot be spoken.
        """
        ...


class SpeechDetector(Protocol):
    """Tells speech from silence and noise in one call. One object for each call."""

    def feed(self, pcm: bytes) -> list[float]:
        """Take the next piece of a call, of any length.

        Returns:
            A probability of speech for each further `FRAME_MS` of sound that is complete.
        """
        ...

    def reset(self) -> None:
        """Forget what was heard, as after a pause in which nothing was fed."""
        ...


FRAME_MS = 32
"""Milliseconds one probability of a `SpeechDetector` stands for."""
