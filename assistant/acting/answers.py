"""Looking up: a question to the bank's documents, cited or honestly left open."""

from __future__ import annotations

from datetime import date

from assistant.acting import dated
from assistant.acting.context import TurnContext
from assistant.dialogue.stack import active_task, remember
from assistant.errors import KnowledgeUnavailable
from assistant.model.events import Abstained, Answered
from assistant.model.frozen import Facts
from assistant.ports import PassageHit
from assistant.response.grounded import Abstention, GroundedAnswer, Grounding, ground
from assistant.response.render import pick

_SHORT = 10
"""Characters of a question too short to stand alone."""


async def search(context: TurnContext) -> bool:
    """`action_trigger_search`: answer from cited sentences, or say that we cannot."""
    question = str(context.log.tracker.stack[-1].context.get("question") or context.text)
    try:
        await _answer(question, context)
    except KnowledgeUnavailable:
        _abstain(question, "knowledge_unavailable", context)
    context.runner.leave_step()
    return True


async def _answer(question: str, context: TurnContext) -> None:
    async def look(words: str, day: date) -> Grounding:
        return ground(words, dated.shown_hits(await _look_up(words, day, context), day))

    about = dated.asked_about(question, context)
    if about is None:
        found = await look(question, context.today())
        if isinstance(found, Abstention):
            _abstain(question, found.reason, context)
        else:
            _say(question, found, "utter_answer", {}, None, context)
        return
    looked = await dated.look_up(about[0], about[1], context.today(), look)
    if isinstance(looked, Abstention):
        _abstain(question, looked.reason, context)
    elif isinstance(looked, dated.NoVersion):
        _say_no_version(question, looked, context)
    else:
        for each in looked:
            _say(question, each.answer, each.key, dict(each.facts), each.as_of, context)


def _say(
    question: str,
    answer: GroundedAnswer,
    key: str,
    facts: Facts,
    as_of: date | None,
    context: TurnContext,
) -> None:
    passages = tuple(dict.fromkeys(one.citation.passage_id for one in answer.sentences))
    context.log.add(Answered, question=question, passages=passages, as_of=as_of)
    citations = tuple(dict.fromkeys(one.citation for one in answer.sentences))
    first = citations[0]
    framed: Facts = {
        "sentences": [one.text for one in answer.sentences],
        "title": first.title,
        "effective_from": first.effective_from.isoformat(),
        "version": first.version,
    }
    context.say(key, {**framed, **facts}, citations=citations)
    remember(context.log, {"answered": True})


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

    Both readings are tried and the one the documents answer better is taken.
    """
    knowledge, today = context.ports.knowledge, context.today()
    hits = await knowledge.search(question, as_of=day, known_on=today)
    task = active_task(context.log)
    if task is None or len(question) > _SHORT:
        return hits
    name = pick(context.log.release.flows[task.flow].name, "zh-Hans")
    about_task = await knowledge.search(f"{name}{question}", as_of=day, known_on=today)
    return max(hits, about_task, key=lambda found: found[0].score if found else 0.0)


def _abstain(question: str, reason: str, context: TurnContext) -> None:
    context.log.add(Abstained, question=question, reason=reason)
    remember(context.log, {"answered": False, "abstention": reason})
