"""Saying what was found: phrased if a model may, contradictions shown, every figure proved."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from assistant.acting.context import TurnContext
from assistant.acting.phrasing import phrased
from assistant.acting.telling import Telling, tell
from assistant.model.frozen import Facts
from assistant.ports import PassageHit
from assistant.response.contradictions import contradicting
from assistant.response.grounded import GroundedAnswer, grounded_sentence
from assistant.response.proof import Source

_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Told:
    """How an answer is to be told.

    Attributes:
        question: As the customer asked it.
        key: Wording around the sentences.
        facts: For that wording, besides those of the answer.
        as_of: Day it is about; None for today.
        hits: Everything found, to look for contradictions; empty to not look.
    """

    question: str
    key: str
    facts: Facts
    as_of: date | None
    hits: Sequence[PassageHit]


async def tell_grounded(answer: GroundedAnswer, told: Told, context: TurnContext) -> bool:
    """Say the sentences that are proved; whether there were any."""
    if _tell_contradiction(answer, told, context):
        return True
    sources = [Source(one.citation, one.heads) for one in answer.sentences]
    quoted = [one.text for one in answer.sentences]
    shown = await phrased(told.question, quoted, sources, context)
    return any(
        _tell_sentences(texts, sources, told, context)
        for texts in dict.fromkeys((tuple(shown), tuple(quoted)))
    )


def _tell_sentences(
    texts: Sequence[str], sources: Sequence[Source], told: Told, context: TurnContext
) -> bool:
    """Say what is proved, leaving out sentence by sentence what is not."""
    left = list(zip(texts, sources, strict=True))
    while left:
        first = left[0][1].citation
        facts: Facts = {
            "sentences": [text for text, _ in left],
            "title": first.title,
            "effective_from": first.effective_from.isoformat(),
            "version": first.version,
            "since": _since([source for _, source in left]),
            "in_chinese": any(_CHINESE.search(text) for text, _ in left),
            **told.facts,
        }
        telling = Telling(told.question, [source for _, source in left], told.as_of)
        unproved = tell(told.key, facts, telling, context)
        if not unproved:
            return True
        kept = [one for one in left if not any(part in one[0] for part in unproved)]
        if len(kept) == len(left):
            return False  # the wording around the sentences holds a figure of its own
        left = kept
    return False


def _since(sources: Sequence[Source]) -> str:
    """First day of the table quoted, when all that is quoted is of one version; else ""."""
    versions = {(one.citation.document_id, one.citation.version) for one in sources}
    is_one_table = len(versions) == 1 and any(one.is_row for one in sources)
    return sources[0].citation.effective_from.isoformat() if is_one_table else ""


def _tell_contradiction(answer: GroundedAnswer, told: Told, context: TurnContext) -> bool:
    """Show both sides, the newest first, when another valid document says another figure."""
    for one in answer.sentences:
        passage = next((h for h in told.hits if h.passage_id == one.citation.passage_id), None)
        others = (
            list(contradicting(one.citation.quote, passage, told.hits, passage.score / 2))
            if passage is not None
            else []
        )
        if not others:
            continue
        sides = [one, *(grounded_sentence(told.question, *other) for other in others)]
        sides.sort(key=lambda side: side.citation.effective_from, reverse=True)
        facts: Facts = {
            "sides": [
                {
                    "sentence": side.text,
                    "title": side.citation.title,
                    "effective_from": side.citation.effective_from.isoformat(),
                }
                for side in sides
            ]
        }
        sources = [Source(side.citation, side.heads) for side in sides]
        telling = Telling(told.question, sources, told.as_of)
        return not tell("utter_answer_contradicting", facts, telling, context)
    return False
