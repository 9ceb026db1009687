"""Intent of a text: one linear model over characters and meaning together.

Features are character n-grams (TF-IDF) beside the sentence embedding, centred and scaled so that
both pull equally. Cross-validated on the sample bank's examples this joint model was right more
often than either half or their average (docs/understanding.md). It is trained at the first start,
in seconds, and kept as plain arrays under the fingerprint of examples and encoder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from assistant.model.release import Example
from assistant.ports import Classifier, Encoder, IntentScores

Array = NDArray[np.float32]

_VERSION: Final = "4"
_NGRAMS: Final = (1, 3)
_MEANING_WEIGHT: Final = 4.0
_INVERSE_REGULARISATION: Final = 30.0
"""Chosen by five-fold cross-validation on the training examples; see docs/understanding.md."""
OUT_OF_SCOPE: Final = "out_of_scope"
_RANKED: Final = 5
_FEWEST_INTENTS: Final = 2


@dataclass(slots=True)
class JointClassifier:
    """Scores texts against the intents of one release.

    Attributes:
        labels: Intents, in the order of the rows of the weights.
        centre: Mean embedding of the examples.
        letters: Weights of the n-grams, one row an intent.
        meaning: Weights of the embedding, one row an intent.
    """

    labels: tuple[str, ...]
    encoder: Encoder
    vectorizer: TfidfVectorizer
    centre: Array
    letters: Array
    meaning: Array
    bias: Array

    def classify(self, text: str) -> IntentScores:
        """See the port."""
        vector = np.asarray(self.encoder.encode([text])[0], dtype=np.float32)
        counts = self.vectorizer.transform([text])
        scores = self.bias + self.meaning @ ((vector - self.centre) * _MEANING_WEIGHT)
        scores += self.letters[:, counts.indices] @ counts.data
        probabilities = _softmax(scores)
        order = np.argsort(-probabilities)[:_RANKED]
        ranked = tuple((self.labels[i], float(probabilities[i])) for i in order)
        known = 1.0
        if OUT_OF_SCOPE in self.labels:
            known -= float(probabilities[self.labels.index(OUT_OF_SCOPE)])
        return IntentScores(ranked=ranked, known=known)


class NothingTrained:
    """Stands in where a pack has no examples to train on: rules and buttons still work."""

    def classify(self, text: str) -> IntentScores:
        """See the port; nothing is ever likely."""
        return IntentScores(ranked=(("", 0.0),), known=0.0 if text else 1.0)


def train(
    examples: Sequence[Example],
    examples_encoder: Encoder,
    encoder: Encoder,
    prepare: Callable[[str], str],
    cache: tuple[Path, str] | None = None,
) -> Classifier:
    """Fit the model, or load it when the same was fitted before.

    Args:
        examples: Training sentences.
        examples_encoder: Embeddings of the examples; remembers them.
        encoder: Embeddings of messages; the same model.
        prepare: The same normalisation messages get.
        cache: Folder for fitted weights and the encoder's fingerprint; None keeps nothing.
    """
    texts = [prepare(example.text) for example in examples]
    intents = [example.intent for example in examples]
    labels = tuple(sorted(set(intents)))
    if len(labels) < _FEWEST_INTENTS:
        return NothingTrained()
    vectorizer = TfidfVectorizer(
        analyzer="char", ngram_range=_NGRAMS, sublinear_tf=True, dtype=np.float32
    )
    counts = vectorizer.fit_transform(texts)
    path = cache[0] / f"classifier-{_key(texts, intents, cache[1])}.npz" if cache else None
    if path is not None and path.exists():
        kept = np.load(path, allow_pickle=False)
        weights, bias, centre = kept["weights"], kept["bias"], kept["centre"]
    else:
        vectors = np.asarray(examples_encoder.encode(texts), dtype=np.float32)
        centre = vectors.mean(axis=0)
        meaning = sparse.csr_matrix((vectors - centre) * _MEANING_WEIGHT)
        weights, bias = _fit(sparse.hstack([counts, meaning]).tocsr(), intents)
        if path is not None:
            _keep(path, weights=weights, bias=bias, centre=centre)
    width = counts.shape[1]
    return JointClassifier(
        labels, encoder, vectorizer, centre, weights[:, :width], weights[:, width:], bias
    )


def _fit(features: sparse.csr_matrix, intents: Sequence[str]) -> tuple[Array, Array]:
    model = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=300, tol=1e-3)
    model.fit(features, intents)
    weights = np.asarray(model.coef_, dtype=np.float32)
    bias = np.asarray(model.intercept_, dtype=np.float32)
    if len(weights) == 1:  # two intents: scikit-learn keeps one row, for the second
        return np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return weights, bias


def _keep(path: Path, **arrays: Array) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.stem}.part.npz")
    np.savez(temporary, **arrays)  # type: ignore[arg-type]  # numpy types its flag as a keyword too
    temporary.replace(path)


def _softmax(scores: Array) -> Array:
    shifted = np.exp(scores - scores.max())
    result: Array = (shifted / shifted.sum()).astype(np.float32)
    return result


def _key(texts: Sequence[str], intents: Sequence[str], encoder_fingerprint: str) -> str:
    settings = [_VERSION, _MEANING_WEIGHT, _INVERSE_REGULARISATION, encoder_fingerprint]
    content = json.dumps([*settings, texts, intents], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
