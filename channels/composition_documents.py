"""What commands do with documents: who wrote and released them, and what a change touches."""

from __future__ import annotations

import fnmatch
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from assistant.errors import ContentError
from channels.bootstrap import load_release
from channels.composition_impact import Affected, affected_in
from channels.composition_log import open_log, reader
from channels.settings import Settings
from knowledge.documents import read_sources
from knowledge.impact import compare, versions_of
from knowledge.ingest.approvals import Decision, Deed, Ledger, Standing, file_of
from knowledge.ingest.convert import Converter
from knowledge.ingest.sources import SourceFile, source_files
from knowledge.search import CONVERTED_FOLDER
from knowledge.shelf import DOCUMENTS_FOLDER, read_shelf_documents


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
    settings: Settings,
    document_id: str,
    start: str | None,
    end: str | None,
    by: str | None = None,
) -> AsyncIterator[Affected]:
    """Replies whose words changed in a newer version, oldest conversation first.

    That their conversations are read by `by`, or the account of this machine, is written down.

    Raises:
        ContentError: There is no such document or version.
        StoreUnavailable: The log cannot be read.
    """
    release = load_release(settings.content_dir)
    shelf = read_shelf_documents(settings.content_dir, settings.data_dir / CONVERTED_FOLDER)
    versions = versions_of(shelf.documents, document_id)
    comparison = compare(versions, document_id, start, end)
    async with open_log(settings) as log:
        conversations = await log.store.citing(comparison.to.document_id)
        await log.reads.note(conversations, reader(by), "impact")
        async for found in affected_in(log.store, release, comparison):
            yield found
