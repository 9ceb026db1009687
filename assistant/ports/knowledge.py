"""What the bank's documents say."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from assistant.model.frozen import Frozen
from assistant.model.ids import DocumentId, PassageId


class SentenceHit(Frozen):
    """One sentence of a passage, as it stands in the document."""

    text: str
    score: float


class PassageHit(Frozen):
    """A passage that may answer.

    Attributes:
        section: Heading path, e.g. "办理方式".
        score: Fused relevance, 0 to 1, comparable between questions.
        sentences: Best first.
    """

    passage_id: PassageId
    document_id: DocumentId
    title: str
    section: str
    version: str
    effective_from: date
    effective_to: date | None
    text: str
    score: float
    sentences: tuple[SentenceHit, ...] = ()


class Knowledge(Protocol):
    """What the bank's documents say."""

    async def search(
        self,
        question: str,
        *,
        as_of: date,
        limit: int = 5,
        audience: frozenset[str] = frozenset(),
    ) -> list[PassageHit]:
        """Passages of versions valid on `as_of`, best first.

        Raises:
            KnowledgeUnavailable: The index is missing or damaged.
        """
        ...
