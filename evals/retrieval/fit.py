"""Fit the weights of `knowledge.reranker` and write `knowledge/defaults/reranker.json`.

Run as `python -m evals.retrieval.fit FOLDER`, with a folder for the index. Only the development
half of `evals/questions` is used, together with pairs made from the headings of the documents
(title and section ask for the passages below them) and the bank's training sentences:
questions as answerable, matters of other domains as not.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from assistant.model.release import Release
from evals.retrieval.measure import AS_OF, CONTENT, QUESTIONS
from evals.retrieval.questions import LabelledQuestion, read_labelled, split
from knowledge.chunking import Passage
from knowledge.embedding import SentenceEncoder
from knowledge.indexing import BuiltIndex, build_index, search_in
from knowledge.loader import load
from knowledge.reranker import Model, Reranker, dump_reranker, load_reranker
from knowledge.retrieval import Findings

Floats: TypeAlias = NDArray[np.float64]

_RIDGE: Final = 0.02
_OTHER_SECTION: Final = 0.15  # the right document counts, its right section counts more
_HEADING_WEIGHT: Final = 0.1  # a pair made from a heading is easier than a customer's question
_TRAINING_WEIGHT: Final = 0.25  # nobody checked which training questions the documents answer
_WRONG_WEIGHT: Final = 0.5  # a wrong sentence is no answer, though the documents have one
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
        headings = list(self._headings())
        found = self._findings(answerable)
        cases = [
            self._passages(one, question) for one, question in zip(found, answerable, strict=True)
        ]
        cases += [
            self._passages(one, question, _HEADING_WEIGHT)
            for one, question in zip(self._findings(headings), headings, strict=True)
        ]
        self.reranker = replace(self.reranker, passage=fit_choice(cases))
        found = self._findings(answerable)
        cases = [
            self._sentences(one, question) for one, question in zip(found, answerable, strict=True)
        ]
        self.reranker = replace(self.reranker, sentence=fit_choice(cases))
        self.reranker = replace(self.reranker, answer=self._answer(questions))
        return self.reranker

    def _answer(self, questions: Sequence[LabelledQuestion]) -> Model:
        rows: list[tuple[float, ...]] = []
        labels: list[bool] = []
        weights: list[float] = []
        for one, question in zip(self._findings(questions), questions, strict=True):
            if one.answer_features:
                rows.append(one.answer_features)
                labels.append(self._is_right(one, question))
                weights.append(1.0 if labels[-1] or not question.is_answerable else _WRONG_WEIGHT)
        for intent, label in (("search_knowledge", True), ("out_of_scope", False)):
            texts = [each.text for each in self._release.examples if each.intent == intent]
            for one in self._findings([unlabelled(text) for text in texts]):
                if one.answer_features:
                    rows.append(one.answer_features)
                    labels.append(label)
                    weights.append(_TRAINING_WEIGHT)
        return fit_answer(np.array(rows), labels, weights)

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

    def _passages(self, found: Findings, question: LabelledQuestion, weight: float = 1.0) -> Case:
        passages = [self._built.corpus.passages[one.position] for one in found.candidates]
        labels = [_worth(question, passage) for passage in passages]
        return Case(np.array([one.features for one in found.candidates]), np.array(labels), weight)

    def _sentences(self, found: Findings, question: LabelledQuestion) -> Case:
        labels = []
        for one in found.sentences:
            passage = self._built.corpus.passages[one.position]
            quote = passage.sentences[one.place].text
            right = question.is_right_quote(quote, passage.document_id, passage.version)
            labels.append(float(right) if question.wanted else 0.0)
        return Case(np.array([one.features for one in found.sentences]), np.array(labels))

    def _headings(self) -> Iterator[LabelledQuestion]:
        seen: set[tuple[str, str]] = set()
        for passage in self._built.corpus.passages:
            key = (passage.document_id, passage.section)
            if passage.effective_to is None and passage.section and key not in seen:
                seen.add(key)
                yield unlabelled(
                    f"{passage.title}{passage.section}", (passage.document_id,), (passage.section,)
                )


def unlabelled(
    text: str, documents: tuple[str, ...] = (), sections: tuple[str, ...] = ()
) -> LabelledQuestion:
    """A text as a question nobody wrote for this purpose."""
    return LabelledQuestion(text, text, documents, sections, (), "")


def _worth(question: LabelledQuestion, passage: Passage) -> float:
    if passage.document_id not in question.documents or question.version not in {
        "",
        passage.version,
    }:
        return 0.0
    last = passage.section.rsplit(" / ", maxsplit=1)[-1]
    is_section = not question.sections or {passage.section, last} & {*question.sections}
    return 1.0 if is_section else _OTHER_SECTION


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
