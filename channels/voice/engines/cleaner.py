"""Steady noise taken out of a recording before it is heard a second time.

A Wiener filter whose estimate of speech against noise is smoothed from frame to frame, so that what
is left of the noise does not ring (decision-directed: Ephraim and Malah 1984). The noise is
measured where the recording is quietest: between words, before and after them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from channels.voice.resample import Samples

_FRAME: Final = 512
_HOP: Final = 128
"""Samples at 16 kHz: 32 ms, 8 ms."""
_EDGE: Final = _FRAME // _HOP
"""Frames at each end that reach beyond the recording."""
_QUIET: Final = 6
"""One frame in so many is taken for noise alone."""
_FEWEST: Final = 8
_QUIETEST: Final = 1.1
"""The quietest frames hold a little less noise than the others."""
_SMOOTH: Final = 0.96
_LEAST_RATIO: Final = 0.03
_LEAST_GAIN: Final = 0.15
"""Noise is lowered by 16 dB at most: what is wiped out is missed more than noise disturbs."""
_TINY: Final = 1e-12


def cleaned(samples: Samples) -> Samples:
    """A recording of the same length with less noise.

    Args:
        samples: At 16 kHz, from -1 to 1; as they are when shorter than a frame.
    """
    if len(samples) < _FRAME:
        return samples
    window = np.sqrt(np.hanning(_FRAME + 1)[:-1])
    padded = np.pad(samples, _FRAME)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP]
    spectra = np.fft.rfft(frames * window, axis=1)
    power = np.abs(spectra) ** 2
    back = np.fft.irfft(spectra * _gains(power, _noise(power)), axis=1) * window
    clean, weight = np.zeros(len(padded)), np.zeros(len(padded))
    for at, frame in enumerate(back):
        place = slice(at * _HOP, at * _HOP + _FRAME)
        clean[place] += frame
        weight[place] += window**2
    kept: Samples = (clean / np.maximum(weight, _TINY))[_FRAME:-_FRAME].astype(np.float32)
    return kept


def _noise(power: NDArray[np.float64]) -> NDArray[np.float64]:
    inner = power[_EDGE:-_EDGE]
    quietest = np.argsort(inner.sum(1))[: max(_FEWEST, len(inner) // _QUIET)]
    return np.asarray(inner[quietest].mean(0) * _QUIETEST)


def _gains(power: NDArray[np.float64], noise: NDArray[np.float64]) -> NDArray[np.float64]:
    gains = np.empty_like(power)
    before = np.zeros(power.shape[1])
    for at, frame in enumerate(power):
        above = frame / np.maximum(noise, _TINY)
        ratio = _SMOOTH * before + (1 - _SMOOTH) * np.maximum(above - 1, 0)
        ratio = np.maximum(ratio, _LEAST_RATIO)
        gain = ratio / (1 + ratio)
        gains[at] = np.maximum(gain, _LEAST_GAIN)
        before = gain * gain * above
    return gains
