"""Sample rates: one windowed-sinc interpolator for whole clauses and for streams.

Numpy alone: the rates of telephony and of the engines are small ratios of one another, so a table
of one filter for each phase is small and exact.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

_WIDTH: Final = 16
"""Zero crossings on each side of the filter: 32 dB down 6 % beyond the band's edge."""
_BETA: Final = 8.6
"""Kaiser window: 80 dB of stop band (Oppenheim and Schafer, Discrete-Time Signal Processing)."""
_EDGE: Final = 0.94
"""Where the pass band ends, as a share of the lower Nyquist frequency."""
FULL_SCALE: Final = 32768.0


def as_float(pcm: bytes) -> Samples:
    """PCM bytes as samples from -1 to 1; a trailing half sample is left out."""
    whole = pcm[: len(pcm) // 2 * 2]
    samples: Samples = np.frombuffer(whole, "<i2").astype(np.float32) / np.float32(FULL_SCALE)
    return samples


def as_pcm(samples: Samples) -> bytes:
    """Samples as PCM bytes; what is beyond full scale is clipped."""
    scaled = np.clip(np.round(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1)
    return scaled.astype("<i2").tobytes()


def resample(samples: Samples, rate: int, wanted: int) -> Samples:
    """A whole recording at another rate, without delay.

    Args:
        samples: The recording at `rate`.
        rate: Its samples per second.
        wanted: Samples per second of the result.

    Returns:
        `len(samples) * wanted / rate` samples, rounded up.
    """
    if rate == wanted or not len(samples):
        return samples
    up, down = _ratio(rate, wanted)
    table, half = _filters(up, down)
    count = -(-len(samples) * up // down)
    padded: Samples = np.pad(samples, (half, half + 1))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half)
    at = np.arange(count) * down
    result = np.empty(count, np.float32)
    for phase in range(up):
        chosen = np.flatnonzero(at % up == phase)
        result[chosen] = windows[at[chosen] // up + 1] @ table[phase]
    return result


class StreamResampler:
    """The same for a stream: pieces in, pieces out, delayed by the filter's half width."""

    def __init__(self, rate: int, wanted: int) -> None:
        self._up, self._down = _ratio(rate, wanted)
        self._same = rate == wanted
        self._table, self._half = _filters(self._up, self._down)
        self._held = np.zeros(self._half - 1, np.float32)
        self._at = 0  # position of the next output within `_held`, in 1/up samples

    def feed(self, piece: Samples) -> Samples:
        """The next samples of the result."""
        if self._same:
            return piece
        held = np.concatenate([self._held, piece])
        width = 2 * self._half
        last = len(held) - width
        if last < 0:
            self._held = held
            return np.zeros(0, np.float32)
        count = (last * self._up - self._at) // self._down + 1
        at = self._at + np.arange(max(count, 0)) * self._down
        windows = np.lib.stride_tricks.sliding_window_view(held, width)
        result: Samples = np.einsum("ij,ij->i", windows[at // self._up], self._table[at % self._up])
        end = self._at + len(at) * self._down
        drop = min(end // self._up, len(held))
        self._held, self._at = held[drop:], end - drop * self._up
        return result


def _ratio(rate: int, wanted: int) -> tuple[int, int]:
    shared = gcd(rate, wanted)
    return wanted // shared, rate // shared


@lru_cache(maxsize=16)
def _filters(up: int, down: int) -> tuple[NDArray[np.float32], int]:
    """One filter for each phase, and half its length in input samples."""
    cut = _EDGE * min(1.0, up / down)
    half = int(np.ceil(_WIDTH / cut))
    offsets = np.arange(2 * half) - (half - 1)
    table = np.empty((up, 2 * half), np.float32)
    for phase in range(up):
        x = offsets - phase / up
        window = np.i0(_BETA * np.sqrt(np.clip(1 - (x / half) ** 2, 0, 1))) / np.i0(_BETA)
        taps = cut * np.sinc(cut * x) * window
        table[phase] = taps / taps.sum()
    return table, half
