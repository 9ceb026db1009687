"""When a folder that is not Chinese answers: weights of their own for the last of three models.

What separates an answer from a near miss is fitted on Chinese questions to a bank
(`knowledge.reranker`): rarity of Chinese nouns, the bank's own words, the level of the cosine
between Chinese sentences. None of it carries over. Ranking does, so only the probability that
the best sentence answers has other weights, over features that mean the same in any language.
`python -m evals.retrieval.fit_folder` fits them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any, Final

import numpy as np

from knowledge.reranker import ANSWER_NAMES, Model, Reranker, load_reranker

SOURCE: Final = "defaults/folder_answer.json"
NAMES: Final = (
    "cosine", "z_cosine", "heading", "words", "unknown_words", "bm25_share", "passage_share",
    "kind",
)  # fmt: skip


def folder_reranker(*, is_chinese: bool) -> Reranker:
    """Weights for a folder of documents.

    Args:
        is_chinese: Whether most of its passages are Chinese; those have the weights of the pack.

    Raises:
        ValueError: The file names a feature that this code does not have.
    """
    reranker = load_reranker()
    if is_chinese:
        return reranker
    stored: Mapping[str, Any] = json.loads(
        (files("knowledge") / SOURCE).read_text(encoding="utf-8")
    )
    weights = stored["weights"]
    if tuple(weights) != NAMES or not set(NAMES) <= set(ANSWER_NAMES):
        msg = f"{SOURCE}: the weights are of other features; fit them anew"
        raise ValueError(msg)
    row = np.array([float(weights.get(name, 0.0)) for name in ANSWER_NAMES])
    return replace(reranker, answer=Model(row, float(stored["intercept"])))
