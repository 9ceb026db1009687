"""Speech or not: Silero v6 on ONNX, frame by frame. One loaded net for all calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort

from channels.voice.resample import Samples, StreamResampler, as_float

RATE: Final = 16_000
_FRAME: Final = 512
"""Samples of a frame: 32 ms."""
_CONTEXT: Final = 64
_STATE: Final = (1, 1, 128)


def load(file: Path) -> Any:
    """The net of a file; safe to share between calls and threads."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


@dataclass(slots=True)
class _Heard:
    """What one call leaves behind for the next frame."""

    up: StreamResampler
    rest: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    context: Samples = field(default_factory=lambda: np.zeros((1, _CONTEXT), np.float32))
    h: Samples = field(default_factory=lambda: np.zeros(_STATE, np.float32))
    c: Samples = field(default_factory=lambda: np.zeros(_STATE, np.float32))


class Silero:
    """The detector of one call."""

    def __init__(self, net: Any, rate: int) -> None:
        """Take the shared net and the rate of the call's sound."""
        self._net = net
        self._rate = rate
        self._heard = _Heard(StreamResampler(rate, RATE))

    def feed(self, pcm: bytes) -> list[float]:
        """A probability of speech for each further 32 ms."""
        heard = self._heard
        sound = np.concatenate([heard.rest, heard.up.feed(as_float(pcm))])
        found = []
        while len(sound) >= _FRAME:
            frame, sound = sound[None, :_FRAME], sound[_FRAME:]
            window = np.concatenate([heard.context, frame], axis=1)
            probability, heard.h, heard.c = self._net.run(
                None, {"input": window, "h": heard.h, "c": heard.c}
            )
            heard.context = window[:, -_CONTEXT:]
            found.append(float(probability[0]))
        heard.rest = sound
        return found

    def reset(self) -> None:
        """Forget the call so far."""
        self._heard = _Heard(StreamResampler(self._rate, RATE))
