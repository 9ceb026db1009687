"""Score a knowledge index against labelled questions.

Run as `python -m evals.retrieval.measure FOLDER [PACK]`, with a folder for the index: prints one
JSON line for each half of `evals/questions` (`split`): the half that was tuned on and the one
kept apart.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from assistant.model.message import Citation
from assistant.ports.knowledge import Knowledge, PassageHit
from assistant.response.grounded import (
    GroundedAnswer,
    GroundedSentence,
    Grounding,
    Thresholds,
    ground,
)
from evals.retrieval.questions import LabelledQuestion, read_labelled, split
from evals.retrieval.support import figures_written, unsupported
from knowledge.embedding import SentenceEncoder
from knowledge.indexing import build_index, search_in
from knowledge.loader import load
from knowledge.twins import Twins

QUESTIONS = Path("evals/questions")
CONTENT = Path("knowledge/content")
AS_OF = date(2026, 11, 22)
NO_TWINS = Twins(())


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what was found and what would be said.

    Attributes:
        twins: What says the same in another language counts as what was labelled.
    """

    question: LabelledQuestion
    hits: Sequence[PassageHit]
    answer: Grounding
    ms: float
    twins: Twins = NO_TWINS

    @property
    def is_answered(self) -> bool:
        """Whether the assistant would answer."""
        return isinstance(self.answer, GroundedAnswer)

    @property
    def sentences(self) -> tuple[GroundedSentence, ...]:
        """What would be said; nothing without an answer."""
        return self.answer.sentences if isinstance(self.answer, GroundedAnswer) else ()

    def found_at(self, places: int, *, exactly: bool) -> bool:
        """Whether a right document, or exactly a right section, is among the first places."""
        is_right = self.question.is_right_section if exactly else self.question.is_right_document
        return any(
            is_right(hit) or any(map(is_right, self.twins.passages_of(hit.passage_id)))
            for hit in self.hits[:places]
        )

    @property
    def is_right(self) -> bool:
        """Whether a right sentence is quoted."""
        return any(
            self.question.is_right_quote(*quoted)
            for one in self.sentences
            for quoted in self._quoted(one.citation)
        )

    def _quoted(self, cited: Citation) -> Iterator[tuple[str, str, str]]:
        """A quotation with its document and version, and what says the same."""
        yield cited.quote, cited.document_id, cited.version
        twin = self.twins.sentence_of(cited.passage_id, cited.quote)
        if twin is not None:
            passage, sentence = twin
            yield sentence.text, passage.document_id, passage.version


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """Shares are 0 to 1, durations milliseconds.

    Attributes:
        recall_at_1: Right document first.
        recall_at_5: Right document among the first five.
        section_at_1: Right section first.
        section_at_5: Right section among the first five.
        abstained: Of the unanswerable questions, those not answered.
        abstained_wrongly: Of the answerable questions, those not answered.
        quoted: Of the answerable questions, those whose answer holds a right sentence.
        answers: Questions that were answered, rightly or not.
        figures: Figures in those answers, as a reader counts them.
        unsupported_figures: Those of them that no cited place holds (`evals.retrieval.support`).
        by_kind: Share of right outcomes by the file a question is from.
        by_lang: The same by language.
    """

    questions: int
    recall_at_1: float
    recall_at_5: float
    section_at_1: float
    section_at_5: float
    abstained: float
    abstained_wrongly: float
    quoted: float
    answers: int
    figures: int
    unsupported_figures: int
    p50_ms: float
    p99_ms: float
    by_kind: dict[str, float] = field(default_factory=dict)
    by_lang: dict[str, float] = field(default_factory=dict)


async def ask_all(
    knowledge: Knowledge,
    questions: Sequence[LabelledQuestion],
    *,
    as_of: date,
    thresholds: Thresholds | None = None,
    twins: Twins = NO_TWINS,
) -> list[Asked]:
    """Ask every question once, in order."""
    limits = thresholds or Thresholds()
    asked: list[Asked] = []
    for question in questions:
        start = time.perf_counter()
        hits = await knowledge.search(question.text, as_of=as_of, before=question.context)
        answer = ground(question.text, hits, limits)
        ms = (time.perf_counter() - start) * 1000
        asked.append(Asked(question, hits, answer, ms, twins))
    return asked


async def measure(
    knowledge: Knowledge,
    questions: Sequence[LabelledQuestion],
    *,
    as_of: date,
    thresholds: Thresholds | None = None,
    twins: Twins = NO_TWINS,
) -> RetrievalReport:
    """Ask every question once, in order, and count."""
    asked = await ask_all(knowledge, questions, as_of=as_of, thresholds=thresholds, twins=twins)
    return summary(asked)


def summary(asked: Sequence[Asked]) -> RetrievalReport:
    """The shares of everything asked."""
    answerable = [one for one in asked if one.question.is_answerable]
    others = [one for one in asked if not one.question.is_answerable]
    said = [(each, one.hits) for one in asked for each in one.sentences]
    durations = sorted(one.ms for one in asked) or [0.0]
    return RetrievalReport(
        questions=len(asked),
        recall_at_1=_share([one.found_at(1, exactly=False) for one in answerable]),
        recall_at_5=_share([one.found_at(5, exactly=False) for one in answerable]),
        section_at_1=_share([one.found_at(1, exactly=True) for one in answerable]),
        section_at_5=_share([one.found_at(5, exactly=True) for one in answerable]),
        abstained=_share([not one.is_answered for one in others]),
        abstained_wrongly=_share([not one.is_answered for one in answerable]),
        quoted=_share([one.is_right for one in answerable]),
        answers=sum(one.is_answered for one in asked),
        figures=sum(len(figures_written(sentence.text)) for sentence, _ in said),
        unsupported_figures=sum(len(unsupported(*each)) for each in said),
        p50_ms=round(statistics.median(durations), 1),
        p99_ms=round(durations[max(0, round(len(durations) * 0.99) - 1)], 1),
        by_kind=_by(asked, lambda one: one.question.kind),
        by_lang=_by(asked, lambda one: one.question.lang),
    )


def _by(asked: Sequence[Asked], key: Callable[[Asked], str]) -> dict[str, float]:
    groups: dict[str, list[bool]] = {}
    for one in asked:
        good = one.is_right if one.question.is_answerable else not one.is_answered
        groups.setdefault(key(one), []).append(good)
    return {name: _share(outcomes) for name, outcomes in sorted(groups.items())}


def _share(outcomes: Sequence[bool]) -> float:
    return round(sum(outcomes) / len(outcomes), 3) if outcomes else 0.0


def main() -> None:
    """Measure a pack, the repository's by default; the folder for the index comes first."""
    content = Path(sys.argv[2]) if len(sys.argv) > 2 else CONTENT  # noqa: PLR2004 - two arguments
    encoder = SentenceEncoder()
    encoder.warm().join()  # loading the model is not part of answering a question
    built = build_index(content, Path(sys.argv[1]), encoder)
    knowledge = search_in(built, encoder, load(content))
    for name, half in zip(("development", "test"), split(read_labelled(QUESTIONS)), strict=True):
        report = asyncio.run(measure(knowledge, half, as_of=AS_OF))
        sys.stdout.write(json.dumps({"half": name, **asdict(report)}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
