"""Questions and passages as ranking looks at them, worked out once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from knowledge.chunking import Passage, Sentence
from knowledge.kinds import kinds_asked, kinds_headed, kinds_served
from knowledge.rows import cells_of, in_words, is_row
from knowledge.terms import Range, Term, amounts_of, ranges_of, terms_of
from knowledge.words import normalised, pairs_of, things_of, words_of

Weights = Mapping[str, float]
"""Words or pairs of characters with what sharing them is worth."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question made ready.

    Attributes:
        text: Normalised.
        words: Those that passages may hold, synonyms included, with their rarity.
        pairs: Pairs of neighbouring characters, likewise.
        own: The words the customer said, without synonyms.
        things: Those of them that name things.
        canonical: The bank's words for what the customer said.
        lexical: BM25 of every passage.
        is_foreign: Asked in another script than the documents are written in.
        is_outside: Of something the bank says its documents do not cover.
    """

    text: str
    words: Weights
    pairs: Weights
    own: Weights
    things: Weights
    canonical: tuple[str, ...]
    kinds: frozenset[str]
    terms: frozenset[Term]
    amounts: tuple[Decimal, ...]
    vector: NDArray[np.float32]
    lexical: NDArray[np.float32]
    is_foreign: bool
    is_outside: bool


@dataclass(frozen=True, slots=True)
class SentenceView:
    """A sentence that may be quoted.

    Attributes:
        text: Normalised, a row with the headings of its columns.
        label: First cell of a row, "" for other sentences.
    """

    source: Sentence
    text: str
    tokens: frozenset[str]
    label: str
    names: frozenset[str]
    kinds: frozenset[str]
    terms: frozenset[Term]
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage with its sentences; texts are normalised."""

    passage: Passage
    text: str
    tokens: frozenset[str]
    title: str
    title_words: tuple[str, ...]
    section: str
    section_words: tuple[str, ...]
    kinds: frozenset[str]
    names: frozenset[str]
    sentences: tuple[SentenceView, ...]


Named = Callable[[str], tuple[str, ...]]
"""The names of things, in the bank's words, that a normalised text holds."""


def view_of(passage: Passage, named: Named) -> PassageView:
    """Everything ranking asks of a passage."""
    text = normalised(f"{passage.context} {passage.text}")
    title, section = normalised(passage.title), normalised(passage.section)
    return PassageView(
        passage=passage,
        text=text,
        tokens=frozenset(words_of(text)),
        title=title,
        title_words=tuple(dict.fromkeys(words_of(title))),
        section=section,
        section_words=tuple(dict.fromkeys(words_of(section))),
        kinds=kinds_headed(section),
        names=frozenset(named(title)),
        sentences=tuple(_sentence(passage, sentence, named) for sentence in passage.sentences),
    )


def _sentence(passage: Passage, sentence: Sentence, named: Named) -> SentenceView:
    row = is_row(sentence.text)
    said = in_words(passage.text, sentence.text, sentence.start) if row else sentence.text
    text = normalised(said)
    return SentenceView(
        source=sentence,
        text=text,
        tokens=frozenset(words_of(text)),
        label=normalised(cells_of(sentence.text)[0]) if row else "",
        names=frozenset(named(text)),
        kinds=kinds_served(text),
        terms=terms_of(text),
        ranges=ranges_of(text),
    )


def question_of(  # noqa: PLR0913 - each is worked out elsewhere
    text: str,
    widened: str,
    canonical: Sequence[str],
    rarity: Mapping[str, float] | Counter[str],
    vector: NDArray[np.float32],
    lexical: NDArray[np.float32],
    *,
    known: Callable[[str], bool],
    is_foreign: bool,
    is_outside: bool,
) -> Question:
    """Put a normalised question together.

    Args:
        text: Normalised.
        widened: With the bank's words after it.
        canonical: The bank's words alone.
        rarity: Of every word and pair of the widened text.
        vector: Of the question.
        lexical: BM25 of every passage.
        known: Whether any passage has a word or pair: what none has cannot tell them apart.
        is_foreign: As in Question.
        is_outside: As in Question.
    """
    return Question(
        text=text,
        words={word: rarity[word] for word in words_of(widened) if known(word)},
        pairs={pair: rarity[pair] for pair in pairs_of(widened) if known(pair)},
        own={word: rarity[word] for word in words_of(text)},
        things={word: rarity[word] for word in things_of(text)},
        canonical=tuple(canonical),
        kinds=kinds_asked(text),
        terms=terms_of(text),
        amounts=amounts_of(text),
        vector=vector,
        lexical=lexical,
        is_foreign=is_foreign,
        is_outside=is_outside,
    )
