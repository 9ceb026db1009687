"""Two heads on the same features, wrong in different places: a linear model and kernel ridge.

The linear model weighs every feature. The ridge compares a text with each example and is
smooth around them: it is the better one with ten thousand examples or with ten an intent, the
linear one with the uneven, overlapping intents of a bank; their geometric mean beats either
(docs/understanding.md has the measurements behind every constant here).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from assistant.understanding.classifier_features import Array, Seen

_Grown = NDArray[np.float64]
_SMALLEST: Final = 1e-6
"""Keeps the logarithm of a probability finite."""
_RIDGE_SHARE: Final = np.float32(0.25)


@dataclass(frozen=True, slots=True)
class LinearHead:
    """Multinomial logistic regression, kept as two blocks of weights.

    Attributes:
        pieces: Shape (vocabulary, intents); `meaning`: (dimensions, intents).
    """

    pieces: Array
    meaning: Array
    bias: Array

    MEANING_WEIGHT = 2.0
    INVERSE_REGULARISATION = 60.0
    ITERATIONS = 80

    @classmethod
    def fit(cls, seen: Seen, intents: NDArray[np.intp], count: int) -> LinearHead:
        """Minimise the cross-entropy with an L2 penalty, by L-BFGS.

        Args:
            seen: The examples.
            intents: Number of each example's intent, 0 to count - 1.
            count: How many intents there are.
        """
        meaning = seen.meaning * np.float32(cls.MEANING_WEIGHT)
        words, width = seen.pieces.shape[1], meaning.shape[1]
        pieces, turned = seen.pieces, seen.pieces.T.tocsr()
        penalty = 1.0 / (cls.INVERSE_REGULARISATION * len(intents))
        rows = np.arange(len(intents))

        def cost(flat: _Grown) -> tuple[float, _Grown]:
            weights = flat.astype(np.float32).reshape(words + width + 1, count)
            found = softmax(pieces @ weights[:words] + meaning @ weights[words:-1] + weights[-1])
            loss = -np.log(np.maximum(found[rows, intents], _SMALLEST)).mean()
            found[rows, intents] -= 1
            found /= len(intents)
            slope = np.vstack([turned @ found, meaning.T @ found, found.sum(axis=0)])
            slope[:-1] += penalty * weights[:-1]
            size = float(np.vdot(weights[:-1], weights[:-1]))
            return float(loss) + penalty * size / 2, slope.astype(np.float64).ravel()

        start = np.zeros((words + width + 1) * count)
        options = {"maxiter": cls.ITERATIONS, "maxcor": 6}
        flat = optimize.minimize(cost, start, jac=True, method="L-BFGS-B", options=options).x
        weights = flat.astype(np.float32).reshape(words + width + 1, count)
        return cls(weights[:words], weights[words:-1] * np.float32(cls.MEANING_WEIGHT), weights[-1])

    def probabilities(self, seen: Seen) -> Array:
        """One row a text, one column an intent."""
        return softmax(seen.pieces @ self.pieces + seen.meaning @ self.meaning + self.bias)


@dataclass(frozen=True, slots=True)
class RidgeHead:
    """Kernel ridge regression on the intents as 0 and 1.

    The kernel is a Gaussian of the meanings plus the weighted cosine of the pieces.

    Attributes:
        examples: The training examples it compares with.
        duals: Shape (examples, intents).
        sharpness: Factor that turns regression values into log-probabilities. It is chosen on
            the leave-one-out predictions, which ridge gives in closed form, so that the
            probabilities are honest about examples the head has not seen.
    """

    examples: Seen
    duals: Array
    sharpness: float

    WIDTH = 3.0
    PIECES_WEIGHT = 0.4
    RIDGE = 0.2

    @classmethod
    def fit(cls, seen: Seen, intents: NDArray[np.intp], count: int) -> RidgeHead:
        """Solve one linear system of the size of the examples; arguments as for the linear head.

        An example of a frequent intent gets more ridge, so that big intents do not swallow
        their neighbours.
        """
        sizes = np.bincount(intents, minlength=count).astype(np.float32)
        targets = np.eye(count, dtype=np.float32)[intents]
        matrix = cls._kernel(seen, seen)
        crowding = np.sqrt(sizes[intents] * count / len(intents))
        matrix[np.diag_indices_from(matrix)] += cls.RIDGE * crowding
        inverse = linalg.inv(matrix, overwrite_a=True, check_finite=False)
        duals = (inverse @ (targets - sizes / len(intents))).astype(np.float32)
        left_out = targets - duals / np.diag(inverse)[:, None]
        return cls(seen, duals, _sharpness(left_out, intents))

    def probabilities(self, seen: Seen) -> Array:
        """One row a text, one column an intent."""
        return softmax(self._kernel(seen, self.examples) @ self.duals * np.float32(self.sharpness))

    @classmethod
    def _kernel(cls, left: Seen, right: Seen) -> Array:
        cosines = left.meaning @ right.meaning.T
        pieces = (left.pieces @ right.pieces.T).toarray()
        matrix: Array = np.exp(np.float32(cls.WIDTH) * (cosines - 1))
        matrix += np.float32(cls.PIECES_WEIGHT) * pieces
        return matrix


def fused(linear: Array, ridge: Array) -> Array:
    """Weighted geometric mean of two sets of probabilities, normalised."""
    logs = (
        np.log(linear + _SMALLEST) * (1 - _RIDGE_SHARE) + np.log(ridge + _SMALLEST) * _RIDGE_SHARE
    )
    return softmax(logs)


def softmax(scores: Array) -> Array:
    """Rows of scores to rows of probabilities."""
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Array = (grown / grown.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def _sharpness(values: Array, intents: NDArray[np.intp]) -> float:
    """The factor under which the right intents are likeliest."""
    rows = np.arange(len(intents))

    def surprise(logarithm: float) -> float:
        found = softmax(values * np.float32(np.exp(logarithm)))[rows, intents]
        return float(-np.log(np.maximum(found, _SMALLEST)).mean())

    return float(np.exp(optimize.minimize_scalar(surprise, bounds=(0, 5), method="bounded").x))
