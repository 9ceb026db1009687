"""Opening a cited document, in the version that was cited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from assistant.ports.knowledge import ScopeChoices
from knowledge.documents import Document


class DocumentLibrary:
    """All versions of all documents, also those no longer valid: old answers stay provable."""

    def __init__(self, documents: Iterable[Document]) -> None:
        """Sort the versions of each document, oldest first."""
        self._versions: dict[str, list[Document]] = {}
        for document in sorted(documents, key=lambda one: one.effective_from):
            self._versions.setdefault(document.document_id, []).append(document)

    def find(self, document_id: str, version: str | None, as_of: date) -> Document | None:
        """One version of a document.

        Args:
            document_id: As in a citation.
            version: As in a citation; None for the version valid on `as_of`.
            as_of: Only used without a version.

        Returns:
            None when there is no such document, no such version, or none valid on the day.
        """
        versions = self._versions.get(document_id, [])
        if version is not None:
            return next((one for one in versions if one.version == version), None)
        # The newest first day wins where the bank let two versions overlap.
        return next((one for one in reversed(versions) if one.is_valid_on(as_of)), None)

    def versions(self, document_id: str) -> tuple[Document, ...]:
        """Every version of one document, oldest first; empty when there is none."""
        return tuple(self._versions.get(document_id, ()))

    def choices(self) -> ScopeChoices:
        """What the documents are for and about, in any version."""
        every = [one for versions in self._versions.values() for one in versions]
        return ScopeChoices(
            audience=_named(one.audience for one in every),
            products=_named(one.products for one in every),
            channels=_named(one.channels for one in every),
        )


def _named(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for group in groups for name in group}))
