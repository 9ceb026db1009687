"""Sound without engines: G.711 µ-law, lengths, silence.

Source: ITU-T G.711 (µ-law with bias 132, clip 32635).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

BYTES_PER_SAMPLE: Final = 2
_BIAS: Final = 132
_CLIP: Final = 32635

Samples = NDArray[np.int16]


def _decoding() -> Samples:
    code = ~np.arange(256) & 255
    size = ((((code & 15) << 3) + _BIAS) << ((code >> 4) & 7)) - _BIAS
    return np.where(code & 128, -size, size).astype("<i2")


def _encoding() -> NDArray[np.uint8]:
    sample = np.arange(-32768, 32768)
    size = np.minimum(np.abs(sample), _CLIP) + _BIAS
    exponent = np.floor(np.log2(size)).astype(int) - 7
    code = ((sample < 0) << 7) | (exponent << 4) | ((size >> (exponent + 3)) & 15)
    codes: NDArray[np.uint8] = (~code & 255).astype(np.uint8)
    return codes


_FROM_ULAW: Final = _decoding()
_TO_ULAW: Final = _encoding()


def from_ulaw(codes: bytes) -> bytes:
    """µ-law → PCM, one byte to two."""
    return _FROM_ULAW[np.frombuffer(codes, np.uint8)].tobytes()


def to_ulaw(pcm16: bytes) -> bytes:
    """PCM → µ-law, two bytes to one."""
    samples = np.frombuffer(pcm16, "<i2").astype(np.int32)
    return _TO_ULAW[samples + 32768].tobytes()


def silence(ms: int, rate: int) -> bytes:
    """Nothing, for so long."""
    return bytes(length(ms, rate))


def length(ms: int, rate: int) -> int:
    """Bytes of so much sound."""
    return ms * rate // 1000 * BYTES_PER_SAMPLE


def duration_ms(pcm16: bytes, rate: int) -> int:
    """How long the sound lasts, rounded down."""
    return len(pcm16) // BYTES_PER_SAMPLE * 1000 // rate
