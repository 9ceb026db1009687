"""What commands do with documents: who wrote and released them, and what a change touches."""

from __future__ import annotations

import fnmatch
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from assistant.errors import ContentError
from assistant.model.events import Answered, MessageReceived, Said
from assistant.model.ids import ConversationId, ResponseKey
from assistant.model.message import Citation
from assistant.model.release import Release
from assistant.model.tracker import Tracker
from assistant.ports import EventStore, StoredEvent
from assistant.response.render import Renderer
from channels.bootstrap import load_release
from channels.composition_log import open_log
from channels.settings import Settings
from knowledge.documents import read_sources
from knowledge.impact import Change, Comparison, compare, versions_of
from knowledge.ingest.approvals import Decision, Deed, Ledger, Standing, file_of
from knowledge.ingest.convert import Converter
from knowledge.ingest.sources import SourceFile, source_files
from knowledge.search import CONVERTED_FOLDER
from knowledge.shelf import DOCUMENTS_FOLDER, read_shelf_documents


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


def standings(content_dir: Path, wanted: Sequence[str] = ()) -> list[Standing]:
    """Where documents stand; all of them without names.

    Raises:
        ContentError: A name fits no document, or the ledger is damaged.
    """
    folder = content_dir / DOCUMENTS_FOLDER
    sources = _chosen(source_files(folder), wanted)
    return list(Ledger(folder).standings(sources).values())


def history(content_dir: Path, wanted: Sequence[str]) -> list[Decision]:
    """Every decision about these documents, oldest first."""
    folder = content_dir / DOCUMENTS_FOLDER
    ledger = Ledger(folder)
    files = [file_of(source) for source in _chosen(source_files(folder), wanted)]
    return [one for file in files for one in ledger.history(file)]


def decide(  # noqa: PLR0913 - what a decision holds
    settings: Settings,
    deed: Deed,
    wanted: Sequence[str],
    *,
    by: str,
    at: datetime,
    publish_on: date | None = None,
    reason: str = "",
    maker: str = "",
) -> list[Decision]:
    """Write one decision for each document that waits for it.

    Args:
        settings: Pack and data folder.
        deed: What is done.
        wanted: Names of documents; none for every one that waits.
        by: Who does it.
        at: Now.
        publish_on: First day the documents may be answered from.
        reason: Why, for the record.
        maker: For an approval: drafts are submitted in this name first.

    Raises:
        ContentError: A rule is broken, or a document cannot be read; nothing was written.
    """
    folder = settings.content_dir / DOCUMENTS_FOLDER
    ledger = Ledger(folder)
    sources = _chosen(source_files(folder), wanted)
    now = ledger.standings(sources)
    waiting = {"submit": {"draft", "rejected"}, "approve": {"submitted"}, "reject": {"submitted"}}
    fitting = waiting[deed] | ({"draft", "rejected"} if maker else set())
    due = [one for one in sources if now[file_of(one)].status in fitting]
    # Names that fit a document already dealt with are no mistake while another one waits.
    sources = due if due or not wanted else sources
    if deed != "reject":
        _read_all(sources, settings)
    written: list[Decision] = []
    for source in sources:
        file, digest = file_of(source), source.digest
        if maker and now[file].status in waiting["submit"]:
            written.append(Decision(file=file, digest=digest, deed="submit", by=maker, at=at))
        written.append(
            Decision(
                file=file,
                digest=digest,
                deed=deed,
                by=by,
                at=at,
                publish_on=publish_on,
                reason=reason,
            )
        )
    _in_two_steps(ledger, written)
    return [one for one in written if one.deed == deed]


def _in_two_steps(ledger: Ledger, written: Sequence[Decision]) -> None:
    """Submissions first: an approval is checked against them. None of both when one is wrong."""
    names = {one.by for one in written if one.deed == "submit"}
    for one in written:
        if one.deed == "approve" and one.by in names:
            msg = f"{one.file}: approve: {one.by} submits it; a second person approves"
            raise ContentError((msg,))
    ledger.add([one for one in written if one.deed == "submit"])
    ledger.add([one for one in written if one.deed != "submit"])


def _read_all(sources: Sequence[SourceFile], settings: Settings) -> None:
    problems: list[str] = []
    with Converter(settings.data_dir / CONVERTED_FOLDER) as converter:
        read_sources(sources, converter, problems)
    if problems:
        raise ContentError(tuple(problems))


def _chosen(sources: Sequence[SourceFile], wanted: Sequence[str]) -> Sequence[SourceFile]:
    """Documents by path, by name without ending, by id, or by a pattern with `*`."""
    if not wanted:
        return sources
    chosen: list[SourceFile] = []
    for name in wanted:
        fitting = [one for one in sources if _fits(file_of(one), name)]
        if not fitting:
            raise ContentError((f"there is no document {name}",))
        chosen += [one for one in fitting if one not in chosen]
    return chosen


def _fits(file: str, name: str) -> bool:
    path = PurePosixPath(file)
    return name in {file, path.name, path.stem, path.name.partition(".")[0]} or fnmatch.fnmatch(
        file, name
    )


async def affected(
    settings: Settings, document_id: str, start: str | None, end: str | None
) -> AsyncIterator[Affected]:
    """Replies whose words changed in a newer version, oldest conversation first.

    Raises:
        ContentError: There is no such document or version.
        StoreUnavailable: The log cannot be read.
    """
    release = load_release(settings.content_dir)
    shelf = read_shelf_documents(settings.content_dir, settings.data_dir / CONVERTED_FOLDER)
    versions = versions_of(shelf.documents, document_id)
    comparison = compare(versions, document_id, start, end)
    async with open_log(settings) as log:
        async for found in affected_in(log, release, comparison):
            yield found


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
