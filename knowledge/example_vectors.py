"""Vectors of training examples: computed once, shipped with the pack, kept in the data folder.

Examples are embedded as questions, because messages are; the file is therefore another one than
that of the passages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.vectors import SHIPPED_FOLDER, PassageEncoder, Progress, VectorCache, Vectors


@dataclass(frozen=True, slots=True)
class _QuestionSide:
    """The question side of an encoder, in the shape the vector cache fills itself from."""

    encoder: PassageEncoder

    @property
    def fingerprint(self) -> str:
        return f"{self.encoder.fingerprint}-questions"

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self.encoder.queries(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self.encoder.queries(texts)


class ExampleVectors:
    """Implements the port Encoder for texts that come back: the training examples."""

    def __init__(
        self,
        encoder: PassageEncoder,
        content_dir: Path,
        data_dir: Path | None,
        progress: Progress | None = None,
    ) -> None:
        """Read the vectors the pack ships and those computed before."""
        own = data_dir / SHIPPED_FOLDER if data_dir else None
        self._cache = VectorCache(
            _QuestionSide(encoder), shipped=content_dir / SHIPPED_FOLDER, own=own
        )
        self._progress = progress

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """See the port."""
        rows: list[list[float]] = self._cache.vectors(texts, self._progress).tolist()
        return rows

    def ship(self, texts: Sequence[str], content_dir: Path) -> Path:
        """Write exactly these texts' vectors as the pack's file."""
        return self._cache.ship(texts, content_dir / SHIPPED_FOLDER)
