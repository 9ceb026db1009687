"""Sound as Whisper hears it: a log-mel spectrogram, written out so that no decoder is needed.

Source of the constants: Radford et al., Robust Speech Recognition via Large-Scale Weak
Supervision, 2022 (16 kHz, 25 ms windows every 10 ms, 80 channels); Slaney, Auditory Toolbox, 1998
(the mel scale: linear to 1 kHz, a factor of 6.4 in 27 steps above).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from channels.voice.resample import Samples

RATE: Final = 16_000
WINDOW_S: Final = 30
_FRAME: Final = 400
_HOP: Final = 160
_MELS: Final = 80
FRAMES_PER_S: Final = RATE // _HOP
_LINEAR_HZ: Final = 200 / 3
_LINEAR_TO: Final = 1000.0
_STEP: Final = np.log(6.4) / 27
_FLOOR: Final = 1e-10
_RANGE: Final = 8.0
"""Decades below the loudest value that are kept."""
_SHIFT: Final = 4.0


def log_mel(samples: Samples, frames: int = WINDOW_S * FRAMES_PER_S) -> NDArray[np.float32]:
    """The features of at most 30 s of sound at 16 kHz.

    Args:
        samples: From -1 to 1; what is beyond the window is left out.
        frames: Length of the window, hundredths of a second; the rest is silence.

    Returns:
        An array of shape (1, 80, frames).
    """
    length = frames * _HOP
    padded = np.zeros(length, np.float32)
    padded[: min(len(samples), length)] = samples[:length]
    edged = np.pad(padded, _FRAME // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(edged, _FRAME)[::_HOP][:frames]
    power = np.abs(np.fft.rfft(windows * _hann(), axis=1)) ** 2
    decades = np.log10(np.maximum(mel_filters() @ power.T, _FLOOR))
    decades = np.maximum(decades, decades.max() - _RANGE)
    return np.ascontiguousarray(((decades + _SHIFT) / _SHIFT)[None], dtype=np.float32)


@lru_cache(maxsize=1)
def mel_filters() -> NDArray[np.float64]:
    """Triangles of equal area over the mel scale, shape (80, 201)."""
    edges = _hertz(np.linspace(0.0, _mel(RATE / 2), _MELS + 2))
    bins = np.linspace(0.0, RATE / 2, _FRAME // 2 + 1)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return np.asarray(triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None], np.float64)


def _mel(hertz: float) -> float:
    knee = _LINEAR_TO / _LINEAR_HZ
    return float(knee + np.log(hertz / _LINEAR_TO) / _STEP)


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _LINEAR_TO / _LINEAR_HZ
    above = _LINEAR_TO * np.exp(_STEP * (mels - knee))
    return np.where(mels < knee, mels * _LINEAR_HZ, above)


@lru_cache(maxsize=1)
def _hann() -> NDArray[np.float64]:
    return np.hanning(_FRAME + 1)[:-1]
