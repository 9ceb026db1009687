"""Fit the weights of `knowledge.scoring` and print them.

Run as `python -m evals.retrieval.fit FOLDER`, with a folder for the index. Only the first
half of the questions is used (evals.retrieval.questions.halves), together with the bank's
training sentences: questions as answerable, matters of other domains as not answerable.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evals.retrieval.measure import AS_OF, CONTENT, QUESTIONS
from evals.retrieval.questions import LabelledQuestion, halves, read_labelled
from knowledge.embedding import SentenceEncoder
from knowledge.indexing import BuiltIndex, build_index
from knowledge.loader import load
from knowledge.retrieval import Candidate, HybridKnowledge
from knowledge.words import is_foreign, normalised

Floats: TypeAlias = NDArray[np.float64]

_UNITS: Final = np.array([10.0, 10.0, 10.0, 0.1])  # brings the signals to one size
_RIDGE: Final = 0.005
_STEPS: Final = 4000
_RATE: Final = 0.5
_OTHER_SECTION: Final = 0.3  # the right document counts, its right section counts more


def fit_rank(
    built: BuiltIndex, knowledge: HybridKnowledge, questions: Sequence[LabelledQuestion]
) -> Floats:
    """Weights of passage, heading and sentence cosine and of BM25, by conditional logit."""
    cases: list[tuple[Floats, Floats]] = []
    for question in questions:
        if question.document_id is None:
            continue
        candidates = knowledge.candidates(question.text, AS_OF)
        labels = np.array([_label(built, candidate, question) for candidate in candidates])
        if labels.any():
            cases.append((np.array([_signals(one) for one in candidates]) * _UNITS, labels))
    weights = np.ones(len(_UNITS))
    for _ in range(_STEPS):
        slope = sum((_slope(weights, *case) for case in cases), start=np.zeros(len(_UNITS)))
        weights += _RATE * (slope / len(cases) - _RIDGE * weights)
    return np.asarray(weights * _UNITS)


def _slope(weights: Floats, signals: Floats, labels: Floats) -> Floats:
    scores = signals @ weights
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    right = labels * chances
    return np.asarray((right / right.sum() - chances) @ signals)


def _label(built: BuiltIndex, candidate: Candidate, question: LabelledQuestion) -> float:
    passage = built.corpus.passages[candidate.position]
    if passage.document_id != question.document_id:
        return 0.0
    return 1.0 if passage.section == question.section else _OTHER_SECTION


def _signals(candidate: Candidate) -> tuple[float, ...]:
    signals = candidate.signals
    return signals.passage, signals.heading, signals.sentence, signals.lexical


def fit_answerable(
    knowledge: HybridKnowledge, answerable: Sequence[str], others: Sequence[str]
) -> tuple[float, float, float]:
    """Slope, intercept and the allowance for English of the chance of an answer."""
    rows = [_evidence(knowledge, text) for text in (*answerable, *others)]
    model = LogisticRegression(C=100.0, class_weight="balanced", max_iter=1000)
    model.fit(np.array(rows) * [10.0, 1.0], [True] * len(answerable) + [False] * len(others))
    slope, foreign = model.coef_[0].tolist()
    return slope * 10.0, float(model.intercept_[0]), foreign


def _evidence(knowledge: HybridKnowledge, text: str) -> tuple[float, float]:
    best = knowledge.candidates(text, AS_OF)[:3]
    sentence = max((one.signals.sentence for one in best), default=0.0)
    return sentence, float(is_foreign(normalised(text)))


def main() -> None:
    """Fit on the pack of the repository and print one JSON line."""
    encoder = SentenceEncoder()
    built = build_index(CONTENT, Path(sys.argv[1]), encoder)
    release = load(CONTENT)
    knowledge = built.knowledge(encoder, synonyms=release.lexicon.synonyms)
    tuning, _ = halves(read_labelled(QUESTIONS))
    asked = {
        intent: [example.text for example in release.examples if example.intent == intent]
        for intent in ("search_knowledge", "out_of_scope")
    }
    rank = fit_rank(built, knowledge, tuning)
    slope, intercept, foreign = fit_answerable(
        knowledge,
        [question.text for question in tuning if question.document_id] + asked["search_knowledge"],
        [question.text for question in tuning if not question.document_id] + asked["out_of_scope"],
    )
    fitted = {
        "passage": rank[0],
        "heading": rank[1],
        "sentence": rank[2],
        "lexical": rank[3],
        "slope": slope,
        "intercept": intercept,
        "foreign": foreign,
    }
    sys.stdout.write(json.dumps({name: round(value, 2) for name, value in fitted.items()}) + "\n")


if __name__ == "__main__":
    main()
