"""The bank's own pack and documents, read by the local understander, without models or index.

Words no rule decides are questions; a search finds what the test puts on the shelf.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from assistant.model.events import Answered, Calculated
from assistant.model.message import InboundMessage
from assistant.ports import IntentScores
from assistant.understanding.local import LocalUnderstander
from assistant.understanding.thresholds import Thresholds
from knowledge.documents import parse_document, read_documents
from knowledge.loader import CONTENT, load
from knowledge.lookup import DocumentLibrary
from knowledge.whole_documents import WholeDocuments, whole
from tests.unit.dialogue.talk import OneShelf, Talk, Watched

TODAY = date(2026, 11, 22)


@cache
def bank_release():
    return load(CONTENT, gateway_knows=lambda action: True)


@cache
def bank_documents():
    return read_documents(CONTENT / "documents")


class AllQuestions:
    """Implements the Classifier port."""

    def classify(self, text):
        return IntentScores(ranked=(("search_knowledge", 0.99),), known=1.0)


@dataclass
class Desk:
    """A conversation in words."""

    talk: Talk

    async def say(self, words):
        talk = self.talk
        if talk.conversation_id is None:
            talk.conversation_id = await talk.assistant.conversations.open(
                channel="web", sign_in=None
            )
        talk.messages += 1
        turn = await talk.assistant.handle(
            InboundMessage(
                message_id=f"m{talk.messages}", conversation_id=talk.conversation_id, text=words
            )
        )
        return turn.replies

    async def text(self, words):
        return "\n".join(part.text for part in await self.say(words))

    @property
    def answered(self):
        """The last answer's event."""
        return self._last(Answered)

    @property
    def calculated(self):
        return self._last(Calculated)

    def _last(self, kind):
        events = Watched.logs[-1].tracker.events
        return next((e for e in reversed(events) if isinstance(e, kind)), None)


def desk(*, hits=(), documents=None, release=None, phrasing=None):
    """A fresh conversation.

    Args:
        hits: What every search finds.
        documents: Texts of documents instead of the bank's.
        release: Content instead of the bank's.
        phrasing: A model that phrases.
    """
    release = release or bank_release()
    talk = Talk(release, knowledge=OneShelf([*hits]))
    shelf = (
        bank_documents()
        if documents is None
        else [parse_document(text, f"{n}.md") for n, text in enumerate(documents)]
    )
    ports = replace(
        talk.assistant.ports,
        documents=WholeDocuments(DocumentLibrary(shelf)),
        phrasing=phrasing,
    )
    understander = LocalUnderstander(AllQuestions(), Thresholds.of(release), lambda: TODAY)
    talk.assistant = replace(talk.assistant, ports=ports, understander=understander)
    return Desk(talk)


def found(text, *, scores=None):
    """Passages of a document as a search would give them, all of its sentences fitting."""
    return [*whole(parse_document(text, "found.md"))]


def pack_file(name):
    return Path(CONTENT / name).read_text(encoding="utf-8")
