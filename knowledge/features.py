"""What ranking knows of a passage or a sentence for one question, as numbers.

The names are those of the weights in `reranker.json`; a file with other names is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from knowledge.kinds import KINDS
from knowledge.views import PassageView, Question, SentenceView, Weights

PASSAGE_NAMES: Final = (
    "cosine", "heading", "sentence", "second_sentence", "bm25", "bm25_share", "words", "pairs",
    "words_in_title", "words_in_section", "title_asked", "section_asked", "canonical", "term",
    "term_conflict", "range", "kind", "rank_by_meaning", "rank_by_words", "foreign_words",
    "foreign_bm25", "headed", "kind_with_words", "unasked_names", "things",
)  # fmt: skip
SENTENCE_NAMES: Final = (
    "passage", "cosine", "heading", "words", "own_words", "pairs", "words_with_heading",
    "canonical", "term", "term_conflict", "label", "label_asked", "range", "row", "length",
    "place", "example", "notice", "cosine_best", "foreign_words", "headed", "kind",
    "kind_with_words", "foreign_canonical", "unasked_names", "things", "things_with_heading",
    "asked_names",
    *(f"{kind}_{side}" for kind in KINDS for side in ("served", "missed")),
)  # fmt: skip

_NOTICES: Final = ("请", "提示", "风险", "理财非存款", "过往业绩")
_TYPICAL_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class Found:
    """How a passage was found.

    Attributes:
        cosine: Of question and passage.
        heading: Of question and title with section.
        sentences: Of question and each sentence; empty when those have no vectors.
        bm25: And `best_bm25`, the highest of all passages.
        by_meaning: Place among the neighbours, from 0.
        by_words: Place by BM25, from 0.
    """

    cosine: float
    heading: float
    sentences: tuple[float, ...]
    bm25: float
    best_bm25: float
    by_meaning: int
    by_words: int


def coverage(weights: Weights, text: str, tokens: frozenset[str]) -> float:
    """Share of the words, by weight, that a text holds; 0 to 1, 0 without words."""
    total = sum(weights.values())
    if not total:
        return 0.0
    return sum(worth for word, worth in weights.items() if _holds(text, tokens, word)) / total


def _holds(text: str, tokens: frozenset[str], word: str) -> bool:
    return word in tokens or (not word.isascii() and word in text)


def share_asked(words: Sequence[str], question: Question) -> float:
    """Share of a heading's words the question has, in the customer's or the bank's words."""
    if not words:
        return 0.0
    said = " ".join((question.text, *question.canonical))
    return sum(word in question.words or word in said for word in words) / len(words)


def term_fit(question: Question, sentence: SentenceView) -> tuple[float, float]:
    """(holds all terms asked, speaks of the same measure but of another term)."""
    if not question.terms:
        return 0.0, 0.0
    held = question.terms & sentence.terms
    measures = {measure for measure, _ in question.terms - held}
    other = any(measure in measures for measure, _ in sentence.terms)
    return len(held) / len(question.terms), float(other and not held)


def range_fit(question: Question, sentence: SentenceView) -> float:
    """1 when a range of the sentence holds the amount asked about, -1 when none does."""
    if not question.amounts or not sentence.ranges:
        return 0.0
    is_held = any(one.holds(amount) for one in sentence.ranges for amount in question.amounts)
    return 1.0 if is_held else -1.0


def kind_fit(question: Question, sentence: SentenceView) -> float:
    """Share of the kinds asked for that the sentence serves."""
    if not question.kinds:
        return 0.0
    return len(question.kinds & sentence.kinds) / len(question.kinds)


def unasked(question: Question, names: frozenset[str]) -> float:
    """Share of the things a text names that the question does not."""
    if not names:
        return 0.0
    return len(names.difference(question.canonical)) / len(names)


def headed_fit(question: Question, view: PassageView) -> float:
    """Share of the kinds asked for that the section's heading promises."""
    if not question.kinds:
        return 0.0
    return len(question.kinds & view.kinds) / len(question.kinds)


def canonical_fit(question: Question, text: str) -> float:
    """Share of the bank's words for what was said that a text holds."""
    if not question.canonical:
        return 0.0
    return sum(word in text for word in question.canonical) / len(question.canonical)


