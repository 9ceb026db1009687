"""Looking up: a question to the bank's documents, cited or honestly left open."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.dialogue.stack import active_task, remember
from assistant.errors import KnowledgeUnavailable
from assistant.model.events import Abstained, Answered
from assistant.ports import PassageHit
from assistant.response.grounded import Abstention, ground
from assistant.response.render import pick

_SHORT = 10
"""Characters of a question too short to stand alone."""


async def search(context: TurnContext) -> bool:
    """`action_trigger_search`: answer from cited sentences, or say that we cannot."""
    question = str(context.log.tracker.stack[-1].context.get("question") or context.text)
    try:
        hits = await _look_up(question, context)
    except KnowledgeUnavailable:
        _abstain(question, "knowledge_unavailable", context)
    else:
        answer = ground(question, hits)
        if isinstance(answer, Abstention):
            _abstain(question, answer.reason, context)
        else:
            passages = tuple(dict.fromkeys(one.citation.passage_id for one in answer.sentences))
            context.log.add(Answered, question=question, passages=passages)
            citations = tuple(dict.fromkeys(one.citation for one in answer.sentences))
            first = citations[0]
            context.say(
                "utter_answer",
                {
                    "sentences": [one.text for one in answer.sentences],
                    "title": first.title,
                    "effective_from": first.effective_from.isoformat(),
                    "version": first.version,
                },
                citations=citations,
            )
            remember(context.log, {"answered": True})
    context.runner.leave_step()
    return True


async def _look_up(question: str, context: TurnContext) -> list[PassageHit]:
    """Search; a short question in the middle of a task may be about it ("手续费多少").

    Both readings are tried and the one the documents answer better is taken.
    """
    knowledge, today = context.ports.knowledge, context.today()
    hits = await knowledge.search(question, as_of=today)
    task = active_task(context.log)
    if task is None or len(question) > _SHORT:
        return hits
    name = pick(context.log.release.flows[task.flow].name, "zh-Hans")
    about_task = await knowledge.search(f"{name}{question}", as_of=today)
    return max(hits, about_task, key=lambda found: found[0].score if found else 0.0)


def _abstain(question: str, reason: str, context: TurnContext) -> None:
    context.log.add(Abstained, question=question, reason=reason)
    remember(context.log, {"answered": False, "abstention": reason})
