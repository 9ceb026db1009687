"""Questions about another day than today: answered as of that day, and said so.

    "去年10月一年期利率多少" → the version valid then, by what the bank knows now

An expired version never answers a present question, and the present one never a past question.
Where nothing was valid then, or a coming day is not announced yet, that is what is said.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from assistant.acting.context import TurnContext
from assistant.model.asked_day import AskedDay, asked_day, without_day
from assistant.ports import PassageHit
from assistant.response.grounded import Abstention, GroundedAnswer, Grounding
from assistant.understanding.normalise import normalise

LookUp: TypeAlias = Callable[[str, date], Awaitable[Grounding]]
"""A question and the day whose terms count → an answer, or why there is none."""


@dataclass(frozen=True, slots=True)
class DatedAnswer:
    """What is said about one day.

    Attributes:
        as_of: Day that was asked about.
        key: Response that frames it.
        facts: For that response, besides those of the answer.
    """

    as_of: date
    answer: GroundedAnswer
    key: Literal["utter_answer_as_of", "utter_answer_not_yet_known"]
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class NoVersion:
    """Nothing was valid then; there is a version now.

    Attributes:
        title: Of the document that answers today.
        effective_from: First day of its present version.
    """

    as_of: date
    title: str
    effective_from: date


def asked_about(
    question: str, before: Sequence[str], context: TurnContext
) -> tuple[str, AskedDay] | None:
    """The question without its day, and that day; None when it is about today.

    Args:
        question: As the customer asks it.
        before: Questions of the last few turns, oldest first.
        context: The turn.
    """
    rewrites = context.log.release.lexicon.rewrites
    text = normalise(question, rewrites).text
    asked = asked_day(text, context.today(), normalise(" ".join(before), rewrites).text)
    return None if asked is None else (without_day(text, asked) or text, asked)


async def look_up(
    question: str, asked: AskedDay, today: date, look: LookUp
) -> Sequence[DatedAnswer] | NoVersion | Abstention:
    """Answers about another day; two when the terms changed within the time asked about."""
    if asked.is_future(today):
        return await _future(question, asked, today, look)
    last = await look(question, asked.last)
    if isinstance(last, Abstention):
        now = await look(question, today)
        return last if isinstance(now, Abstention) else _missing(asked, now)
    answers = [_as_of(asked.last, last)]
    changed = _began(last)
    if asked.first < changed <= asked.last:
        first = await look(question, asked.first)
        if isinstance(first, GroundedAnswer) and _document(first) == _document(last):
            answers.insert(0, _as_of(asked.first, first))
    return answers


async def _future(
    question: str, asked: AskedDay, today: date, look: LookUp
) -> Sequence[DatedAnswer] | NoVersion | Abstention:
    then = await look(question, asked.first)
    if isinstance(then, GroundedAnswer) and _began(then) > today:
        return [_as_of(asked.first, then)]  # announced already
    now = await look(question, today)
    if isinstance(now, Abstention):
        return now
    facts = {"as_of": asked.first.isoformat()}
    return [DatedAnswer(asked.first, now, "utter_answer_not_yet_known", facts)]


def _as_of(day: date, answer: GroundedAnswer) -> DatedAnswer:
    ends = answer.sentences[0].citation.effective_to
    facts = {"as_of": day.isoformat(), "until": ends.isoformat() if ends else ""}
    return DatedAnswer(day, answer, "utter_answer_as_of", facts)


def _missing(asked: AskedDay, now: GroundedAnswer) -> NoVersion:
    cited = now.sentences[0].citation
    return NoVersion(asked.last, cited.title, cited.effective_from)


def _began(answer: GroundedAnswer) -> date:
    return answer.sentences[0].citation.effective_from


def _document(answer: GroundedAnswer) -> str:
    return answer.sentences[0].citation.document_id


def shown_hits(hits: Sequence[PassageHit], day: date) -> list[PassageHit]:
    """Only what was valid on the day, whatever a search let through."""
    return [
        hit
        for hit in hits
        if hit.effective_from <= day and (hit.effective_to is None or day <= hit.effective_to)
    ]
