"""Vectors of passages, kept by what was embedded and by which model.

Embedding a passage takes a hundred milliseconds and reading its vector back takes none, so
every vector is stored under the hash of its text, in one file for each model. A content pack
ships such a file for its own documents; what is new goes to a second file in the folder of
the deployment. A file that is missing or damaged costs time, never correctness.

Vectors are stored as float16: the cosine of two unit vectors changes by less than 0.001.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]
Progress: TypeAlias = Callable[[int, int], None]
"""Called with (texts embedded, texts to embed)."""

SHIPPED_FOLDER: Final = "vectors"
_KEY_CHARACTERS: Final = 16
_BATCH: Final = 16
_MODE: Final = 0o644  # a temporary file is born private; this one is read by other accounts


class PassageEncoder(Protocol):
    """The side of an encoder that reads documents.

    Attributes:
        fingerprint: Hash of model and version.
    """

    @property
    def fingerprint(self) -> str:
        """Hash of model and version."""
        ...

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what customers say, one a row."""
        ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of what documents say, one a row."""
        ...


class VectorCache:
    """Vectors on disk for one encoder."""

    def __init__(
        self, encoder: PassageEncoder, *, shipped: Path | None = None, own: Path | None = None
    ) -> None:
        """Read what there is.

        Args:
            encoder: Embeds what is not there.
            shipped: Folder of the content pack's vectors; only read.
            own: Folder new vectors are stored in; None keeps them in memory only.
        """
        self._encoder = encoder
        name = f"{encoder.fingerprint}.npz"
        self._own = own / name if own else None
        self._known: dict[str, NDArray[np.float16]] = {}
        for path in (shipped / name if shipped else None, self._own):
            if path is not None:
                self._known.update(_read(path))

    def vectors(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """One unit vector for each text, embedding and storing those not seen before."""
        keys = [_key(text) for text in texts]
        missing = {
            key: text for key, text in zip(keys, texts, strict=True) if key not in self._known
        }
        self._embed(missing, progress)
        if not keys:
            return np.empty((0, 0), dtype=np.float32)
        return np.stack([self._known[key] for key in keys]).astype(np.float32)

    def ship(self, texts: Iterable[str], folder: Path) -> Path:
        """Write exactly the vectors of these texts as a content pack's file."""
        unique = list(dict.fromkeys(texts))
        self.vectors(unique)
        path = folder / f"{self._encoder.fingerprint}.npz"
        _write(path, {key: self._known[key] for key in sorted({_key(text) for text in unique})})
        return path

    def _embed(self, missing: Mapping[str, str], progress: Progress | None) -> None:
        keys = list(missing)
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            fresh = self._encoder.passages([missing[key] for key in batch])
            self._known.update(zip(batch, fresh.astype(np.float16), strict=True))
            if progress is not None:
                progress(start + len(batch), len(keys))
        if keys and self._own is not None:
            _write(self._own, self._known)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_KEY_CHARACTERS]


def _read(path: Path) -> dict[str, NDArray[np.float16]]:
    try:
        with np.load(path) as stored:
            keys, vectors = stored["keys"], stored["vectors"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}
    return {key.decode(): vector for key, vector in zip(keys, vectors, strict=False)}


def _write(path: Path, vectors: Mapping[str, NDArray[np.float16]]) -> None:
    """Replace the file in one step, so that a reader never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        np.savez(
            file,
            keys=np.array([key.encode() for key in vectors]),
            vectors=np.stack(list(vectors.values())),
        )
    Path(file.name).chmod(_MODE)
    os.replace(file.name, path)  # noqa: PTH105 - Path.replace needs a second Path object
