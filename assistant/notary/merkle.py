"""Merkle trees as RFC 6962, section 2.1, has them: roots, inclusion proofs, growing step by step.

Leaves are hashed with a zero byte before them and nodes with a one, so that neither can pass
for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(leaf: bytes) -> bytes:
    """Hash of one leaf."""
    return hashlib.sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(_NODE + left + right).digest()


class Frontier:
    """A tree that only grows, kept as the roots of its perfect subtrees, largest first.

    Attributes:
        size: Number of leaves.
        peaks: One hash for each bit set in `size`.
    """

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def add(self, hashed: bytes) -> None:
        """Append a leaf by its hash."""
        carried = self.size
        while carried & 1:
            hashed = node_hash(self.peaks.pop(), hashed)
            carried >>= 1
        self.peaks.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        """The root; of no leaves, the hash of nothing."""
        if not self.peaks:
            return hashlib.sha256().digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    for hashed in hashes:
        frontier.add(hashed)
    return frontier.root()


def inclusion_proof(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The path from a leaf to the root, nearest sibling first (RFC 6962, 2.1.1).

    Args:
        hashes: Hashes of all leaves of the tree.
        index: Of the leaf, from 0.
    """
    if len(hashes) == 1:
        return []
    split = _split(len(hashes))
    if index < split:
        return [*inclusion_proof(hashes[:split], index), root_of(hashes[split:])]
    return [*inclusion_proof(hashes[split:], index - split), root_of(hashes[:split])]


def root_from_proof(hashed: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root a proof leads to; None when the proof does not fit index and size."""
    if not 0 <= index < size:
        return None
    turns = _turns(index, size)
    if len(turns) != len(proof):
        return None
    for is_left, sibling in zip(turns, proof, strict=True):
        hashed = node_hash(hashed, sibling) if is_left else node_hash(sibling, hashed)
    return hashed


def _turns(index: int, size: int) -> list[bool]:
    """Whether the node is the left one, from the leaf up."""
    turns: list[bool] = []
    while size > 1:
        split = _split(size)
        is_left = index < split
        turns.append(is_left)
        index, size = (index, split) if is_left else (index - split, size - split)
    return turns[::-1]


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1
