"""Approved answers: a wording two people signed, while every sentence it rests on stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from assistant.acting.context import TurnContext
from assistant.acting.telling import Telling, tell
from assistant.model.approved import ApprovedAnswer, Rest
from assistant.model.frozen import Facts
from assistant.ports import PassageHit
from assistant.response.grounded import citation_of
from assistant.response.proof import Source
from assistant.response.render import pick
from assistant.understanding.normalise import normalise, plain

_COURTESY: Final = re.compile(
    r"^(?:请问一?下?|您好|你好|想问一?下?|我想知道|问一下|please tell me|excuse me)[\s,，]*"
)
_ALIKE: Final = 0.86
"""Least share of common pairs of characters (Dice) for two ways of asking to be the same."""


def answer_as_approved(question: str, context: TurnContext, as_of: date) -> bool:
    """Give the approved wording, when there is one and it has not expired.

    Returns:
        Whether it was given.
    """
    release = context.log.release
    asked = plain(_COURTESY.sub("", normalise(question, release.lexicon.rewrites).text))
    best = max(
        ((_likeness(asked, answer, context), answer) for answer in release.approved),
        key=lambda one: one[0],
        default=(0.0, None),
    )
    likeness, answer = best
    if answer is None or likeness < _ALIKE:
        return False
    sources = [_standing(rest, context, as_of) for rest in answer.rests_on]
    standing = [one for one in sources if one is not None]
    if len(standing) < len(sources):
        return False  # expired with its document: the documents themselves are asked
    wording = pick(answer.wording, context.log.tracker.locale)
    facts: Facts = {"wording": wording}
    day = None if as_of == context.today() else as_of
    unproved = tell(
        "utter_approved_answer",
        facts,
        Telling(question, standing, day, approved=answer.id),
        context,
    )
    return not unproved


def _likeness(asked: str, answer: ApprovedAnswer, context: TurnContext) -> float:
    rewrites = context.log.release.lexicon.rewrites
    return max(
        (_dice(asked, plain(normalise(one, rewrites).text)) for one in answer.questions),
        default=0.0,
    )


def _dice(one: str, other: str) -> float:
    if one == other:
        return 1.0
    pairs, others = _pairs(one), _pairs(other)
    total = len(pairs) + len(others)
    return 2 * len(pairs & others) / total if total else 0.0


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _standing(rest: Rest, context: TurnContext, as_of: date) -> Source | None:
    """The sentence in the version in force; None when either is another by now."""
    passages: Sequence[PassageHit] = context.ports.documents.passages(rest.document, as_of)
    for passage in passages:
        if passage.version != rest.version:
            return None
        if any(one.text == rest.sentence for one in passage.sentences):
            heads = f"{passage.title} {passage.section}"
            return Source(citation_of(passage, rest.sentence), heads)
    return None
