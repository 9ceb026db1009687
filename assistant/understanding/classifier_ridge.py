"""Kernel ridge: compares a text with every example and is smooth around them.

Alone it is weaker than the network where intents overlap, and stronger with ten thousand
examples; it errs in other places, so their weighted geometric mean beats either
(docs/understanding.md has the measurements behind the constants).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize, sparse

from assistant.understanding.classifier_features import Array, Seen, softmax

_SMALLEST: Final = 1e-6
"""Keeps the logarithm of a probability finite."""
_WIDTH: Final = np.float32(2.0)
"""Of the Gaussian: its factor on the cosine minus one."""
_PIECES_WEIGHT: Final = np.float32(0.3)
_RIDGE: Final = np.float32(0.05)
_SHARE: Final = np.float32(0.15)
"""Weight of the ridge in the geometric mean."""


@dataclass(frozen=True, slots=True)
class RidgeHead:
    """Kernel ridge regression on the intents as 0 and 1.

    The kernel is a Gaussian of the meanings plus the weighted cosine of the pieces.

    Attributes:
        meaning: Of the training examples it compares with.
        pieces: Of the same examples, turned: shape (vocabulary, examples), quick to multiply.
        duals: Shape (examples, intents).
        sharpness: Factor that turns regression values into log-probabilities. It is chosen on
            the leave-one-out predictions, which ridge gives in closed form, so that the
            probabilities are honest about examples the head has not seen.
    """

    meaning: Array
    pieces: sparse.csr_matrix
    duals: Array
    sharpness: float

    @classmethod
    def fit(cls, seen: Seen, intents: NDArray[np.intp], count: int) -> RidgeHead:
        """Solve one linear system of the size of the examples; arguments as for the network.

        An example of a frequent intent gets more ridge, so that big intents do not swallow
        their neighbours.
        """
        sizes = np.bincount(intents, minlength=count).astype(np.float32)
        targets = np.eye(count, dtype=np.float32)[intents]
        pieces = seen.pieces.T.tocsr()
        matrix = _kernel(seen, seen.meaning, pieces)
        crowding = np.sqrt(sizes[intents] * count / len(intents))
        matrix[np.diag_indices_from(matrix)] += _RIDGE * crowding
        inverse = linalg.inv(matrix, overwrite_a=True, check_finite=False)
        duals = (inverse @ (targets - sizes / len(intents))).astype(np.float32)
        left_out = targets - duals / np.diag(inverse)[:, None]
        return cls(seen.meaning, pieces, duals, _sharpness(left_out, intents))

    def probabilities(self, seen: Seen) -> Array:
        """One row a text, one column an intent."""
        values = _kernel(seen, self.meaning, self.pieces) @ self.duals
        return softmax(values * np.float32(self.sharpness))

    @classmethod
    def kept(cls, seen: Seen, duals: Array, sharpness: float) -> RidgeHead:
        """Rebuild a fitted head around its examples."""
        return cls(seen.meaning, seen.pieces.T.tocsr(), duals, sharpness)


def fused(network: Array, ridge: Array) -> Array:
    """Weighted geometric mean of two sets of probabilities, normalised."""
    logs = np.log(network + _SMALLEST) * (1 - _SHARE) + np.log(ridge + _SMALLEST) * _SHARE
    return softmax(logs)


def _kernel(seen: Seen, meaning: Array, pieces: sparse.csr_matrix) -> Array:
    matrix: Array = np.exp(_WIDTH * (seen.meaning @ meaning.T - 1))
    matrix += _PIECES_WEIGHT * (seen.pieces @ pieces).toarray()
    return matrix


def _sharpness(values: Array, intents: NDArray[np.intp]) -> float:
    """The factor under which the right intents are likeliest."""
    rows = np.arange(len(intents))

    def surprise(logarithm: float) -> float:
        found = softmax(values * np.float32(np.exp(logarithm)))[rows, intents]
        return float(-np.log(np.maximum(found, _SMALLEST)).mean())

    return float(np.exp(optimize.minimize_scalar(surprise, bounds=(0, 5), method="bounded").x))
