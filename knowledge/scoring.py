"""From ranks to scores that can be compared between questions.

Ranks are log-odds up to a constant of their question. The score of the best sentence is the
probability that it answers (the third model of `knowledge.reranker`); everything else stands
below it by its distance in rank.
"""

from __future__ import annotations

import math
from typing import Final

_PASSAGE_GAP: Final = 0.5
_SENTENCE_GAP: Final = 1.0
_LEAST: Final = 1e-6


def passage_score(best: float, gap: float) -> float:
    """Score of a passage, 0 to 1, at a distance in rank from the best one's."""
    return _lowered(best, _PASSAGE_GAP * gap)


def sentence_score(best: float, gap: float) -> float:
    """Score of a sentence, 0 to 1, at a distance in rank from the best one's."""
    return _lowered(best, _SENTENCE_GAP * gap)


def _lowered(probability: float, by: float) -> float:
    if by <= 0:
        return probability
    inside = min(1 - _LEAST, max(_LEAST, probability))
    logit = math.log(inside / (1 - inside)) - by
    return min(probability, 1.0 / (1.0 + math.exp(min(50.0, -logit))))
