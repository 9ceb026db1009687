"""What the bank's documents say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol

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
        page: Page of the source the passage begins on, where it has pages.
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
    page: int | None = None


class SearchScope(Frozen):
    """Which documents may answer.

    Attributes:
        audience: Documents for one of these, and those for everybody; empty for all.
        product: Only documents about this product of the catalogue; "" for all.
        channel: Only documents that may be told on this channel; "" for all.
    """

    audience: frozenset[str] = frozenset()
    product: str = ""
    channel: str = ""


EVERYTHING: Final = SearchScope()


class ScopeChoices(Frozen):
    """What a scope may name: what the documents are for and about, in alphabetical order."""

    audience: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


class Knowledge(Protocol):
    """What the bank's documents say."""

    async def search(
        self,
        question: str,
        *,
        as_of: date,
        limit: int = 8,
        scope: SearchScope = EVERYTHING,
        known_on: date | None = None,
        before: Sequence[str] = (),
    ) -> list[PassageHit]:
        """Passages of versions valid on `as_of`, best first.

        Args:
            question: The customer's words.
            as_of: Day whose terms are asked for.
            limit: Most passages.
            scope: Which documents may answer.
            known_on: Day whose knowledge counts: what was published later, or had been
                withdrawn by then, is left out. None: the same day as `as_of`.
            before: What was asked before, oldest first; a question such as "那三年的呢" is read
                with it.

        Raises:
            KnowledgeUnavailable: The index is missing or damaged.
            ScopeUnknown: No document is for such an audience, product or channel.
        """
        ...


class Documents(Protocol):
    """The bank's documents by name, for what may not be left to a search: rates, approved answers.

    Reading does not fail: the documents are part of the content release.
    """

    def passages(self, document_id: DocumentId, as_of: date) -> Sequence[PassageHit]:
        """The version valid on the day, in its own order; empty when there is none."""
        ...

    def owner_of(self, document_id: DocumentId, as_of: date) -> str:
        """Department that answers for the version valid on the day; "" when there is none."""
        ...


class NoDocuments:
    """Implements the port Documents with nothing in it."""

    def passages(self, document_id: DocumentId, as_of: date) -> Sequence[PassageHit]:
        """See the port."""
        return ()

    def owner_of(self, document_id: DocumentId, as_of: date) -> str:
        """See the port."""
        return ""