def passage_features(question: Question, view: PassageView, found: Found) -> list[float]:
    """In the order of PASSAGE_NAMES."""
    ordered = sorted(found.sentences, reverse=True) or [found.cosine]
    fits = [term_fit(question, sentence) for sentence in view.sentences] or [(0.0, 0.0)]
    words = coverage(question.words, view.text, view.tokens)
    foreign = float(question.is_foreign)
    return [
        found.cosine,
        found.heading,
        ordered[0],
        ordered[min(1, len(ordered) - 1)],
        math.log1p(found.bm25),
        found.bm25 / found.best_bm25 if found.best_bm25 else 0.0,
        words,
        coverage(question.pairs, view.text, view.tokens),
        coverage(question.words, view.title, frozenset(view.title_words)),
        coverage(question.words, view.section, frozenset(view.section_words)),
        share_asked(view.title_words, question),
        share_asked(view.section_words, question),
        canonical_fit(question, view.text),
        max(fit for fit, _ in fits),
        min(conflict for _, conflict in fits),
        max((range_fit(question, sentence) for sentence in view.sentences), default=0.0),
        max((kind_fit(question, sentence) for sentence in view.sentences), default=0.0),
        1.0 / (1 + found.by_meaning),
        1.0 / (1 + found.by_words),
        foreign * words,
        foreign * (found.bm25 / found.best_bm25 if found.best_bm25 else 0.0),
        headed_fit(question, view),
        max(
            (
                kind_fit(question, one) * coverage(question.words, one.text, one.tokens)
                for one in view.sentences
            ),
            default=0.0,
        ),
        unasked(question, view.names),
        coverage(question.things, view.text, view.tokens),
    ]


def sentence_features(
    question: Question, view: PassageView, found: Found, rank: float
) -> list[list[float]]:
    """One row for each sentence of the passage, in the order of SENTENCE_NAMES."""
    cosines = found.sentences or (found.cosine,) * len(view.sentences)
    best = max(cosines, default=0.0)
    heading = frozenset((*view.title_words, *view.section_words))
    return [
        _sentence_row(question, view, sentence, heading, (rank, found.heading, cosine, best), place)
        for place, (sentence, cosine) in enumerate(zip(view.sentences, cosines, strict=True))
    ]


def _sentence_row(
    question: Question,
    view: PassageView,
    sentence: SentenceView,
    heading: frozenset[str],
    scores: tuple[float, float, float, float],
    place: int,
) -> list[float]:
    rank, heading_cosine, cosine, best = scores
    term, conflict = term_fit(question, sentence)
    words = coverage(question.words, sentence.text, sentence.tokens)
    with_heading = f"{view.title} {view.section} {sentence.text}"
    asked_label = bool(sentence.label) and (
        sentence.label in question.text or sentence.label in " ".join(question.canonical)
    )
    row = bool(sentence.label)
    return [
        rank,
        cosine,
        heading_cosine,
        words,
        coverage(question.own, sentence.text, sentence.tokens),
        coverage(question.pairs, sentence.text, sentence.tokens),
        coverage(question.words, with_heading, sentence.tokens | heading),
        canonical_fit(question, sentence.text),
        term,
        conflict,
        coverage(question.words, sentence.label, frozenset()) if row else 0.0,
        float(asked_label),
        range_fit(question, sentence),
        float(row),
        min(2.0, len(sentence.text) / _TYPICAL_LENGTH),
        1.0 / (1 + place),
        float(sentence.text.startswith(("例如", "for example", "e.g."))),
        float(sentence.text.startswith(_NOTICES)),
        float(cosine == best),
        float(question.is_foreign) * words,
        headed_fit(question, view),
        kind_fit(question, sentence),
        kind_fit(question, sentence) * words,
        float(question.is_foreign) * canonical_fit(question, sentence.text),
        unasked(question, sentence.names),
        coverage(question.things, sentence.text, sentence.tokens),
        coverage(question.things, with_heading, sentence.tokens | heading),
        len(sentence.names.intersection(question.canonical)) / max(1, len(question.canonical)),
        *_kinds(question.kinds, sentence.kinds),
    ]


def _kinds(asked: frozenset[str], served: frozenset[str]) -> list[float]:
    return [
        value
        for kind in KINDS
        for value in (
            float(kind in asked and kind in served),
            float(kind in asked and kind not in served),
        )
    ]


def named(names: Sequence[str], values: Sequence[float]) -> Mapping[str, float]:
    """Features by name, for reports."""
    return dict(zip(names, values, strict=True))
