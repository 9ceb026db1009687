"""Any sentence-transformers cross-encoder as the reranker of passages.

A cross-encoder reads question and passage together: better than vectors and about a hundred
times slower, so it is a setting (`GUITAI_RERANKER`) and reads the first candidates only.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class CrossEncoderPairs:
    """Implements PairScorer; safe to call from several threads."""

    def __init__(self, model_name: str) -> None:
        """Choose the model, by name or folder; it is loaded with the first question."""
        self._model_name = model_name
        self._model: CrossEncoder | None = None
        self._one_at_a_time = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        """See knowledge.candidates.PairScorer."""
        if not texts:
            return []
        with self._one_at_a_time:
            if self._model is None:
                self._model = _load(self._model_name)
            found = self._model.predict(
                [(question, text) for text in texts], show_progress_bar=False
            )
        return [float(score) for score in found]


def _load(model_name: str) -> CrossEncoder:
    from sentence_transformers import CrossEncoder  # noqa: PLC0415 - lazy: seconds

    model: CrossEncoder = CrossEncoder(model_name, device="cpu")
    return model
