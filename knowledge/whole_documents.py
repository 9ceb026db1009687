"""Whole documents by name: what calculations and approved answers rest on is not searched for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from assistant.model.ids import DocumentId
from assistant.ports.knowledge import PassageHit, SentenceHit
from knowledge.chunking import passages_of
from knowledge.documents import Document
from knowledge.lookup import DocumentLibrary


class WholeDocuments:
    """Implements the port Documents over all versions of all documents."""

    def __init__(self, library: DocumentLibrary) -> None:
        """Nothing is cut before it is asked for."""
        self._library = library
        self._cut: dict[tuple[str, str], tuple[PassageHit, ...]] = {}

    def passages(self, document_id: DocumentId, as_of: date) -> Sequence[PassageHit]:
        """See the port."""
        document = self._library.find(document_id, None, as_of)
        return () if document is None else self._whole(document)

    def version(self, document_id: DocumentId, version: str) -> Sequence[PassageHit]:
        """One version in its own order, whether it is valid or not; empty when there is none."""
        found = [one for one in self._library.versions(document_id) if one.version == version]
        return self._whole(found[0]) if found else ()

    def owner_of(self, document_id: DocumentId, as_of: date) -> str:
        """See the port."""
        document = self._library.find(document_id, None, as_of)
        return document.owner if document is not None else ""

    def _whole(self, document: Document) -> Sequence[PassageHit]:
        key = (document.document_id, document.version)
        if key not in self._cut:
            self._cut[key] = whole(document)
        return self._cut[key]


def whole(document: Document) -> tuple[PassageHit, ...]:
    """One version as passages in its own order, sentences too; nothing is ranked."""
    return tuple(
        PassageHit(
            passage_id=passage.passage_id,
            document_id=passage.document_id,
            title=passage.title,
            section=passage.section,
            version=passage.version,
            effective_from=passage.effective_from,
            effective_to=passage.effective_to,
            text=passage.text,
            score=1.0,
            sentences=tuple(SentenceHit(text=one.text, score=1.0) for one in passage.sentences),
        )
        for passage in passages_of(document)
    )
