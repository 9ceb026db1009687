"""Logistic regression in a few lines: fitted by Newton's method, the same numbers every time."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

_STEPS: Final = 30
_ENOUGH: Final = 1e-8


def fit(inputs: Array, labels: Array, penalty: float) -> tuple[Array, float]:
    """Fit with a ridge penalty on the weights, none on the bias.

    Args:
        inputs: One row an example.
        labels: 0 or 1.
        penalty: Strength of the ridge.

    Returns:
        Weights, and the bias.
    """
    rows = np.hstack([inputs, np.ones((len(inputs), 1))])
    ridge = np.full(rows.shape[1], penalty)
    ridge[-1] = 0.0
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chance = probability(rows @ weights)
        slope = rows.T @ (chance - labels) + ridge * weights
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge + 1e-9)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if float(np.abs(step).max()) < _ENOUGH:
            break
    return weights[:-1], float(weights[-1])


def probability(odds: Array) -> Array:
    """Log-odds to probabilities."""
    chances: Array = 1 / (1 + np.exp(-np.clip(odds, -40, 40)))
    return chances
