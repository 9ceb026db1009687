"""How well passages and sentences answer a question, as numbers that can be compared.

Ranking adds up four signals; its weights are those of a conditional logit model (which
passage of all is the right one) fitted on the odd-numbered questions of
`evals/questions/first.jsonl`. The final score is a probability that the best passage answers
the question at all, fitted by logistic regression on the same questions and on the bank's
training sentences; the even-numbered questions are kept for measuring.
`python -m evals.retrieval.fit FOLDER` repeats both fits and prints the constants; the
intercept is then raised by 0.2, so that a score of 0.5 refuses one answerable question in ten.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

PASSAGE_WEIGHT: Final = 47.4
HEADING_WEIGHT: Final = 54.8
SENTENCE_WEIGHT: Final = 65.0
LEXICAL_WEIGHT: Final = 0.22

_SLOPE: Final = 100.5
_INTERCEPT: Final = -89.8
# E5 puts an English question and a Chinese passage that say the same about 0.08 further
# apart than two Chinese texts.
_FOREIGN: Final = 8.4
_OUTSIDE: Final = -6.5
_GAP: Final = 0.5
_COVERAGE: Final = 4.0


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of one passage for one question.

    Attributes:
        passage: Cosine of question and passage.
        heading: Cosine of question and title with section.
        sentence: Highest cosine of the question and a sentence of the passage.
        lexical: BM25.
    """

    passage: float
    heading: float
    sentence: float
    lexical: float

    @property
    def rank(self) -> float:
        """Log-odds up to a constant of this question: only differences mean something."""
        return (
            PASSAGE_WEIGHT * self.passage
            + HEADING_WEIGHT * self.heading
            + SENTENCE_WEIGHT * self.sentence
            + LEXICAL_WEIGHT * self.lexical
        )


def answerable(sentence: float, *, is_foreign: bool, is_outside: bool) -> float:
    """Log-odds that the documents answer the question.

    Args:
        sentence: Highest cosine of the question and a sentence of the best passages.
        is_foreign: The question has no Chinese in it.
        is_outside: The question matches what the bank says its documents do not cover.
    """
    return _INTERCEPT + _SLOPE * sentence + _FOREIGN * is_foreign + _OUTSIDE * is_outside


def passage_score(best: float, gap: float) -> float:
    """Probability, 0 to 1, given that of the best passage and the distance in rank to it."""
    return _probability(best - _GAP * gap)


def sentence_score(cosine: float, coverage: float, *, is_foreign: bool) -> float:
    """How well a sentence answers, 0 to 1; `coverage` is the share of the question's words."""
    logit = answerable(cosine, is_foreign=is_foreign, is_outside=False)
    return _probability(logit + _COVERAGE * coverage)


def _probability(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, logit))))
