"""Words alone, meaning alone, both fused, and reranked: the same questions, side by side.

Run as `python -m evals.retrieval.compare FOLDER [PACK]`, with a folder for the index: prints the
table of `docs/knowledge.md` over the test half of `evals/questions`. All four look at the same
passages, valid on the day a question asks about, and read a follow-up with the question
before it; so the table shows what ranking adds and nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assistant.model.asked_day import asked_day, without_day
from evals.retrieval.measure import AS_OF, CONTENT, QUESTIONS
from evals.retrieval.questions import LabelledQuestion, read_labelled, split
from knowledge.chunking import Passage
from knowledge.corpus import Corpus
from knowledge.embedding import SentenceEncoder
from knowledge.indexing import BuiltIndex, build_index, search_in
from knowledge.loader import load
from knowledge.words import normalised

Floats: TypeAlias = NDArray[np.float32]
Ranker: TypeAlias = Callable[[LabelledQuestion], list[int]]
"""A question to positions in the corpus, best first."""

_RRF: Final = 60
"""Source of the constant: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion", SIGIR 2009."""
_TOP: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One way of ranking; shares are 0 to 1."""

    name: str
    first: float
    among_five: float
    mean_reciprocal: float


class Rankers:
    """Every way of ranking, over one index."""

    def __init__(self, built: BuiltIndex, encoder: SentenceEncoder, content: Path) -> None:
        """Put them together; `content` is the pack whose lexicon is used by the reranker."""
        self._corpus: Corpus = built.corpus
        self._encoder = encoder
        self._knowledge = search_in(built, encoder, load(content))

    def all(self) -> dict[str, Ranker]:
        """Ranker by the name of its row."""
        return {
            "BM25 alone": lambda asked: _best(self._by_words(asked)),
            "dense alone": lambda asked: _best(self._by_meaning(asked)),
            "fused (reciprocal ranks)": self._fused,
            "reranked (default)": self._reranked,
        }

    def _by_words(self, asked: LabelledQuestion) -> Floats:
        text, valid = self._read(asked)
        return np.where(valid, self._corpus.lexical.scores(text), -1.0).astype(np.float32)

    def _by_meaning(self, asked: LabelledQuestion) -> Floats:
        text, valid = self._read(asked)
        vector = self._encoder.queries([text])[0]
        return np.where(valid, self._corpus.vectors @ vector, -1.0).astype(np.float32)

    def _fused(self, asked: LabelledQuestion) -> list[int]:
        points = np.zeros(len(self._corpus.passages), dtype=np.float32)
        for scores in (self._by_words(asked), self._by_meaning(asked)):
            for place, position in enumerate(_best(scores)):
                points[position] += 1.0 / (_RRF + place + 1)
        return _best(points)

    def _reranked(self, asked: LabelledQuestion) -> list[int]:
        found = self._knowledge.findings(asked.text, AS_OF, before=asked.context)
        return [candidate.position for candidate in found.candidates]

    def _read(self, asked: LabelledQuestion) -> tuple[str, NDArray[np.bool_]]:
        text = normalised(" ".join((*asked.context, asked.text)))
        other = asked_day(text, AS_OF)
        if other is None or not other.is_past(AS_OF):
            return text, self._corpus.valid_on(AS_OF)
        return without_day(text, other), self._corpus.valid_on(other.last, AS_OF)


def compared(
    rankers: Rankers, passages: Sequence[Passage], questions: Sequence[LabelledQuestion]
) -> list[Row]:
    """One row for each way of ranking, over the answerable questions."""
    answerable = [question for question in questions if question.is_answerable]
    rows: list[Row] = []
    for name, rank in rankers.all().items():
        places = [_place(rank(question), passages, question) for question in answerable]
        count = len(places) or 1
        rows.append(
            Row(
                name=name,
                first=sum(place == 1 for place in places) / count,
                among_five=sum(0 < place <= _TOP for place in places) / count,
                mean_reciprocal=sum(1 / place for place in places if place) / count,
            )
        )
    return rows


def _place(order: Sequence[int], passages: Sequence[Passage], question: LabelledQuestion) -> int:
    """Place of the first passage of a right section, from 1; 0 when it was not found."""
    right = (
        place
        for place, position in enumerate(order, start=1)
        if question.is_right_section(passages[position])
    )
    return next(right, 0)


def _best(scores: Floats) -> list[int]:
    return [int(position) for position in np.argsort(-scores, kind="stable")]


def main() -> None:
    """Print the table; the folder for the index comes first, a pack may follow."""
    content = Path(sys.argv[2]) if len(sys.argv) > 2 else CONTENT  # noqa: PLR2004 - two arguments
    encoder = SentenceEncoder()
    built = build_index(content, Path(sys.argv[1]), encoder)
    _, test = split(read_labelled(QUESTIONS))
    rows = compared(Rankers(built, encoder, content), built.corpus.passages, test)
    sys.stdout.write(
        "| ranking | right section first | among the first five | MRR |\n|---|--:|--:|--:|\n"
    )
    for row in rows:
        sys.stdout.write(
            f"| {row.name} | {row.first:.1%} | {row.among_five:.1%} | {row.mean_reciprocal:.3f} |\n"
        )


if __name__ == "__main__":
    main()
