"""Fit the weights of `knowledge.reranker` and write `knowledge/defaults/reranker.json`.

Run as `python -m evals.retrieval.fit FOLDER`, with a folder for the index. Only the development
half of `evals/questions` is used, and for telling what can be answered the bank's training
sentences too: questions as answerable, matters of other domains as not.

What a question alone tells (`Subject`) is fitted so that it cannot praise itself: its log-odds of
a question come from a fit without that question, and the probability is moved so that by such
fits no more than `_REFUSED` of the answerable development questions fall below the threshold.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from assistant.model.release import Release
from assistant.response.grounded import Thresholds
from evals.retrieval.measure import AS_OF, CONTENT, QUESTIONS
from evals.retrieval.questions import LabelledQuestion, read_labelled, split
from knowledge.chunking import Passage
from knowledge.embedding import SentenceEncoder
from knowledge.hits import Findings
from knowledge.indexing import BuiltIndex, build_index, search_in
from knowledge.loader import load
from knowledge.reranker import Model, Reranker, Subject, dump_reranker, load_reranker

Floats: TypeAlias = NDArray[np.float64]

_RIDGE: Final = 0.02
_OTHER_SECTION: Final = 0.15  # the right document counts, its right section counts more
_TRAINING_WEIGHT: Final = 0.25  # nobody checked which training questions the documents answer
_WRONG_WEIGHT: Final = 0.5  # a wrong sentence is no answer, though the documents have one
_HALF_ANSWERED: Final = 0.3  # the documents answer it, the sentence chosen does not
_REFUSED: Final = 0.04
_FOLDS: Final = 5
_LEAST: Final = 1e-6
TARGET: Final = Path("knowledge/defaults/reranker.json")


@dataclass(frozen=True, slots=True)
class Case:
    """One question as a choice: rows of features, how right each is, what the case counts."""

    rows: Floats
    labels: Floats
    weight: float = 1.0


def fit_choice(cases: Sequence[Case], ridge: float = _RIDGE) -> Model:
    """Weights of a conditional logit: the right rows should hold the probability."""
    used = [case for case in cases if case.labels.any()]
    every = np.vstack([case.rows for case in used])
    spread = np.where(every.std(axis=0) > _LEAST, every.std(axis=0), 1.0)
    scaled = [(case.rows / spread, case.labels, case.weight) for case in used]
    total = sum(case.weight for case in used)

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = ridge * float(weights @ weights), 2 * ridge * weights
        for rows, labels, weight in scaled:
            scores = rows @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            right = labels * chances
            held = right.sum() + _LEAST
            value -= weight * float(np.log(held)) / total
            slope -= weight * ((right / held - chances) @ rows) / total
        return value, slope

    found = minimize(loss, np.zeros(every.shape[1]), jac=True, method="L-BFGS-B")
    return Model(np.asarray(found.x / spread))


def fit_answer(rows: Floats, labels: Sequence[bool], weights: Sequence[float]) -> Model:
    """Weights of a logistic regression: is the chosen sentence an answer."""
    spread = np.where(rows.std(axis=0) > _LEAST, rows.std(axis=0), 1.0)
    model = LogisticRegression(C=1.0, max_iter=5000)
    model.fit(rows / spread, list(labels), sample_weight=list(weights))
    return Model(np.asarray(model.coef_[0] / spread), float(model.intercept_[0]))


@dataclass(frozen=True, slots=True)
class Seen:
    """Questions with what was found for them, one row each.

    Attributes:
        rows: Features of answering.
        vectors: Of the questions.
        right: Whether the first sentence answers.
        answerable: Whether the documents do.
        is_own: Whether it is a development question, not a training sentence.
    """

    rows: Floats
    vectors: Floats
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]
    is_own: NDArray[np.bool_]


def fit_subject(seen: Seen, encoder: str) -> Subject:
    """What the question alone tells, and the probability with it, held to `_REFUSED`."""
    weights = np.where(seen.is_own, 1.0, _TRAINING_WEIGHT)
    counted = weights * np.where(seen.answerable & ~seen.right, _HALF_ANSWERED, 1.0)
    asked = np.zeros(len(weights))
    logits = np.zeros(len(weights))
    for rest, held in _folds(seen.answerable):
        asked[held] = _fit_asked(seen.vectors[rest], seen.answerable[rest], weights[rest]).scores(
            seen.vectors[held]
        )
    rows = np.column_stack([seen.rows, asked])
    for rest, held in _folds(seen.answerable):
        model = fit_answer(rows[rest], list(seen.answerable[rest]), list(counted[rest]))
        logits[held] = model.scores(rows[held])
    own = seen.answerable & seen.is_own
    lowest = float(np.quantile(logits[own], _REFUSED))
    refused = (logits < lowest)[seen.is_own & ~seen.answerable].mean()
    sys.stderr.write(f"by fits without the question: {refused:.1%} unanswerable refused\n")
    model = fit_answer(rows, list(seen.answerable), list(counted))
    threshold = Thresholds().answer
    moved = math.log(threshold / (1 - threshold)) - lowest
    return Subject(
        encoder,
        _fit_asked(seen.vectors, seen.answerable, weights),
        replace(model, intercept=model.intercept + moved),
    )


def _folds(labels: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.int_], NDArray[np.int_]]]:
    parts = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    yield from parts.split(np.zeros(len(labels)), labels)


def _fit_asked(vectors: Floats, answerable: NDArray[np.bool_], weights: Floats) -> Model:
    model = LogisticRegression(C=10.0, max_iter=5000, class_weight="balanced")
    model.fit(vectors, answerable, sample_weight=weights)
    return Model(np.asarray(model.coef_[0]), float(model.intercept_[0]))


class Fitting:
    """An index, and the questions to learn from."""

    def __init__(self, built: BuiltIndex, release: Release, encoder: SentenceEncoder) -> None:
        """Start with the weights of the package, which only say what is looked at."""
        self._built = built
        self._release = release
        self._encoder = encoder
        self.reranker = load_reranker()

    def run(self, questions: Sequence[LabelledQuestion]) -> Reranker:
        """Fit passages, then sentences as these are ranked, then the probability."""
        answerable = [question for question in questions if question.is_answerable]
        found = self._findings(answerable)
        cases = [
            self._passages(one, question) for one, question in zip(found, answerable, strict=True)
        ]
        self.reranker = replace(self.reranker, passage=fit_choice(cases))
        found = self._findings(answerable)
        cases = [
            self._sentences(one, question) for one, question in zip(found, answerable, strict=True)
        ]
        self.reranker = replace(self.reranker, sentence=fit_choice(cases))
        seen = self._seen(questions)
        weights = np.where(seen.right | ~seen.answerable, 1.0, _WRONG_WEIGHT)
        weights = np.where(seen.is_own, weights, _TRAINING_WEIGHT)
        right = seen.right | (seen.answerable & ~seen.is_own)
        answer = fit_answer(seen.rows, list(right), list(weights))
        subject = fit_subject(seen, self._encoder.fingerprint)
        return replace(self.reranker, answer=answer, subject=subject)

    def _seen(self, questions: Sequence[LabelledQuestion]) -> Seen:
        training = [
            (unlabelled(each.text), each.intent == "search_knowledge")
            for each in self._release.examples
            if each.intent in {"search_knowledge", "out_of_scope"}
        ]
        asked = [*questions, *(question for question, _ in training)]
        answerable = [*(q.is_answerable for q in questions), *(label for _, label in training)]
        kept = [
            (one, question, label, place < len(questions))
            for place, (one, question, label) in enumerate(
                zip(self._findings(asked), asked, answerable, strict=True)
            )
            if one.answer_features
        ]
        return Seen(
            rows=np.array([one.answer_features for one, _, _, _ in kept]),
            vectors=np.array([one.question.vector for one, _, _, _ in kept], dtype=np.float64),
            right=np.array([own and self._is_right(one, q) for one, q, _, own in kept]),
            answerable=np.array([label for _, _, label, _ in kept]),
            is_own=np.array([own for _, _, _, own in kept]),
        )

    def _is_right(self, found: Findings, question: LabelledQuestion) -> bool:
        best = found.sentences[0]
        passage = self._built.corpus.passages[best.position]
        quote = passage.sentences[best.place].text
        return question.is_right_quote(quote, passage.document_id, passage.version)

    def _findings(self, questions: Sequence[LabelledQuestion]) -> list[Findings]:
        knowledge = search_in(self._built, self._encoder, self._release, reranker=self.reranker)
        return [
            knowledge.findings(question.text, AS_OF, before=question.context)
            for question in questions
        ]

    def _passages(self, found: Findings, question: LabelledQuestion) -> Case:
        passages = [self._built.corpus.passages[one.position] for one in found.candidates]
        labels = [_worth(question, passage) for passage in passages]
        return Case(np.array([one.features for one in found.candidates]), np.array(labels))

    def _sentences(self, found: Findings, question: LabelledQuestion) -> Case:
        labels = []
        for one in found.sentences:
            passage = self._built.corpus.passages[one.position]
            quote = passage.sentences[one.place].text
            right = question.is_right_quote(quote, passage.document_id, passage.version)
            labels.append(float(right) if question.wanted else 0.0)
        return Case(np.array([one.features for one in found.sentences]), np.array(labels))


def unlabelled(
    text: str, documents: tuple[str, ...] = (), sections: tuple[str, ...] = ()
) -> LabelledQuestion:
    """A text as a question nobody wrote for this purpose."""
    return LabelledQuestion(text, text, documents, sections, (), "")


def _worth(question: LabelledQuestion, passage: Passage) -> float:
    if question.is_right_section(passage):
        return 1.0
    return _OTHER_SECTION if question.is_right_document(passage) else 0.0


def main() -> None:
    """Fit on a pack, the repository's by default, and write the weights."""
    content = Path(sys.argv[2]) if len(sys.argv) > 2 else CONTENT  # noqa: PLR2004 - two arguments
    encoder = SentenceEncoder()
    built = build_index(content, Path(sys.argv[1]), encoder)
    development, _ = split(read_labelled(QUESTIONS))
    reranker = Fitting(built, load(content), encoder).run(development)
    about = {"fitted_by": "python -m evals.retrieval.fit", "questions": len(development)}
    TARGET.write_text(dump_reranker(reranker, about), encoding="utf-8")
    sys.stdout.write(f"{TARGET}\n")


if __name__ == "__main__":
    main()
