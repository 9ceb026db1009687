"""Ears and mouth that know what they are given, so that a call costs no recognition.

An utterance is sound of one loudness, which stands for its words; whatever is loud is speech.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from channels.voice.call_parts import Engines
from channels.voice.sound import length
from channels.voice.speech import FRAME_MS, Heard

_LOUD: Final = 100
_SPEECH, _SILENCE = 0.9, 0.02
_CLAUSE_MS: Final = 60


@dataclass(slots=True)
class Utterances:
    """What is said in one call, by loudness; implements `Recogniser` for it."""

    texts: list[str] = field(default_factory=lambda: [""])

    def sound_of(self, text: str, ms: int, rate: int) -> bytes:
        """The sound that stands for these words."""
        if text not in self.texts:
            self.texts.append(text)
        return np.full(length(ms, rate) // 2, _LOUD + self.texts.index(text), "<i2").tobytes()

    async def recognise(self, pcm: bytes, rate: int, expected: Sequence[str] = ()) -> Heard:
        """See Recogniser."""
        del rate, expected
        values = np.frombuffer(pcm, "<i2")
        spoken = values[values >= _LOUD]
        return Heard(self.texts[int(np.bincount(spoken).argmax()) - _LOUD] if len(spoken) else "")


@dataclass(slots=True)
class Mouth:
    """Speaks every clause in the same short time; implements `Synthesiser`.

    Attributes:
        spoken: Clauses, oldest first.
    """

    spoken: list[str] = field(default_factory=list)

    async def speak(self, clause: str, *, rate: int, voice: str = "", speed: float = 1.0) -> bytes:
        """See Synthesiser."""
        del voice, speed
        self.spoken.append(clause)
        return bytes([1, 0]) * (length(_CLAUSE_MS, rate) // 2)


@dataclass(slots=True)
class Loudness:
    """Anything loud is speech; implements `SpeechDetector`."""

    rate: int
    rest: bytes = b""

    def feed(self, pcm: bytes) -> list[float]:
        """See SpeechDetector."""
        data, size = self.rest + pcm, length(FRAME_MS, self.rate)
        frames = [data[at : at + size] for at in range(0, len(data) - size + 1, size)]
        self.rest = data[len(frames) * size :]
        loudest = (int(np.frombuffer(frame, "<i2").max()) for frame in frames)
        return [_SPEECH if each >= _LOUD else _SILENCE for each in loudest]

    def reset(self) -> None:
        """See SpeechDetector."""
        self.rest = b""


def scripted(utterances: Utterances, mouth: Mouth) -> Engines:
    """Engines of one call."""
    return Engines(
        recogniser=utterances,
        synthesiser=mouth,
        detector=Loudness,
        clauses=lambda text: [each for each in text.replace("\n", "。").split("。") if each],
        repair=lambda text: text,
    )
