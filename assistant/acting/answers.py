"""Looking up: a question to the bank's documents, cited or honestly left open."""

from __future__ import annotations

from assistant.acting.context import TurnContext
from assistant.dialogue.stack import remember
from assistant.errors import KnowledgeUnavailable
from assistant.model.events import Abstained, Answered
from assistant.response.grounded import Abstention, ground


async def search(context: TurnContext) -> bool:
    """`action_trigger_search`: answer from cited sentences, or say that we cannot."""
    question = str(context.log.tracker.stack[-1].context.get("question") or context.text)
    try:
        hits = await context.ports.knowledge.search(question, as_of=context.today())
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


def _abstain(question: str, reason: str, context: TurnContext) -> None:
    context.log.add(Abstained, question=question, reason=reason)
    remember(context.log, {"answered": False, "abstention": reason})
