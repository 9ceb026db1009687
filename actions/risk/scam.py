"""Hearing a scam in what a customer says: the bank's words and a small model together.

    message → standard form → signs (regular expressions of the pack) ┐
                            → embedding, already made for the turn     ┴ logistic → probability

The pack's words name the kind and give reasons; the model, trained on the pack's own examples,
hears what is said in other words. Neither blocks anything: the turn and the rules decide.
Source of the figures: `guitai test scam`, `docs/risk.md`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from actions.risk.logistic import Array, probability
from assistant.model.frozen import Frozen
from assistant.model.risk import ScamWords
from assistant.ports import Encoder
from assistant.ports.risk import ScamReading, Stance

INSTRUCTED: Final = "instructed"
MEANING_SCALE: Final = 6.0
"""Weight of the embedding before the ridge; chosen by cross-validation on the pack's examples."""
SIGN_SCALE: Final = 0.6
_DOUBT: Final = 150
"""From here on, thousandths, the messages before are read along."""
_READ_ALONG: Final = 3
_TELLING: Final = frozenset({INSTRUCTED, "secrecy"})
_MOST: Final = 2
_QUESTION: Final = re.compile(r"[?？]|吗$|呢$")


class ScamModel(Frozen):
    """Fitted weights, as `policies/risk/scam_model.json` holds them.

    Attributes:
        label: What it was trained on; honest about what it is.
        encoder: Fingerprint of the embedding model; another one means signs alone.
        fitted_from: Hash over examples and words; `guitai check` warns when they have changed.
        mean: Of the examples' embeddings, taken off before weighing.
        meaning: Weights of the embedding.
        signs: Weights of the signs, beside the embedding.
        signs_alone: Weights when there is no embedding to go by.
    """

    label: str
    encoder: str
    fitted_from: str
    mean: tuple[float, ...]
    meaning: tuple[float, ...]
    signs: tuple[float, ...]
    bias: float
    signs_alone: tuple[float, ...]
    bias_alone: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What the words of one text show.

    Attributes:
        strong: Patterns with an expression hardly said outside them.
        cues: Patterns with a weaker expression.
        signs: Names of pressure found.
        stances: Of the customer, as far as words tell.
    """

    strong: tuple[str, ...]
    cues: tuple[str, ...]
    signs: frozenset[str]
    stances: frozenset[str]
    asks: bool

    def numbers(self, order: Sequence[str]) -> list[float]:
        """As inputs of the model; `order` names the signs."""
        strong = bool(self.strong)
        return [
            float(min(len(self.strong), _MOST)),
            float(min(len(self.cues), _MOST)),
            *(float(name in self.signs) for name in order),
            *(float(name in self.stances) for name in ("inquiry", "realised", "others")),
            float(strong and INSTRUCTED in self.signs),
            float(strong and "inquiry" in self.stances),
            float(strong and "realised" in self.stances),
            float(self.asks),
        ]


class ScamEars:
    """The bank's words, compiled once."""

    def __init__(self, words: ScamWords) -> None:
        """Compile the expressions; the content check has found them sound."""
        self.order = tuple(words.signs)
        self._strong = {p.id: _compiled(p.strong) for p in words.patterns}
        self._cues = {p.id: _compiled(p.cues) for p in words.patterns}
        self._signs = {name: _compiled(found) for name, found in words.signs.items()}
        self._stances = {name: _compiled(found) for name, found in words.stances.items()}

    def hear(self, text: str) -> Heard:
        """What the words of a text in standard form show."""
        return Heard(
            strong=_found(self._strong, text),
            cues=_found(self._cues, text),
            signs=frozenset(_found(self._signs, text)),
            stances=frozenset(_found(self._stances, text)),
            asks=_QUESTION.search(text) is not None,
        )


@dataclass(frozen=True, kw_only=True)
class ScamDetector:
    """Implements the port ScamWatch.

    Attributes:
        model: None reads by the words alone.
        encoder: None, or another than the model was fitted with, leaves the embedding out.
        prepare: Brings a message to its standard form.
    """

    words: ScamWords
    model: ScamModel
    encoder: Encoder | None
    prepare: Callable[[str], str]

    @cached_property
    def ears(self) -> ScamEars:
        """Compiled expressions."""
        return ScamEars(self.words)

    def read(self, text: str, earlier: Sequence[str] = ()) -> ScamReading:
        """See the port."""
        reading = self._read(self.prepare(text))
        if not earlier or reading.score >= 1000 - _DOUBT or not self._adds(reading):
            return reading
        before = [self.prepare(each) for each in earlier[-_READ_ALONG:]]
        together = self._read("，".join([*before, self.prepare(text)]))
        return together if together.score > reading.score else reading

    def _adds(self, reading: ScamReading) -> bool:
        """Whether the message itself says anything of it: old talk does not colour new wishes."""
        return reading.score >= _DOUBT or bool(reading.signs)

    def _read(self, text: str) -> ScamReading:
        heard = self.ears.hear(text)
        patterns = heard.strong or heard.cues
        # A customer is not slowed down for a reason nobody could show.
        is_shown = bool(patterns or heard.signs & _TELLING)
        score = round(1000 * self._probability(text, heard)) if is_shown else 0
        return ScamReading(
            score=score,
            pattern=patterns[0] if patterns else "",
            signs=(*patterns, *sorted(heard.signs)),
            stance=_stance(heard),
        )

    def _probability(self, text: str, heard: Heard) -> float:
        signs = SIGN_SCALE * np.asarray(heard.numbers(self.ears.order))
        if self.encoder is None:
            odds = float(signs @ np.asarray(self.model.signs_alone)) + self.model.bias_alone
        else:
            meaning = MEANING_SCALE * (np.asarray(self.encoder.encode([text])[0]) - self._mean)
            odds = float(signs @ self._signs) + float(meaning @ self._meaning) + self.model.bias
        return float(probability(np.asarray([odds]))[0])

    @cached_property
    def _mean(self) -> Array:
        return np.asarray(self.model.mean)

    @cached_property
    def _meaning(self) -> Array:
        return np.asarray(self.model.meaning)

    @cached_property
    def _signs(self) -> Array:
        return np.asarray(self.model.signs)


def _stance(heard: Heard) -> Stance:
    if "realised" in heard.stances:
        return "knows"
    if "others" in heard.stances:
        return "others"
    if heard.asks or "inquiry" in heard.stances:
        return "asks"
    return "in_it" if heard.strong or heard.cues or heard.signs else "none"


def _compiled(expressions: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(expression) for expression in expressions)


def _found(table: dict[str, tuple[re.Pattern[str], ...]], text: str) -> tuple[str, ...]:
    return tuple(name for name, each in table.items() if any(p.search(text) for p in each))
