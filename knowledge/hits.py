"""What a search worked out for one question, and as the passages its caller is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.ports.knowledge import PassageHit, SentenceHit
from knowledge.candidates import Candidate
from knowledge.chunking import Passage
from knowledge.scoring import passage_score, sentence_score
from knowledge.views import Question


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence of a candidate; `features` in the order of SENTENCE_NAMES."""

    position: int
    place: int
    features: tuple[float, ...]
    rank: float


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything worked out for one question, for answering and for fitting the weights.

    Attributes:
        candidates: Best first.
        sentences: Of the first candidates, best first.
        answer_features: In the order of ANSWER_NAMES; empty when nothing was found.
        unsaid: What the best sentence's passage leaves unsaid of the question.
        score: Probability that the best sentence answers.
    """

    question: Question
    candidates: tuple[Candidate, ...]
    sentences: tuple[ReadSentence, ...]
    answer_features: tuple[float, ...]
    unsaid: str
    score: float


def hits_of(findings: Findings, passages: Sequence[Passage], limit: int) -> list[PassageHit]:
    """The best candidates with their sentences, scored so that questions can be compared."""
    if not findings.candidates:
        return []
    top = findings.candidates[0].rank
    best = findings.sentences[0].rank if findings.sentences else 0.0
    by_position: dict[int, list[SentenceHit]] = {}
    for read in findings.sentences:
        sentence = passages[read.position].sentences[read.place]
        hit = SentenceHit(
            text=sentence.text, score=sentence_score(findings.score, best - read.rank)
        )
        by_position.setdefault(read.position, []).append(hit)
    return [
        _hit(
            passages[candidate.position],
            passage_score(findings.score, top - candidate.rank),
            by_position.get(candidate.position, ()),
        )
        for candidate in findings.candidates[:limit]
    ]


def _hit(passage: Passage, score: float, sentences: Iterable[SentenceHit]) -> PassageHit:
    return PassageHit(
        passage_id=passage.passage_id,
        document_id=passage.document_id,
        title=passage.title,
        section=passage.section,
        version=passage.version,
        effective_from=passage.effective_from,
        effective_to=passage.effective_to,
        text=passage.text,
        score=score,
        sentences=tuple(sentences),
        page=passage.page,
    )
