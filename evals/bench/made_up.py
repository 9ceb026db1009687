"""Vectors for made-up passages: real ones, each moved a little, so that none is computed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np

from knowledge.vectors import PassageEncoder, Vectors

_NOISE: Final = 0.02  # per dimension; two such neighbours stand about 0.9 apart by cosine


class MadeUpVectors:
    """Implements PassageEncoder: questions are embedded truly, passages are not."""

    def __init__(self, encoder: PassageEncoder, real: Vectors) -> None:
        """Take the model for questions and the vectors passages are moved from."""
        self._encoder = encoder
        self._real = real

    @property
    def fingerprint(self) -> str:
        """See PassageEncoder."""
        return f"made-up-{self._encoder.fingerprint}"

    def queries(self, texts: Sequence[str]) -> Vectors:
        """See PassageEncoder."""
        return self._encoder.queries(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """See PassageEncoder; the same text has the same vector."""
        return np.stack([self._made(text) for text in texts]).astype(np.float32)

    def _made(self, text: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        chance = np.random.default_rng(seed)
        near = self._real[chance.integers(len(self._real))]
        moved = near + chance.normal(scale=_NOISE, size=near.shape)
        return np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)
