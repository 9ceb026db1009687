"""Gaps: questions the documents did not answer, or answered badly, grouped by what was wanted.

    event logs → abstained or low-rated questions, masked → groups of like questions → ranked

Nothing personal leaves: a question is masked before anything else is done with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

import numpy as np

from assistant.model.events import Abstained, Answered, Event, FeedbackGiven, MessageReceived
from assistant.model.ids import ConversationId
from assistant.model.release import Lexicon
from assistant.ports import Encoder, StoredEvent
from assistant.understanding.masking import mask
from assistant.understanding.normalise import normalise

MINED: Final = ("abstained", "feedback_given")
"""Types of events a conversation with a gap has at least one of."""
LOW_RATINGS: Final = frozenset({-1, 0, 2})
"""A thumb down, and the lower stars; 1 is a thumb up."""
ALIKE: Final = 0.90
"""Least cosine of two questions of one group; the embedding model keeps unlike ones below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """One question that was left open, or whose answer was rated low.

    Attributes:
        text: Masked.
        reason: Why it was not answered; `low_rating` when it was.
    """

    conversation_id: ConversationId
    turn: int
    at: datetime
    text: str
    reason: str


@dataclass(slots=True)
class Gap:
    """Questions that want the same.

    Attributes:
        questions: In the order in which they were asked.
    """

    questions: list[OpenQuestion] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.questions)

    @property
    def conversations(self) -> int:
        """In how many conversations."""
        return len({one.conversation_id for one in self.questions})

    @property
    def example(self) -> str:
        """The wording used most; of equals, the shortest."""
        texts = [one.text for one in self.questions]
        return min(texts, key=lambda text: (-texts.count(text), len(text), text))


def open_questions(
    conversation_id: ConversationId, stored: Sequence[StoredEvent], lexicon: Lexicon
) -> Iterator[OpenQuestion]:
    """The gaps of one conversation, oldest first."""
    events = [each.event for each in stored]
    for event in events:
        if isinstance(event, Abstained):
            words, reason = event.question, event.reason
        elif isinstance(event, FeedbackGiven) and event.rating in LOW_RATINGS:
            words, reason = _rated(event, events), "low_rating"
        else:
            continue
        if words.strip():
            yield OpenQuestion(
                conversation_id=conversation_id,
                turn=event.turn,
                at=event.at,
                text=masked(words, lexicon, event.at.date()),
                reason=reason,
            )


def masked(words: str, lexicon: Lexicon, day: date) -> str:
    """A question without personal data, in its standard form; amounts with their unit stay."""
    return mask(normalise(words, lexicon.rewrites), lexicon, day, keep_amounts=True).text.strip()


def grouped(questions: Iterable[OpenQuestion], encoder: Encoder) -> list[Gap]:
    """Questions in groups, the one asked most first; of equals, the one asked last.

    A question joins the group whose middle is nearest, if that is near enough.
    """
    ordered = sorted(questions, key=lambda one: one.at)
    if not ordered:
        return []
    texts = list(dict.fromkeys(one.text for one in ordered))
    vectors = dict(zip(texts, np.asarray(encoder.encode(texts)), strict=True))
    groups: list[tuple[Gap, np.ndarray]] = []
    for question in ordered:
        vector = vectors[question.text]
        near = [(float(_unit(middle) @ vector), place) for place, (_, middle) in enumerate(groups)]
        cosine, place = max(near, default=(0.0, -1))
        if cosine >= ALIKE:
            gap, middle = groups[place]
            gap.questions.append(question)
            groups[place] = (gap, middle + vector)
        else:
            groups.append((Gap([question]), vector))
    gaps = [gap for gap, _ in groups]
    return sorted(gaps, key=lambda gap: (-gap.count, -gap.questions[-1].at.timestamp()))


def _rated(feedback: FeedbackGiven, events: Sequence[Event]) -> str:
    """What was asked in the rated turn: the question looked up, else the customer's words."""
    turn = feedback.rated_turn
    if turn is None:
        return ""
    asked = [e.question for e in events if isinstance(e, Answered) and e.turn == turn]
    said = [e.text for e in events if isinstance(e, MessageReceived) and e.turn == turn]
    return next(iter(asked), next(iter(said), ""))


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
