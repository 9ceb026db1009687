"""Fitting the scam model to the pack's examples: `guitai risk fit`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from actions.risk.logistic import Array, fit
from actions.risk.scam import MEANING_SCALE, SIGN_SCALE, ScamEars, ScamModel
from assistant.model.risk import ScamWords
from assistant.ports import Encoder

EXAMPLES: Final = "scam_examples.jsonl"
MODEL: Final = "scam_model.json"
LABEL: Final = "trained on sentences written for this pack; not on calls of real customers"
_PENALTY: Final = 1.0
_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class ScamExample:
    """One sentence; `scam` means the one who says it is being cheated, or cheats."""

    text: str
    scam: bool


def read_examples(path: Path) -> list[ScamExample]:
    """Read the pack's examples: {"text", "scam"} a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [ScamExample(str(row["text"]), bool(row["scam"])) for row in rows]


def fitted_from(examples: Sequence[ScamExample], words: ScamWords) -> str:
    """Hash over everything the weights depend on, first 16 characters."""
    content = json.dumps([[(e.text, e.scam) for e in examples], repr(words)], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def fit_model(
    examples: Sequence[ScamExample],
    words: ScamWords,
    encoder: Encoder,
    fingerprint: str,
    prepare: Callable[[str], str],
) -> ScamModel:
    """Fit both sets of weights.

    Args:
        examples: Both kinds, at least one of each.
        words: The pack's expressions.
        encoder: Embeddings of messages.
        fingerprint: Of the encoder's model.
        prepare: Brings a message to its standard form.
    """
    ears = ScamEars(words)
    texts = [prepare(example.text) for example in examples]
    labels = np.asarray([float(example.scam) for example in examples])
    signs = SIGN_SCALE * np.asarray([ears.hear(text).numbers(ears.order) for text in texts])
    vectors = np.asarray(encoder.encode(texts))
    mean = vectors.mean(axis=0).round(_DECIMALS)
    meaning = MEANING_SCALE * (vectors - mean)
    both, bias = fit(np.hstack([meaning, signs]), labels, _PENALTY)
    alone, bias_alone = fit(signs, labels, _PENALTY)
    width = meaning.shape[1]
    return ScamModel(
        label=LABEL,
        encoder=fingerprint,
        fitted_from=fitted_from(examples, words),
        mean=_plain(mean),
        meaning=_plain(both[:width]),
        signs=_plain(both[width:]),
        bias=round(bias, _DECIMALS),
        signs_alone=_plain(alone),
        bias_alone=round(bias_alone, _DECIMALS),
    )


def _plain(numbers: Array) -> tuple[float, ...]:
    return tuple(round(float(number), _DECIMALS) for number in numbers)
