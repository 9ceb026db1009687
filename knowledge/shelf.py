"""The documents of a pack that may be answered from: read, approved, dated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

from assistant.errors import ContentError
from knowledge.documents import Document, read_sources
from knowledge.ingest.approvals import Ledger, Standing, file_of
from knowledge.ingest.convert import Converter
from knowledge.ingest.sources import SourceFile, source_files

DOCUMENTS_FOLDER: Final = "documents"
_RELEASE: Final = "RELEASE.yml"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a pack holds.

    Attributes:
        documents: Those that may be answered from.
        waiting: Where the others stand: drafts, submitted and rejected ones.
    """

    documents: tuple[Document, ...]
    waiting: tuple[Standing, ...]


def approval_required(content_dir: Path) -> bool:
    """Whether RELEASE.yml asks for a second person: `settings.documents.approval: required`."""
    try:
        content: Any = yaml.safe_load((content_dir / _RELEASE).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError):
        return False  # the loader reports what is wrong with the file; a foreign pack has none
    settings = _below(_below(content, "settings"), "documents")
    return settings.get("approval") == "required"


def read_shelf_documents(content_dir: Path, converted: Path | None = None) -> Shelf:
    """Read the documents of a pack that may be answered from; the others are not opened.

    Args:
        content_dir: The pack.
        converted: Folder for what converters make of files; None keeps nothing.

    Raises:
        ContentError: With every problem of every file that is read.
    """
    folder = content_dir / DOCUMENTS_FOLDER
    sources: Sequence[SourceFile] = source_files(folder)
    standings: Mapping[str, Standing] = {}
    waiting: tuple[Standing, ...] = ()
    if approval_required(content_dir):
        standings = Ledger(folder).standings(sources)
        waiting = tuple(one for one in standings.values() if one.status != "approved")
        held = {one.file for one in waiting}
        sources = [source for source in sources if file_of(source) not in held]
    problems: list[str] = []
    with Converter(converted) as converter:
        documents = read_sources(sources, converter, problems)
    if problems:
        raise ContentError(tuple(problems))
    return Shelf(tuple(_published(one, standings) for one in documents), waiting)


def _published(document: Document, standings: Mapping[str, Standing]) -> Document:
    """A document is not known before the day it was released for."""
    standing = standings.get(document.source.partition("/")[2])
    if standing is None or standing.publish_on is None:
        return document
    return replace(document, known_from=standing.publish_on)


def _below(value: Any, key: str) -> Mapping[str, Any]:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, Mapping) else {}
