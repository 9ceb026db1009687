"""Answering a question from documents: searching and choosing what to quote."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np

from assistant.adapters.system import SystemClock
from assistant.ports import Knowledge
from assistant.response.grounded import ground
from channels.bootstrap import Brain
from channels.cli.progress import bar
from channels.settings import Settings
from evals.bench.library import fill_shelf
from evals.bench.made_up import MadeUpVectors
from evals.bench.measure import Measure, p50, p99, settle
from evals.bench.turns import READS
from evals.clock import BANK_DAY
from evals.retrieval.questions import LabelledQuestion, read_labelled
from knowledge.corpus import Corpus, build_corpus
from knowledge.folders import read_folder
from knowledge.index_chroma import open_index
from knowledge.retrieval import HybridKnowledge
from knowledge.vectors import VectorCache

_WARM_UP: Final = 5
_TOP: Final = 5
PASSAGES: Final = 10_000


async def measure_answers(brain: Brain, settings: Settings) -> list[Measure]:
    """Over the pack's own documents, and over a shelf of 10,000 passages."""
    questions = read_labelled(Path(str(files("evals"))) / "questions" / "first.jsonl")
    own = await _answers(brain.knowledge, [question.text for question in questions])
    folder = settings.data_dir / "bench"
    shelf = folder / "shelf"
    count = fill_shelf(settings.content_dir / "documents", shelf, PASSAGES)
    corpus = brain.built.corpus
    encoder = MadeUpVectors(brain.encoder, corpus.vectors)
    with bar("indexing the benchmark's shelf") as progress:
        cache = VectorCache(encoder)
        many_passages = build_corpus(read_folder(shelf), cache, progress=progress)
        index = open_index(
            many_passages.passages, many_passages.vectors, model=encoder.fingerprint, folder=folder
        )
    knowledge = HybridKnowledge(
        many_passages, index, encoder, synonyms=brain.release.lexicon.synonyms
    )
    settle()
    # Worded anew: a question asked before costs no embedding and would flatter the figures.
    many = await _answers(knowledge, [f"请问{question.text}" for question in questions])
    return [
        Measure(
            name="knowledge answer, the pack's documents",
            unit="ms",
            p50=p50(own),
            p99=p99(own),
            budget_p50=60,
            budget_p99=200,
            note=f"{len(questions)} questions, {len(corpus.passages)} passages",
        ),
        Measure(
            name="knowledge answer, 10,000 passages",
            unit="ms",
            p50=p50(many),
            p99=p99(many),
            budget_p50=80,
            budget_p99=250,
            peer=("BM25 alone", _words_alone(many_passages, questions)),
            note=f"{count} passages, most made up from the pack's sentences, as are their vectors",
        ),
    ]


async def _answers(knowledge: Knowledge, questions: Sequence[str]) -> list[float]:
    clock = SystemClock()
    durations: list[float] = []
    for question in (*READS[:_WARM_UP], *questions):
        started = clock.monotonic_ms()
        hits = await knowledge.search(question, as_of=BANK_DAY.date())
        ground(question, hits)
        durations.append(clock.monotonic_ms() - started)
    return durations[_WARM_UP:]


def _words_alone(corpus: Corpus, questions: tuple[LabelledQuestion, ...]) -> float:
    clock = SystemClock()
    durations: list[float] = []
    for question in questions:
        started = clock.monotonic_ms()
        np.argsort(-corpus.lexical.scores(question.text))[:_TOP]
        durations.append(clock.monotonic_ms() - started)
    return p50(durations)
