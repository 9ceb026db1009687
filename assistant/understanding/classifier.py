"""Intent of a text: two linear models averaged, one on sentence embeddings, one on characters.

Trained at the first start from the release's examples, in seconds, and kept as plain arrays
under the fingerprint of examples and encoder. Averaging a linear model on multilingual-e5-small
with one on character n-grams beat either alone and Rasa's DIET on two public sets; the embedding
model alone is the better judge of whether a text is about the bank at all (docs/understanding.md).
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
from assistant.ports import Encoder, IntentScores

Array = NDArray[np.float32]

_VERSION: Final = "3"
_EMBEDDING_C: Final = 20.0
_NGRAM_C: Final = 30.0
"""Inverse regularisation, chosen by cross-validation on the training examples."""
_NGRAMS: Final = (1, 4)
_SHARPNESS: Final = 1.0
OUT_OF_SCOPE: Final = "out_of_scope"
_RANKED: Final = 5


@dataclass(slots=True)
class FusedClassifier:
    """Scores texts against the intents of one release.

    Attributes:
        labels: Intents, in the order of the probability columns.
    """

    labels: tuple[str, ...]
    encoder: Encoder
    vectorizer: TfidfVectorizer
    embedding_weights: Array
    embedding_bias: Array
    ngram_weights: Array
    ngram_bias: Array

    def classify(self, text: str) -> IntentScores:
        """See the port."""
        vector = np.asarray(self.encoder.encode([text])[0], dtype=np.float32)
        by_meaning = _softmax(self.embedding_weights @ vector + self.embedding_bias)
        counts = self.vectorizer.transform([text])
        by_letters = _softmax(np.asarray(counts @ self.ngram_weights.T).ravel() + self.ngram_bias)
        fused = (by_meaning + by_letters) / 2
        order = np.argsort(-fused)[:_RANKED]
        ranked = tuple((self.labels[i], float(fused[i])) for i in order)
        outside = self.labels.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in self.labels else None
        known = float(by_meaning.max())
        if outside is not None:
            known = 1 - float(by_meaning[outside])
        return IntentScores(ranked=ranked, known=known)


def train(
    examples: Sequence[Example],
    encoder: Encoder,
    prepare: Callable[[str], str],
    cache: Path | None = None,
    encoder_fingerprint: str = "",
) -> FusedClassifier:
    """Fit both models, or load them when the same were fitted before.

    Args:
        examples: Training sentences of at least two intents.
        encoder: Sentence embeddings; should remember the vectors of the examples.
        prepare: The same normalisation messages get.
        cache: Folder for fitted weights; None keeps nothing.
        encoder_fingerprint: Vectors of another encoder make another model.
    """
    texts = [prepare(example.text) for example in examples]
    intents = [example.intent for example in examples]
    labels = tuple(sorted(set(intents)))
    vectorizer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=_NGRAMS, sublinear_tf=True, dtype=np.float32
    )
    counts = vectorizer.fit_transform(texts)
    key = _key(texts, intents, encoder_fingerprint)
    path = cache / f"classifier-{key}.npz" if cache else None
    if path is not None and path.exists():
        kept = np.load(path, allow_pickle=False)
        weights = [kept[name] for name in ("ew", "eb", "nw", "nb")]
    else:
        vectors = np.asarray(encoder.encode(texts), dtype=np.float32)
        weights = [
            *_fit(vectors, intents, _EMBEDDING_C),
            *_fit(counts, intents, _NGRAM_C),
        ]
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(".tmp.npz")
            np.savez(temporary, ew=weights[0], eb=weights[1], nw=weights[2], nb=weights[3])
            temporary.replace(path)
    return FusedClassifier(labels, encoder, vectorizer, *weights)


def _fit(
    features: Array | sparse.csr_matrix, intents: Sequence[str], inverse_regularisation: float
) -> tuple[Array, Array]:
    model = LogisticRegression(C=inverse_regularisation, max_iter=200, tol=1e-3)
    model.fit(features, intents)
    weights = np.asarray(model.coef_, dtype=np.float32)
    bias = np.asarray(model.intercept_, dtype=np.float32)
    if len(weights) == 1:  # two intents: scikit-learn keeps one row for the second
        return np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return weights, bias


def _softmax(scores: Array) -> Array:
    shifted = np.exp((scores - scores.max()) * _SHARPNESS)
    result: Array = (shifted / shifted.sum()).astype(np.float32)
    return result


def _key(texts: Sequence[str], intents: Sequence[str], encoder_fingerprint: str) -> str:
    content = json.dumps(
        [
            _VERSION,
            _EMBEDDING_C,
            _NGRAM_C,
            encoder_fingerprint,
            list(zip(texts, intents, strict=True)),
        ],
        ensure_ascii=False,
    )
    return hashlib.sha256(content.encode()).hexdigest()[:16]
