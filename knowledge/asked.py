"""What a question alone tells: does it sound like what customers ask these documents?

A question is compared with known ones in three ways: by meaning, a Gaussian of the distance of
the vectors; by spelling, the characters, pairs and triples they share, weighed by rarity; and
likewise by the spelling of what the best passage leaves unsaid of each. A support vector machine
over the sum (`evals.retrieval.fit_subject`) leaves a number for each known question that lies
near the border and one for each piece of spelling. A straight line through the vectors cannot say
"like this one, unlike its neighbour"; this can.

The known questions are kept as vectors of bytes in `defaults/asked.npz`; their words are not.
"""

from __future__ import annotations

import hashlib
import io
import math
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

NARROWNESS: Final = 8.0
"""Of the Gaussian; this and the next two were chosen by cross-validation on development."""
SPELLING: Final = 0.5
"""What likeness of spelling counts beside likeness of meaning."""
UNSAID: Final = 0.3
"""What likeness of the unsaid counts."""
BUCKETS: Final = 1 << 15
FILE: Final = "defaults/asked.npz"
_LONGEST: Final = 3
_BYTE: Final = 127.0
_CHARACTERS: Final = 12


@dataclass(frozen=True, slots=True)
class Heard:
    """A question as it is compared.

    Attributes:
        text: Normalised.
        unsaid: What the best passage leaves unsaid of it (`knowledge.answering.left_unsaid`).
        vector: Unit length.
    """

    text: str
    unsaid: str
    vector: Floats


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of spelling by bucket; both of shape (BUCKETS,).

    Attributes:
        worth: What having a piece tells.
        rarity: In nats; 0 where fewer than two known questions have it.
    """

    worth: Floats
    rarity: Floats

    def told(self, text: str) -> float:
        """What the pieces of a text tell together."""
        places, shares = spelling(text, self.rarity)
        return float(self.worth[places] @ shares)


@dataclass(frozen=True, slots=True)
class Asked:
    """Known questions, and what likeness to each is worth.

    Attributes:
        vectors: Of the known questions, unit length, shape (questions, dimensions).
        worth: Of likeness to each; above nought where the documents answer it.
    """

    vectors: NDArray[np.float32]
    worth: Floats
    said: Pieces
    unsaid: Pieces
    intercept: float = 0.0

    def margin(self, heard: Heard) -> float:
        """How far a question lies on the side of those that are answered."""
        near = float(gaussian(self.vectors @ heard.vector.astype(np.float32)) @ self.worth)
        return near + self.said.told(heard.text) + self.unsaid.told(heard.unsaid) + self.intercept


def gaussian(cosines: Floats | NDArray[np.float32]) -> Floats:
    """Likeness by meaning, 0 to 1, from cosines of unit vectors."""
    return np.asarray(np.exp(-NARROWNESS * np.maximum(0.0, 2.0 - 2.0 * cosines.astype(np.float64))))


def buckets(text: str) -> Counter[int]:
    """How often each bucket of pieces of spelling occurs in a normalised text."""
    return Counter(
        zlib.crc32(text[start : start + length].encode()) % BUCKETS
        for length in range(1, _LONGEST + 1)
        for start in range(len(text) - length + 1)
    )


def spelling(text: str, rarity: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Buckets of a text with their shares: TF-IDF of length one, nought without known pieces."""
    counts = buckets(text)
    places = np.fromiter(counts, dtype=np.intp, count=len(counts))
    shares = np.array([1.0 + math.log(count) for count in counts.values()]) * rarity[places]
    length = float(np.linalg.norm(shares))
    return places, shares / length if length else shares


def dump_asked(asked: Asked) -> bytes:
    """The known questions as the content of `asked.npz`."""
    step = float(np.float32(np.abs(asked.vectors).max(initial=0.0) / _BYTE)) or 1.0
    content = io.BytesIO()
    np.savez_compressed(
        content,
        vectors=np.rint(asked.vectors / step).astype(np.int8),
        step=np.float32(step),
        worth=asked.worth.astype(np.float32),
        said=_table(asked.said),
        unsaid=_table(asked.unsaid),
        intercept=np.float32(asked.intercept),
    )
    return content.getvalue()


def _table(pieces: Pieces) -> NDArray[np.float32]:
    return np.stack([pieces.worth, pieces.rarity]).astype(np.float32)


def read_asked(content: bytes) -> Asked:
    """The known questions of a file written by `dump_asked`."""
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return Asked(
            vectors=stored["vectors"].astype(np.float32) * stored["step"],
            worth=stored["worth"].astype(np.float64),
            said=Pieces(*stored["said"].astype(np.float64)),
            unsaid=Pieces(*stored["unsaid"].astype(np.float64)),
            intercept=float(stored["intercept"]),
        )


@cache
def packaged() -> Asked:
    """The known questions of the package."""
    return read_asked((files("knowledge") / FILE).read_bytes())


def fingerprint(asked: Asked) -> str:
    """Short hash of what was read, by which weights say which questions they belong to."""
    tables = (_table(asked.said), _table(asked.unsaid))
    parts = (asked.vectors, asked.worth, *tables, np.array(asked.intercept))
    content = b"".join(part.astype(np.float32).tobytes() for part in parts)
    return hashlib.sha256(content).hexdigest()[:_CHARACTERS]
