"""Multinomial logistic regression, the usual strong baseline the classifier is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from assistant.understanding.classifier_features import Array, Seen, softmax

_Grown: TypeAlias = NDArray[np.float64]
_SMALLEST: Final = 1e-6
"""Keeps the logarithm of a probability finite."""
_MEANING_WEIGHT: Final = np.float32(2.0)
_INVERSE_REGULARISATION: Final = 60.0
"""Both chosen on a fifth of BANKING77's training texts."""
_ITERATIONS: Final = 80


@dataclass(frozen=True, slots=True)
class LinearHead:
    """Multinomial logistic regression, kept as two blocks of weights.

    Attributes:
        pieces: Shape (vocabulary, intents); `meaning`: (dimensions, intents).
    """

    pieces: Array
    meaning: Array
    bias: Array

    @classmethod
    def fit(cls, seen: Seen, intents: NDArray[np.intp], count: int) -> LinearHead:
        """Minimise the cross-entropy with an L2 penalty, by L-BFGS.

        Args:
            seen: The examples.
            intents: Number of each example's intent, 0 to count - 1.
            count: How many intents there are.
        """
        meaning = seen.meaning * _MEANING_WEIGHT
        words, width = seen.pieces.shape[1], meaning.shape[1]
        pieces, turned = seen.pieces, seen.pieces.T.tocsr()
        penalty = 1.0 / (_INVERSE_REGULARISATION * len(intents))
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
        options = {"maxiter": _ITERATIONS, "maxcor": 6}
        flat = optimize.minimize(cost, start, jac=True, method="L-BFGS-B", options=options).x
        weights = flat.astype(np.float32).reshape(words + width + 1, count)
        return cls(weights[:words], weights[words:-1] * _MEANING_WEIGHT, weights[-1])

    def probabilities(self, seen: Seen) -> Array:
        """One row a text, one column an intent."""
        return softmax(seen.pieces @ self.pieces + seen.meaning @ self.meaning + self.bias)
