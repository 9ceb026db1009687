"""What a change of a document touches: past replies, each with the draft of its correction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.model.events import Answered, MessageReceived, Said
from assistant.model.ids import ConversationId, ResponseKey
from assistant.model.message import Citation
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import EventStore, StoredEvent
from assistant.reads import Reads
from assistant.response.render import Renderer
from knowledge.documents import Document
from knowledge.impact import Change, Comparison, compare, versions_of


@dataclass(frozen=True, slots=True)
class Affected:
    """A reply that rested on a sentence that has changed.

    Attributes:
        question: What the customer had asked, as stored.
        draft: Words of a correction in the customer's language; never sent from here.
    """

    conversation_id: str
    turn: int
    at: datetime
    question: str
    citation: Citation
    change: Change
    draft: str


@dataclass(frozen=True, slots=True)
class ImpactDesk:
    """The same for colleagues: what was said, over the release and the log that are open.

    Attributes:
        documents: Every version that may be answered from.
    """

    log: EventStore
    release: Release
    documents: Collection[Document]
    reads: Reads

    async def of(
        self, document_id: str, start: str | None, end: str | None, colleague: str
    ) -> list[Affected]:
        """Replies that a newer version touches; each conversation shown is written down first.

        Args:
            document_id: The document.
            start: Label of the earlier version; None: the one before `end`, and an edited `end`.
            end: Label of the newer version; None: the newest.
            colleague: Who looks.

        Raises:
            ContentError: There is no such document or version.
            StoreUnavailable: The log cannot be read, or the register not written.
        """
        comparison = compare(versions_of(self.documents, document_id), document_id, start, end)
        found = [one async for one in affected_in(self.log, self.release, comparison)]
        shown = {ConversationId(one.conversation_id) for one in found}
        await self.reads.note(shown, colleague, "impact", document_id)
        return found


async def affected_in(
    log: EventStore, release: Release, comparison: Comparison
) -> AsyncIterator[Affected]:
    """The same, in a log that is open."""
    for conversation_id in await log.citing(comparison.to.document_id):
        stored = await log.load(conversation_id)
        for each in _in_conversation(conversation_id, stored, release, comparison):
            yield each


def _in_conversation(
    conversation_id: ConversationId,
    stored: Sequence[StoredEvent],
    release: Release,
    comparison: Comparison,
) -> list[Affected]:
    tracker = Tracker.replay(conversation_id, (each.event for each in stored))
    found: list[Affected] = []
    question, as_of = "", None
    for event in (each.event for each in stored):
        if isinstance(event, MessageReceived):
            question, as_of = event.text, None
        elif isinstance(event, Answered):
            as_of = event.as_of
        elif isinstance(event, Said):
            for citation in event.part.citations:
                past = as_of is not None and as_of < event.at.date()
                change = _change(citation, past, comparison)
                if change is not None:
                    draft = _draft(question, event.at, change, comparison, release, tracker)
                    found.append(
                        Affected(
                            conversation_id,
                            event.turn,
                            event.at,
                            question,
                            citation,
                            change,
                            draft,
                        )
                    )
    return found


def _change(citation: Citation, past: bool, comparison: Comparison) -> Change | None:
    same_document = citation.document_id == comparison.to.document_id
    if not same_document or citation.version not in comparison.earlier:
        return None
    if past and citation.version != comparison.to.version:
        return None  # asked about a day on which the earlier version was right, and still is
    return comparison.change_of(citation.quote, citation.section)


def _draft(
    question: str,
    at: datetime,
    change: Change,
    comparison: Comparison,
    release: Release,
    tracker: Tracker,
) -> str:
    key = "utter_answer_changed" if change.new is not None else "utter_answer_withdrawn"
    facts = {
        "question": question,
        "asked_on": at.date().isoformat(),
        "old": _readable(change.old),
        "new": _readable(change.new or ""),
        "title": comparison.to.title,
        "version": comparison.to.version,
        "effective_from": comparison.to.effective_from.isoformat(),
    }
    return Renderer(release).part(ResponseKey(key), {**facts}, tracker).text


def _readable(sentence: str) -> str:
    """A row of a table in words: its name, then its cells."""
    if not sentence.startswith("|"):
        return sentence
    name, *cells = (cell.strip() for cell in sentence.strip().strip("|").split("|"))
    return f"{name}：{'，'.join(cells)}"
