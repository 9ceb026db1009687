"""Intent of a text: two heads over characters and meaning together, fused.

    text → pieces + embedding → network ┐
                              → ridge   ┴ geometric mean → probabilities

Trained at the first start, in seconds, on the examples and on what the bank calls its tasks, and
kept as plain arrays under the fingerprint of both and of the encoder. How each part was chosen
is measured in docs/understanding.md.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.model.release import Example
from assistant.ports import Classifier, Encoder, IntentScores
from assistant.understanding.classifier_features import Array, Features, Seen
from assistant.understanding.classifier_network import NetworkHead
from assistant.understanding.classifier_ridge import RidgeHead, fused

_VERSION: Final = "6"
OUT_OF_SCOPE: Final = "out_of_scope"
_RANKED: Final = 5
_FEWEST_INTENTS: Final = 2
_KEPT: Final = 2
"""Fitted models kept on disk, each tens of megabytes: the release in force and the one before."""


@dataclass(frozen=True, slots=True)
class JointClassifier:
    """Scores texts against the intents of one release.

    Attributes:
        labels: Intents, in the order of the columns of both heads.
    """

    labels: tuple[str, ...]
    encoder: Encoder
    features: Features
    network: NetworkHead
    ridge: RidgeHead

    def classify(self, text: str) -> IntentScores:
        """See the port."""
        vectors = np.asarray(self.encoder.encode([text]), dtype=np.float32)
        probabilities = self.probabilities([text], vectors)[0]
        order = np.argsort(-probabilities)[:_RANKED]
        ranked = tuple((self.labels[i], float(probabilities[i])) for i in order)
        known = 1.0
        if OUT_OF_SCOPE in self.labels:
            known -= float(probabilities[self.labels.index(OUT_OF_SCOPE)])
        return IntentScores(ranked=ranked, known=known)

    def probabilities(self, texts: Sequence[str], vectors: Array) -> Array:
        """One row a text, one column a label; `vectors` are the texts' embeddings."""
        seen = self.features.see(texts, vectors)
        return fused(self.network.probabilities(seen), self.ridge.probabilities(seen))


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
    labels: Mapping[str, Sequence[str]] | None = None,
) -> Classifier:
    """Fit the model, or load it when the same was fitted before.

    Args:
        examples: Training sentences.
        examples_encoder: Embeddings of the examples; remembers them.
        encoder: Embeddings of messages; the same model.
        prepare: The same normalisation messages get.
        cache: Folder for fitted weights and the encoder's fingerprint; None keeps nothing.
        labels: What each intent is called and described as. They are learnt like examples,
            which helps most where there are few; intents without examples are left out.
    """
    said = [(prepare(example.text), example.intent) for example in examples]
    intents = {intent for _, intent in said}
    if len(intents) < _FEWEST_INTENTS:
        return NothingTrained()
    named = labels or {}
    said.extend((prepare(t), i) for i, ts in sorted(named.items()) if i in intents for t in ts)
    texts, owners = [text for text, _ in said], [intent for _, intent in said]
    vectors = np.asarray(examples_encoder.encode(texts), dtype=np.float32)
    if cache is None:
        return fit(texts, owners, vectors, encoder)
    path = cache[0] / f"classifier-{_key(texts, owners, cache[1])}.npz"
    return fit(texts, owners, vectors, encoder, path)


def fit(
    texts: Sequence[str],
    intents: Sequence[str],
    vectors: Array,
    encoder: Encoder,
    path: Path | None = None,
) -> JointClassifier:
    """Fit both heads; see `train`.

    Args:
        texts: Prepared examples.
        intents: Each example's intent.
        vectors: Each example's embedding.
        encoder: Embeddings of messages.
        path: File of the fitted weights, read when it is there and whole, else written.
    """
    labels = tuple(sorted(set(intents)))
    numbers = np.searchsorted(labels, intents)
    features, seen = Features.fit(texts, vectors)
    kept = _load(path, seen) if path is not None else None
    network, ridge = kept or _fit_heads(seen, numbers, len(labels))
    if path is not None and kept is None:
        _keep(path, network, ridge)
    return JointClassifier(labels, encoder, features, network, ridge)


def _fit_heads(seen: Seen, numbers: NDArray[np.intp], count: int) -> tuple[NetworkHead, RidgeHead]:
    return NetworkHead.fit(seen, numbers, count), RidgeHead.fit(seen, numbers, count)


def _load(path: Path, seen: Seen) -> tuple[NetworkHead, RidgeHead] | None:
    """What was fitted before; None when it is not there or damaged: then it is fitted again."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            network = NetworkHead(kept["topics"], kept["first"], kept["second"])
            return network, RidgeHead.kept(seen, kept["duals"], float(kept["sharpness"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _keep(path: Path, network: NetworkHead, ridge: RidgeHead) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.stem}.part.npz")
    np.savez(
        temporary,
        topics=network.topics,
        first=network.first,
        second=network.second,
        duals=ridge.duals,
        sharpness=np.float64(ridge.sharpness),
    )
    temporary.replace(path)
    # Another process may tidy up at the same time; what then stays goes the next time.
    with suppress(FileNotFoundError):
        fitted = sorted(
            path.parent.glob("classifier-*[0-9a-f].npz"), key=lambda each: each.stat().st_mtime_ns
        )
        for old in fitted[:-_KEPT]:
            old.unlink()


def _key(texts: Sequence[str], intents: Sequence[str], encoder_fingerprint: str) -> str:
    content = json.dumps([_VERSION, encoder_fingerprint, texts, intents], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
