"""What speaks for the best sentence being an answer at all: evidence for abstaining.

Closeness alone does not tell: an English question is further from every Chinese sentence, and
"七年期" is close to every other term. So the closeness is also taken against that of all
passages, and words nobody wrote, terms nobody offers and days to come count against it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from knowledge.features import canonical_fit, coverage, kind_fit, range_fit, term_fit
from knowledge.reranker import softmax
from knowledge.views import PassageView, Question, SentenceView

_RARE: Final = 5.0  # nats; brings rarities to the size of the other features
_USUAL_SIZE: Final = 1000
_LEAST_SIZE: Final = 4
_FUTURE: Final = re.compile(
    r"明天|明年|后天|下个?月|下周|下一?[期次]|将来|未来|今后|以后会|[会将](?:降|涨|跌|升)|十年后"
    r"|\bnext (?:week|month|year)\b|\bwill .*(?:rise|fall|be next)\b|\btomorrow\b"
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The best sentence and what it stood out from.

    Attributes:
        ranks: Of the candidates, best first.
        sentence_ranks: Of their sentences, best first.
        cosine: Of question and sentence; `heading`, of question and its heading.
        cosines: Of question and every passage.
        bm25: Of the sentence's passage.
    """

    view: PassageView
    sentence: SentenceView
    ranks: Sequence[float]
    sentence_ranks: Sequence[float]
    cosine: float
    heading: float
    cosines: NDArray[np.float32]
    bm25: float


def answer_features(
    question: Question, evidence: Evidence, known: Callable[[str], bool]
) -> list[float]:
    """In the order of ANSWER_NAMES; `known` tells whether any passage has a word."""
    view, sentence = evidence.view, evidence.sentence
    term, conflict = term_fit(question, sentence)
    total = sum(question.own.values()) or 1.0
    unknown = sum(worth for word, worth in question.own.items() if not known(word)) / total
    foreign = float(question.is_foreign)
    spread = float(evidence.cosines.std()) or 1.0
    highest = float(evidence.cosines.max(initial=0.0))
    weight = sum(question.words.values()) or 1.0
    return [
        evidence.cosine,
        (highest - float(evidence.cosines.mean())) / spread * _by_size(len(evidence.cosines)),
        float(softmax(np.asarray(evidence.ranks))[0]),
        float(softmax(np.asarray(evidence.sentence_ranks))[0]),
        coverage(question.words, view.text, view.tokens),
        coverage(question.own, view.text, view.tokens),
        (1 - foreign) * unknown,
        term,
        float(bool(question.terms) and term == 0.0) + conflict,
        range_fit(question, sentence),
        kind_fit(question, sentence),
        foreign,
        float(question.is_outside),
        evidence.heading,
        canonical_fit(question, view.text),
        foreign * evidence.cosine,
        foreign * unknown,
        min(2.0, evidence.bm25 / weight),
        float(bool(_FUTURE.search(question.text))),
        (1 - foreign) * coverage(question.things, view.text, view.tokens),
        (1 - foreign)
        * coverage(
            question.things, f"{view.title} {view.section} {sentence.text}", sentence.tokens
        ),
        (1 - foreign) * _rarest_missing(question, view, known),
        *((1 - foreign) * value for value in _missing(question, evidence, known)),
    ]


def _missing(
    question: Question, evidence: Evidence, known: Callable[[str], bool]
) -> tuple[float, ...]:
    """What the customer said and the best passage, or sentence with its heading, does not.

    A word all documents lack is a matter they do not cover; one that stands in others and not
    here ("英镑", "停车") says that here something else is spoken of. Rarities, not shares: a long
    question has more that may be missing.
    """
    view = evidence.view
    said = f"{view.title} {view.section} {evidence.sentence.text}"
    words = {word: worth for word, worth in question.own.items() if _counts(word)}
    several = {word: worth for word, worth in words.items() if len(word) > 1}
    elsewhere = {word: worth for word, worth in several.items() if known(word)}
    return (
        sum(_lacking(words, view.text)) / _RARE,
        sum(_lacking(words, said)) / _RARE,
        max(_lacking(elsewhere, view.text), default=0.0) / _RARE,
        max(_lacking(elsewhere, said), default=0.0) / _RARE,
        sum(worth for word, worth in several.items() if not known(word)) / _RARE,
    )


def _counts(word: str) -> bool:
    """Whether a word can be looked for: a single Latin letter or digit stands everywhere."""
    return len(word) > 1 or not word.isascii()


def _lacking(words: Mapping[str, float], text: str) -> list[float]:
    """Rarities of the words a text does not have."""
    return [worth for word, worth in words.items() if word not in text]


def left_unsaid(question: str, text: str) -> str:
    """The characters of a question that stand in no pair the text has, in order.

    What is left of "网点有停车位吗" beside "各网点均可预约" is "有停车位吗".
    """
    held = [question[place : place + 2] in text for place in range(len(question) - 1)]
    left = "".join(
        " " if any(held[max(0, place - 1) : place + 1]) else character
        for place, character in enumerate(question)
    )
    return " ".join(left.split())


def _by_size(passages: int) -> float:
    """What makes the distance of the nearest of so many passages that of the nearest of 1,000.

    The highest of n draws stands about sqrt(2 ln n) deviations above the mean.
    """
    return math.sqrt(math.log(_USUAL_SIZE) / math.log(max(passages, _LEAST_SIZE)))


def _rarest_missing(question: Question, view: PassageView, known: Callable[[str], bool]) -> float:
    """Rarity of the rarest thing asked about that the passage does not name, as a share.

    A thing the bank has another word for is not missing.
    """
    highest = max(question.things.values(), default=0.0)
    missing = [
        worth
        for thing, worth in question.things.items()
        if thing not in view.text and not (question.canonical and not known(thing))
    ]
    return max(missing, default=0.0) / highest if highest else 0.0
