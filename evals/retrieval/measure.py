"""Score a knowledge index against labelled questions.

Run as `python -m evals.retrieval.measure`: prints one JSON line for each half of
`evals/questions/first.jsonl`, the half the weights were tuned on and the half kept apart.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from assistant.ports.knowledge import Knowledge, PassageHit
from assistant.response.grounded import GroundedAnswer, Thresholds, ground
from evals.retrieval.questions import LabelledQuestion, halves, read_labelled
from knowledge.embedding import SentenceEncoder
from knowledge.indexing import build_index
from knowledge.loader import load

QUESTIONS = Path("evals/questions/first.jsonl")
CONTENT = Path("knowledge/content")
AS_OF = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Shares are 0 to 1, durations milliseconds.

    Attributes:
        recall_at_1: Right document first.
        recall_at_5: Right document among the first five.
        abstained: Of the unanswerable questions, those not answered.
        abstained_wrongly: Of the answerable questions, those not answered.
        quoted: Of the answerable questions, those whose answer holds the expected words.
    """

    questions: int
    recall_at_1: float
    recall_at_5: float
    abstained: float
    abstained_wrongly: float
    quoted: float
    p50_ms: float
    p99_ms: float


async def measure(
    knowledge: Knowledge,
    questions: Sequence[LabelledQuestion],
    *,
    as_of: date,
    thresholds: Thresholds | None = None,
) -> RetrievalReport:
    """Ask every question once, in order."""
    found: list[list[PassageHit]] = []
    durations: list[float] = []
    for question in questions:
        start = time.perf_counter()
        found.append(await knowledge.search(question.text, as_of=as_of))
        durations.append((time.perf_counter() - start) * 1000)
    limits = thresholds or Thresholds()
    answers = [
        ground(question.text, hits, limits) for question, hits in zip(questions, found, strict=True)
    ]
    rows = list(zip(questions, found, answers, strict=True))
    answerable = [row for row in rows if row[0].document_id is not None]
    others = [row for row in rows if row[0].document_id is None]
    return RetrievalReport(
        questions=len(questions),
        recall_at_1=_share([q.document_id in _ids(hits[:1]) for q, hits, _ in answerable]),
        recall_at_5=_share([q.document_id in _ids(hits[:5]) for q, hits, _ in answerable]),
        abstained=_share([not isinstance(answer, GroundedAnswer) for _, _, answer in others]),
        abstained_wrongly=_share(
            [not isinstance(answer, GroundedAnswer) for _, _, answer in answerable]
        ),
        quoted=_share(
            [
                isinstance(answer, GroundedAnswer)
                and q.answer_contains in "".join(one.citation.quote for one in answer.sentences)
                for q, _, answer in answerable
            ]
        ),
        p50_ms=round(statistics.median(durations), 1),
        p99_ms=round(sorted(durations)[max(0, round(len(durations) * 0.99) - 1)], 1),
    )


def _ids(hits: Sequence[PassageHit]) -> set[str]:
    return {hit.document_id for hit in hits}


def _share(outcomes: Sequence[bool]) -> float:
    return round(sum(outcomes) / len(outcomes), 3) if outcomes else 0.0


def main() -> None:
    """Measure the pack of the repository; the folder for the index is the first argument."""
    encoder = SentenceEncoder()
    encoder.warm().join()  # loading the model is not part of answering a question
    built = build_index(CONTENT, Path(sys.argv[1]), encoder)
    release = load(CONTENT)
    knowledge = built.knowledge(encoder, synonyms=release.lexicon.synonyms)
    for name, half in zip(("tuned", "kept"), halves(read_labelled(QUESTIONS)), strict=True):
        report = asyncio.run(measure(knowledge, half, as_of=AS_OF))
        sys.stdout.write(json.dumps({"half": name, **asdict(report)}) + "\n")


if __name__ == "__main__":
    main()
