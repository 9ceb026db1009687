"""Fit when a sentence of an English folder answers: `knowledge/defaults/folder_answer.json`.

Run as `python -m evals.retrieval.fit_folder FOLDER`, with a folder for vectors. Learns from
`evals/folders/gym` alone: its questions with and without an answer, and each answerable one
once more with the document that answers it taken away. `evals/folders/library` is kept apart.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from evals.retrieval.fit_subject import fit_answer
from evals.retrieval.measure import AS_OF
from evals.retrieval.questions import LabelledQuestion, read_labelled
from knowledge.corpus import build_corpus
from knowledge.documents import Document
from knowledge.embedding import SentenceEncoder
from knowledge.folder_answer import NAMES, SOURCE
from knowledge.folders import read_folder
from knowledge.index_chroma import open_index
from knowledge.reranker import ANSWER_NAMES
from knowledge.retrieval import HybridKnowledge
from knowledge.vectors import VectorCache

FOLDERS: Final = Path("evals/folders")
_TAKEN_AWAY: Final = 0.5  # another document may answer in part
TARGET: Final = Path("knowledge") / SOURCE


def main() -> None:
    """Fit and write the weights."""
    documents = read_folder(FOLDERS / "gym")
    questions = read_labelled(FOLDERS / "gym.jsonl")
    encoder = SentenceEncoder()
    cache = VectorCache(encoder, own=Path(sys.argv[1]))
    rows, labels, weights = [], [], []
    for row, label, weight in _cases(documents, questions, encoder, cache):
        rows.append([row[ANSWER_NAMES.index(name)] for name in NAMES])
        labels.append(label)
        weights.append(weight)
    model = fit_answer(np.array(rows), labels, weights)
    stored = {name: round(float(w), 4) for name, w in zip(NAMES, model.weights, strict=True)}
    about = {"fitted_by": "python -m evals.retrieval.fit_folder", "questions": len(questions)}
    content = {"about": about, "weights": stored, "intercept": round(model.intercept, 4)}
    TARGET.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{TARGET}\n")


def _cases(
    documents: Sequence[Document],
    questions: Sequence[LabelledQuestion],
    encoder: SentenceEncoder,
    cache: VectorCache,
) -> Iterator[tuple[Sequence[float], bool, float]]:
    """Features of the best sentence, whether it answers, and what the case counts."""
    everything = _knowledge(documents, encoder, cache)
    for question in questions:
        found = everything.findings(question.text, AS_OF)
        yield found.answer_features, question.is_answerable, 1.0
    for name in sorted({one.document_id for one in documents}):
        rest = _knowledge([one for one in documents if one.document_id != name], encoder, cache)
        for question in questions:
            if name in question.documents:
                found = rest.findings(question.text, AS_OF)
                yield found.answer_features, False, _TAKEN_AWAY


def _knowledge(
    documents: Sequence[Document], encoder: SentenceEncoder, cache: VectorCache
) -> HybridKnowledge:
    corpus = build_corpus(documents, cache)
    index = open_index(corpus.passages, corpus.vectors, model=encoder.fingerprint)
    return HybridKnowledge(corpus, index, encoder)


if __name__ == "__main__":
    main()
