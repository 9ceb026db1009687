"""Fit the weights of `knowledge.reranker`; write `reranker.json` and `asked.npz` of the package.

Run as `python -m evals.retrieval.fit FOLDER`, with a folder for the index. Only the development
half of `evals/questions` is used; for telling what can be answered also `evals/questions/asked`
and the bank's training sentences: questions as answerable, matters of other domains as not. With
`--answer` ranking stays as it is and only whether to answer is fitted
(`evals.retrieval.fit_subject`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from assistant.model.release import Release
from evals.retrieval.fit_subject import Seen, fit_answer, fit_subject
from evals.retrieval.measure import AS_OF, CONTENT, QUESTIONS
from evals.retrieval.questions import LabelledQuestion, read_labelled, split
from knowledge.asked import FILE, Heard, dump_asked, read_asked
from knowledge.chunking import Passage
from knowledge.embedding import SentenceEncoder
from knowledge.hits import Findings
from knowledge.indexing import BuiltIndex, build_index, search_in
from knowledge.loader import load
from knowledge.reranker import (
    ANSWER_NAMES,
    RARITY_NAMES,
    Model,
    dump_reranker,
    load_reranker,
)

Floats: TypeAlias = NDArray[np.float64]

_RIDGE: Final = 0.02
_OTHER_SECTION: Final = 0.15  # the right document counts, its right section counts more
_TRAINING_WEIGHT: Final = 0.25  # nobody checked which training questions the documents answer
_WRONG_WEIGHT: Final = 0.5  # a wrong sentence is no answer, though the documents have one
_LEAST: Final = 1e-6
_ONLY_ANSWER: Final = "--answer"
TARGET: Final = Path("knowledge/defaults/reranker.json")
ASKED: Final = QUESTIONS / "asked"


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


class Fitting:
    """An index, and the questions to learn from."""

    def __init__(self, built: BuiltIndex, release: Release, encoder: SentenceEncoder) -> None:
        """Start with the weights of the package, which only say what is looked at."""
        self._built = built
        self._release = release
        self._encoder = encoder
        self.reranker = load_reranker()

    def rank(self, questions: Sequence[LabelledQuestion]) -> None:
        """Fit passages, then sentences as these are ranked."""
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

    def weigh(
        self, questions: Sequence[LabelledQuestion], more: Sequence[LabelledQuestion]
    ) -> None:
        """Fit the probability, as sentences are ranked.

        Args:
            questions: Labelled; the threshold holds for these.
            more: Of which only is known whether the documents answer them.
        """
        seen = self._seen(questions, more)
        own = seen.is_own
        weights = np.where(seen.right | ~seen.answerable, 1.0, _WRONG_WEIGHT)
        weights = np.where(own, weights, seen.weights)
        right = seen.right | (seen.answerable & ~own)
        known = own | (seen.weights < 1.0)
        rows = seen.rows[known]
        rows[:, [ANSWER_NAMES.index(name) for name in RARITY_NAMES]] = 0.0
        answer = fit_answer(rows, list(right[known]), list(weights[known]))
        subject = fit_subject(seen, self._encoder.fingerprint)
        self.reranker = replace(self.reranker, answer=answer, subject=subject)

    def _seen(
        self, questions: Sequence[LabelledQuestion], more: Sequence[LabelledQuestion]
    ) -> Seen:
        training = [
            unlabelled(each.text, ("",) if each.intent == "search_knowledge" else ())
            for each in self._release.examples
            if each.intent in {"search_knowledge", "out_of_scope"}
        ]
        asked = [*questions, *more, *training]
        trained = len(questions) + len(more)
        kept = [
            (place, one, question)
            for place, (one, question) in enumerate(zip(self._findings(asked), asked, strict=True))
            if one.answer_features
        ]
        places = np.array([place for place, _, _ in kept])
        return Seen(
            rows=np.array([one.answer_features for _, one, _ in kept]),
            heard=[
                Heard(one.question.text, one.unsaid, one.question.vector.astype(np.float64))
                for _, one, _ in kept
            ],
            right=np.array([self._is_right(one, question) for _, one, question in kept]),
            answerable=np.array([question.is_answerable for _, _, question in kept]),
            weights=np.where(places < trained, 1.0, _TRAINING_WEIGHT),
            is_own=places < len(questions),
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
    given = [each for each in sys.argv[1:] if each != _ONLY_ANSWER]
    content = Path(given[1]) if len(given) > 1 else CONTENT
    encoder = SentenceEncoder()
    built = build_index(content, Path(given[0]), encoder)
    development, _ = split(read_labelled(QUESTIONS))
    fitting = Fitting(built, load(content), encoder)
    if _ONLY_ANSWER not in sys.argv:
        fitting.rank(development)
    fitting.weigh(development, read_labelled(ASKED))
    reranker = fitting.reranker
    if reranker.subject is not None:
        stored = dump_asked(reranker.subject.asked)
        (TARGET.parents[1] / FILE).write_bytes(stored)
        subject = replace(reranker.subject, asked=read_asked(stored))
        reranker = replace(reranker, subject=subject)
    about = {"fitted_by": "python -m evals.retrieval.fit", "questions": len(development)}
    TARGET.write_text(dump_reranker(reranker, about), encoding="utf-8")
    sys.stdout.write(f"{TARGET}\n")


if __name__ == "__main__":
    main()
