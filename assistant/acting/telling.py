"""The last gate of an answer: what is rendered is proved as the customer would read it.

A reply that is not proved is not said; the caller falls back to fewer sentences, or abstains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.acting.context import TurnContext
from assistant.dialogue.stack import remember
from assistant.model.events import Abstained, Answered
from assistant.model.evidence import BoundFigure
from assistant.model.figures import figures
from assistant.model.frozen import Facts
from assistant.model.ids import ResponseKey
from assistant.response.proof import Given, Source, prove


@dataclass(frozen=True, slots=True)
class Telling:
    """What an answer rests on.

    Attributes:
        question: As the customer asked it.
        sources: Cited sentences.
        as_of: Day asked for, when it is not the present one.
        given: Figures bound otherwise: the customer's, results of a formula.
        approved: Id of the approved answer.
    """

    question: str
    sources: Sequence[Source]
    as_of: date | None = None
    given: Sequence[Given] = ()
    approved: str = ""


def tell(key: str, facts: Facts, telling: Telling, context: TurnContext) -> tuple[str, ...]:
    """Say an answer if every figure in it is bound.

    Args:
        key: Response key of the wording around it.
        facts: What the wording shows.
        telling: What it rests on.
        context: The turn.

    Returns:
        Sentences that are not proved; empty when the answer was said.
    """
    sources = telling.sources
    citations = tuple(dict.fromkeys(source.citation for source in sources))
    part = context.renderer.part(ResponseKey(key), facts, context.log.tracker, citations=citations)
    proof = prove(part.text, sources, [*telling.given, *_metadata(sources, telling.as_of)])
    if not proof.holds:
        return proof.unproved
    context.log.add(
        Answered,
        question=telling.question,
        passages=tuple(dict.fromkeys(one.passage_id for one in citations)),
        as_of=telling.as_of,
        proof=proof.bound,
        approved=telling.approved,
    )
    context.say_part(part)
    remember(context.log, {"answered": True, "missing": ""})
    return ()


def abstain(question: str, reason: str, context: TurnContext, facts: Facts | None = None) -> None:
    """Record that there is no answer; the pattern says so and offers a person.

    Args:
        question: As the customer asked it.
        reason: Why, for the log.
        context: The turn.
        facts: What is missing and who knows, for the wording.
    """
    context.log.add(Abstained, question=question, reason=reason)
    known = {"answered": False, "abstention": reason, "missing": "", **(facts or {})}
    remember(context.log, known)


def _metadata(sources: Sequence[Source], as_of: date | None) -> list[Given]:
    """Figures of titles and the dates of the cited versions."""
    given: list[Given] = []
    for source in sources:
        citation = source.citation
        basis = BoundFigure(
            text="",
            figure="",
            basis="metadata",
            document_id=citation.document_id,
            version=citation.version,
        )
        days = [citation.effective_from, citation.effective_to, as_of]
        texts = [citation.title, citation.version, *(day.isoformat() for day in days if day)]
        given += [Given(one, basis) for text in texts for one in figures(text)]
    return given
