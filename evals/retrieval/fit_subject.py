"""What a question alone tells, and the probability of an answer with it.

Beside the development questions with their labels this learns from `evals/questions/asked`:
questions of which only is known whether the documents answer them. So that it cannot praise
itself, the margin of a question comes from a fit without that question, and the probability is
moved so that by such fits no more than `REFUSED` of the answerable development questions fall
below the threshold.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from assistant.response.grounded import Thresholds
from knowledge.asked import (
    BUCKETS,
    SPELLING,
    UNSAID,
    Asked,
    Heard,
    Pieces,
    buckets,
    gaussian,
    spelling,
)
from knowledge.reranker import Model, Subject

Floats: TypeAlias = NDArray[np.float64]

REFUSED: Final = 0.04
_HALF_ANSWERED: Final = 0.3  # the documents answer it, the sentence chosen does not
_MARGIN_COST: Final = 5.0
_FOLDS: Final = 5
_SEVERAL: Final = 2
_LEAST: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Seen:
    """Questions with what was found for them, one row each.

    Attributes:
        rows: Features of answering.
        heard: The questions.
        right: Whether the first sentence answers.
        answerable: Whether the documents do.
        weights: What each counts.
        is_own: Whether it is a development question.
    """

    rows: Floats
    heard: Sequence[Heard]
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]
    weights: Floats
    is_own: NDArray[np.bool_]


def fit_answer(rows: Floats, labels: Sequence[bool], weights: Sequence[float]) -> Model:
    """Weights of a logistic regression: is the chosen sentence an answer."""
    spread = np.where(rows.std(axis=0) > _LEAST, rows.std(axis=0), 1.0)
    model = LogisticRegression(C=1.0, max_iter=5000)
    model.fit(rows / spread, list(labels), sample_weight=list(weights))
    return Model(np.asarray(model.coef_[0] / spread), float(model.intercept_[0]))


def fit_asked(heard: Sequence[Heard], answerable: NDArray[np.bool_], weights: Floats) -> Asked:
    """A support vector machine over likeness of meaning, of spelling and of the unsaid."""
    vectors = np.stack([one.vector for one in heard])
    said, unsaid = [one.text for one in heard], [one.unsaid for one in heard]
    rare, rare_unsaid = _rarity(said), _rarity(unsaid)
    spelled, left = _spelled(said, rare), _spelled(unsaid, rare_unsaid)
    alike = SPELLING * (spelled @ spelled.T) + UNSAID * (left @ left.T)
    machine = SVC(C=_MARGIN_COST, kernel="precomputed", class_weight="balanced")
    machine.fit(gaussian(vectors @ vectors.T) + alike.toarray(), answerable, sample_weight=weights)
    kept, worth = machine.support_, np.asarray(machine.dual_coef_[0])
    return Asked(
        vectors=vectors[kept].astype(np.float32),
        worth=worth,
        said=Pieces(np.asarray(SPELLING * (spelled[kept].T @ worth)), rare),
        unsaid=Pieces(np.asarray(UNSAID * (left[kept].T @ worth)), rare_unsaid),
        intercept=float(machine.intercept_[0]),
    )


def fit_subject(seen: Seen, encoder: str) -> Subject:
    """What the question alone tells, and the probability with it, held to `REFUSED`."""
    counted = seen.weights * np.where(seen.answerable & ~seen.right, _HALF_ANSWERED, 1.0)
    margins, logits = np.zeros(len(counted)), np.zeros(len(counted))
    for rest, held in _folds(seen.answerable):
        asked = _asked_of(seen, rest)
        margins[held] = [asked.margin(seen.heard[one]) for one in held]
    rows = np.column_stack([seen.rows, margins])
    for rest, held in _folds(seen.answerable):
        model = fit_answer(rows[rest], list(seen.answerable[rest]), list(counted[rest]))
        logits[held] = model.scores(rows[held])
    lowest = float(np.quantile(logits[seen.answerable & seen.is_own], REFUSED))
    refused = (logits < lowest)[seen.is_own & ~seen.answerable].mean()
    sys.stderr.write(f"by fits without the question: {refused:.1%} unanswerable refused\n")
    model = fit_answer(rows, list(seen.answerable), list(counted))
    threshold = Thresholds().answer
    moved = math.log(threshold / (1 - threshold)) - lowest
    return Subject(
        encoder,
        _asked_of(seen, np.arange(len(counted))),
        replace(model, intercept=model.intercept + moved),
    )


def _asked_of(seen: Seen, chosen: NDArray[np.int_]) -> Asked:
    heard = [seen.heard[one] for one in chosen]
    return fit_asked(heard, seen.answerable[chosen], seen.weights[chosen])


def _folds(labels: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.int_], NDArray[np.int_]]]:
    parts = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    yield from parts.split(np.zeros(len(labels)), labels)


def _rarity(texts: Sequence[str]) -> Floats:
    """Smoothed inverse document frequency of each bucket that several texts have."""
    held = Counter(bucket for text in texts for bucket in buckets(text))
    rarity = np.zeros(BUCKETS)
    for bucket, count in held.items():
        if count >= _SEVERAL:
            rarity[bucket] = 1.0 + math.log((1 + len(texts)) / (1 + count))
    return rarity


def _spelled(texts: Sequence[str], rarity: Floats) -> csr_matrix:
    rows = [spelling(text, rarity) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    places = np.concatenate([places for places, _ in rows])
    shares = np.concatenate([shares for _, shares in rows])
    return csr_matrix((shares, places, ends), shape=(len(rows), BUCKETS))
