"""Looking up: a question to the bank's documents, cited or honestly left open.

    calculation → approved answer → passages → sentences → phrasing, if any → proof → reply

Each step may have nothing to say; the last word is an abstention that names what is missing and
who knows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.acting import dated
from assistant.acting.approved import answer_as_approved
from assistant.acting.calculations import calculate
from assistant.acting.context import TurnContext
from assistant.acting.grounded_answers import Told, tell_grounded
from assistant.acting.telling import abstain
from assistant.dialogue.stack import active_task, remember
from assistant.errors import KnowledgeUnavailable
from assistant.model.events import Abstained, Answered
from assistant.model.frozen import Facts
from assistant.ports import PassageHit
from assistant.response.grounded import Abstention, Grounding, asked_for, ground
from assistant.response.render import pick
from assistant.understanding.normalise import plain

_SHORT = 10
"""Characters of a question too short to stand alone."""
_LATELY = 3
"""Turns after which nobody goes on from a question without naming its subject again."""
_RELATED = 0.15
"""Least score of a passage whose document may be named as the closest one."""


async def search(context: TurnContext) -> bool:
    """`action_trigger_search`: answer from cited sentences, or say that we cannot."""
    question = str(context.log.tracker.stack[-1].context.get("question") or context.text)
    if not _answer_from_content(question, context):
        try:
            await _answer(question, context)
        except KnowledgeUnavailable:
            abstain(question, "knowledge_unavailable", context)
    context.runner.leave_step()
    return True


def _answer_from_content(question: str, context: TurnContext) -> bool:
    """A calculation or an approved wording, as of the day asked for; whether there was one."""
    today = context.today()
    about = dated.asked_about(question, _asked_lately(context), context)
    words, day = (question, today) if about is None else (about[0], about[1].last)
    if about is not None and about[1].is_future(today):
        return False  # what is announced and what is not yet known is told with the documents
    return calculate(words, context, day) or answer_as_approved(words, context, day)


@dataclass(slots=True)
class _Lookup:
    """Searches of one question, and what they found.

    Attributes:
        hits: Of the last search.
    """

    context: TurnContext
    hits: Sequence[PassageHit] = field(default_factory=list)

    async def __call__(self, words: str, day: date) -> Grounding:
        """An answer by the terms of a day, or why there is none."""
        self.hits = dated.shown_hits(await _look_up(words, day, self.context), day)
        return ground(words, self.hits)


async def _answer(question: str, context: TurnContext) -> None:
    look = _Lookup(context)
    about = dated.asked_about(question, _asked_lately(context), context)
    if about is None:
        found = await look(question, context.today())
        told = Told(question, "utter_answer", {}, None, look.hits)
        if isinstance(found, Abstention):
            abstain(question, found.reason, context, _who_knows(question, look.hits, context))
        elif not await tell_grounded(found, told, context):
            abstain(question, "not_proved", context, _who_knows(question, look.hits, context))
        return
    looked = await dated.look_up(about[0], about[1], context.today(), look)
    if isinstance(looked, Abstention):
        abstain(question, looked.reason, context, _who_knows(question, look.hits, context))
    elif isinstance(looked, dated.NoVersion):
        _say_no_version(question, looked, context)
    else:
        for each in looked:
            told = Told(question, each.key, dict(each.facts), each.as_of, ())
            if not await tell_grounded(each.answer, told, context):
                abstain(question, "not_proved", context)


def _say_no_version(question: str, missing: dated.NoVersion, context: TurnContext) -> None:
    """There is an answer today and none for the day asked about: that is the answer."""
    context.log.add(Abstained, question=question, reason="no_version")
    facts: Facts = {
        "as_of": missing.as_of.isoformat(),
        "title": missing.title,
        "effective_from": missing.effective_from.isoformat(),
    }
    context.say("utter_answer_no_version", facts)
    remember(context.log, {"answered": True})


async def _look_up(question: str, day: date, context: TurnContext) -> list[PassageHit]:
    """Search; a short question in the middle of a task may be about it ("手续费多少").

    Both readings are tried. That of the task must keep to what was asked: "周末开门吗" in the
    middle of a transfer is no question about transfers at weekends.
    """
    knowledge, today = context.ports.knowledge, context.today()
    hits = await knowledge.search(
        question, as_of=day, known_on=today, before=_asked_lately(context)
    )
    task = active_task(context.log)
    if task is None or len(question) > _SHORT:
        return hits
    name = pick(context.log.release.flows[task.flow].name, "zh-Hans")
    about_task = await knowledge.search(f"{name}{question}", as_of=day, known_on=today)
    asked = _pairs(question)
    for word, variants in context.log.release.lexicon.synonyms.items():
        if any(variant in question for variant in variants):  # "几点下班": 网点营业时间
            asked |= _pairs(word)
    return max(hits, about_task, key=lambda found: _fit(asked, found))


def _fit(asked: frozenset[str], found: Sequence[PassageHit]) -> tuple[int, float]:
    """How many of the question's own pairs of characters the best passage has, then its score."""
    if not found:
        return (0, 0.0)
    return (len(asked & _pairs(f"{found[0].title}{found[0].text}")), found[0].score)


def _pairs(text: str) -> frozenset[str]:
    words = plain(text).replace(" ", "")
    return frozenset(words[at : at + 2] for at in range(len(words) - 1))


def _asked_lately(context: TurnContext) -> tuple[str, ...]:
    """Questions of the last few turns, oldest first: what a short one may lean on."""
    tracker = context.log.tracker
    return tuple(
        event.question
        for event in tracker.events
        if isinstance(event, Answered | Abstained) and 0 < tracker.turn - event.turn <= _LATELY
    )


def _who_knows(question: str, hits: Sequence[PassageHit], context: TurnContext) -> Facts:
    """What kind of thing is missing, the closest document, and the department that owns it."""
    facts: Facts = {"asked_for": asked_for(question).value}
    if hits and hits[0].score >= _RELATED:
        closest = hits[0]
        owner = context.ports.documents.owner_of(closest.document_id, context.today())
        facts |= {"closest_title": closest.title, "owner": owner}
    return facts
