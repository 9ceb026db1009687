"""The learned reranker: passages, then sentences, then whether to answer at all.

Three small linear models over the features of `knowledge.features`. The first two are
conditional logit models (which of these is the right one), the third a logistic regression
(is the chosen sentence an answer). For the bank's own pack a fourth looks at the question alone
(`knowledge.asked`): does it sound like what customers ask this bank's documents, or like the
weather, a balance, another bank. `python -m evals.retrieval.fit` fits them on the development half
of `evals/questions` and writes `reranker.json` and `asked.npz`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.asked import Asked, Heard, fingerprint, packaged
from knowledge.features import PASSAGE_NAMES, SENTENCE_NAMES

Floats = NDArray[np.float64]
RARITY_NAMES: Final = (
    "missing", "missing_in_sentence", "missing_known", "missing_known_in_sentence",
    "missing_everywhere",
)  # fmt: skip
"""Sums in nats: how high they are hangs on the size of the library, so they count only for the
documents they were fitted on."""
ANSWER_NAMES: Final = (
    "cosine", "z_cosine", "passage_share", "sentence_margin", "words", "own_words",
    "unknown_words", "term", "term_conflict", "range", "kind", "is_foreign", "is_outside",
    "heading", "canonical", "foreign_cosine", "foreign_unknown", "bm25_share", "is_future",
    "things", "things_in_sentence", "rarest_missing", *RARITY_NAMES,
)  # fmt: skip
ASKED_NAME: Final = "asked"
_FILE: Final = "defaults/reranker.json"
_FAR: Final = 50.0


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of one linear model, in the order of its names."""

    weights: Floats
    intercept: float = 0.0

    def scores(self, rows: Sequence[Sequence[float]] | Floats) -> Floats:
        """Log-odds of each row."""
        if not len(rows):
            return np.zeros(0)
        return np.asarray(np.asarray(rows, dtype=np.float64) @ self.weights + self.intercept)

    def probability(self, row: Sequence[float]) -> float:
        """Probability, 0 to 1, of one row."""
        logit = float(np.asarray(row, dtype=np.float64) @ self.weights) + self.intercept
        return 1.0 / (1.0 + math.exp(-max(-_FAR, min(_FAR, logit))))


@dataclass(frozen=True, slots=True)
class Subject:
    """What the questions themselves tell, for documents whose questions are known.

    Attributes:
        encoder: Fingerprint of the model the vectors are of; those of another say nothing here.
        asked: How far a question lies on the side of those that the documents answer.
        answer: As that of the reranker, with this distance after the features.
    """

    encoder: str
    asked: Asked
    answer: Model


@dataclass(frozen=True, slots=True)
class Reranker:
    """The models; without `subject` questions are told apart by what was found alone."""

    passage: Model
    sentence: Model
    answer: Model
    subject: Subject | None = None

    def chance(self, features: Sequence[float], heard: Heard, encoder: str | None) -> float:
        """Probability that the best sentence answers.

        Args:
            features: In the order of ANSWER_NAMES.
            heard: The question.
            encoder: Fingerprint of the model of its vector; None for documents other than the
                bank's own.
        """
        if self.subject is None or self.subject.encoder != encoder:
            return self.answer.probability(features)
        return self.subject.answer.probability([*features, self.subject.asked.margin(heard)])


def load_reranker(text: str | None = None) -> Reranker:
    """Read the fitted weights; those of the package when no text is given.

    Raises:
        ValueError: The file has other features than this code, or belongs to other known
            questions than the package's.
    """
    content = text or (files("knowledge") / _FILE).read_text(encoding="utf-8")
    stored: Mapping[str, Any] = json.loads(content)
    return Reranker(
        passage=_model(stored["passage"], PASSAGE_NAMES),
        sentence=_model(stored["sentence"], SENTENCE_NAMES),
        answer=_model(stored["answer"], ANSWER_NAMES),
        subject=_subject(stored["subject"]) if "subject" in stored else None,
    )


def _subject(stored: Mapping[str, Any]) -> Subject:
    asked = packaged()
    if stored["asked"] != fingerprint(asked):
        msg = f"{_FILE}: the weights are of other known questions; fit them anew"
        raise ValueError(msg)
    return Subject(
        encoder=stored["encoder"],
        asked=asked,
        answer=_model(stored["answer"], (*ANSWER_NAMES, ASKED_NAME)),
    )


def dump_reranker(reranker: Reranker, about: Mapping[str, Any]) -> str:
    """The weights as the text of `reranker.json`."""
    models: dict[str, Any] = {
        "passage": _stored(reranker.passage, PASSAGE_NAMES),
        "sentence": _stored(reranker.sentence, SENTENCE_NAMES),
        "answer": _stored(reranker.answer, ANSWER_NAMES),
    }
    if reranker.subject is not None:
        models["subject"] = {
            "encoder": reranker.subject.encoder,
            "answer": _stored(reranker.subject.answer, (*ANSWER_NAMES, ASKED_NAME)),
            "asked": fingerprint(reranker.subject.asked),
        }
    return json.dumps({"about": about, **models}, ensure_ascii=False, indent=1) + "\n"


def _model(stored: Mapping[str, Any], names: Sequence[str]) -> Model:
    weights = stored["weights"]
    if tuple(weights) != tuple(names):
        msg = f"{_FILE}: the weights are of other features; fit them anew"
        raise ValueError(msg)
    return Model(np.array([weights[name] for name in names]), float(stored["intercept"]))


def _stored(model: Model, names: Sequence[str]) -> Mapping[str, Any]:
    rounded = {name: round(float(w), 4) for name, w in zip(names, model.weights, strict=True)}
    return {"weights": rounded, "intercept": round(model.intercept, 4)}


def softmax(scores: Floats) -> Floats:
    """Shares of one, from log-odds."""
    if not len(scores):
        return scores
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())
